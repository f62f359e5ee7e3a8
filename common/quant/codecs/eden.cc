#include "common/quant/codecs/eden.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "common/base/random.h"
#include "common/quant/bit_packing.h"
#include "common/quant/lloyd_max.h"
#include "common/quant/rotation.h"

namespace covey::quant {

namespace {

constexpr double kFloatMax = std::numeric_limits<float>::max();
constexpr std::size_t kLargestBlock = 4096;
constexpr std::size_t kSmallestBlock = 64;  // eight codes fill whole bytes, so any multiple of 8 would do

// A part of a tensor that is rotated on its own.
struct Block {
  std::size_t first;
  std::size_t count;  // of its values
  std::size_t size;   // with the zeros that fill it up: a power of two
};

// The largest power of two of what is left, again and again; only the last block is filled up.
std::vector<Block> cut_into_blocks(std::size_t count) {
  std::vector<Block> blocks;
  std::size_t size = kLargestBlock;
  for (std::size_t first = 0; first < count; first += size) {
    while (size > count - first && size > kSmallestBlock) size /= 2;
    blocks.push_back({first, std::min(size, count - first), size});
  }
  return blocks;
}

double square_norm(Span<const float> values) {
  double sum = 0;
  for (const float value : values) sum += static_cast<double>(value) * static_cast<double>(value);
  return sum;
}

// The key is the first four words that the tensor's rounding would draw.
std::uint64_t rotation_key(const TensorSpec& tensor, const CodecDraws& draws) {
  const std::uint64_t item = fnv1a64(tensor.name);
  if (!draws.stochastic()) return item;
  std::array<std::uint16_t, 4> words;
  draws.fill(item, 0, {words.data(), words.size()});
  std::uint64_t key = 0;
  for (std::size_t i = 0; i < words.size(); ++i) key |= std::uint64_t{words[i]} << 16 * i;
  return key;
}

class EdenCodec final : public Codec {
 public:
  explicit EdenCodec(int bits) : bits_(bits), quantiser_(lloyd_max(bits)) {}

  void encode(const TensorSpec& tensor, Span<const float> values, const CodecDraws& draws,
              ByteWriter& out) const override {
    const std::vector<Block> blocks = cut_into_blocks(tensor.count);
    const std::uint64_t key = rotation_key(tensor, draws);
    std::vector<float> scales;
    Bytes packed;  // follows the scales, but scale and codes of a block are made together
    for (std::size_t b = 0; b < blocks.size(); ++b)
      scales.push_back(encode_block(blocks[b], values, Rotation(key), b, packed));

    RecordHeader header;
    header.scheme = Scheme::kEden;
    header.bits = static_cast<std::uint8_t>(bits_);
    header.flags = draws.stochastic() ? record_flag::kStochastic : std::uint8_t{0};
    header.scale_count = static_cast<std::uint32_t>(blocks.size());
    write_record_header(header, tensor, out);
    for (const float scale : scales) out.put(scale);
    out.put(key);
    out.put_bytes(packed);
  }

  double exact_variance(const Matrix& matrix) const override {
    const auto distortion = static_cast<double>(quantiser_.distortion);
    return square_norm(matrix.values) * distortion / (1 - distortion);
  }
  double worst_case_bound(const Matrix& matrix) const override { return exact_variance(matrix); }

 private:
  // Appends the codes and returns the scale.
  float encode_block(const Block& block, Span<const float> values, const Rotation& rotation,
                     std::size_t number, Bytes& packed) const {
    const auto own = values.subspan(block.first, block.count);
    std::array<double, kLargestBlock> buffer;
    const Span<double> rotated(buffer.data(), block.size);
    std::fill(std::copy(own.begin(), own.end(), buffer.begin()), buffer.begin() + block.size, 0.0);
    rotation.apply(number, rotated);

    const double square = square_norm(own);
    const double to_normal = square > 0 ? std::sqrt(static_cast<double>(block.size) / square) : 0;
    std::array<std::uint8_t, kLargestBlock> codes;
    double product = 0;  // of the rotated values and their centroids
    for (std::size_t i = 0; i < block.size; ++i) {
      codes[i] = quantiser_.code(to_normal * rotated[i]);
      product += rotated[i] * static_cast<double>(quantiser_.centroids[codes[i]]);
    }
    pack_codes({codes.data(), block.size}, bits_, packed);
    // With this scale the decoded block has a product of |x|^2 with the block itself.
    return product > 0 ? static_cast<float>(std::min(square / product, kFloatMax)) : 0.0f;
  }

  int bits_;
  const LloydMax& quantiser_;
};

// ---- reading

class EdenBody final : public RecordBody {
 public:
  EdenBody(std::vector<Block> blocks, std::vector<float> scales, std::uint64_t key, int bits, ByteSpan packed)
      : blocks_(std::move(blocks)),
        scales_(std::move(scales)),
        rotation_(key),
        bits_(bits),
        packed_(packed),
        magnitude_bound_(largest_norm()) {}

  void decode(PieceSink& sink) const override {
    std::array<double, kLargestBlock> buffer;
    std::array<float, kLargestBlock> values;
    std::size_t first_code = 0;
    for (std::size_t b = 0; b < blocks_.size(); ++b) {
      const Block& block = blocks_[b];
      const Span<double> rotated(buffer.data(), block.size);
      load(first_code, rotated);
      rotation_.invert(b, rotated);
      const auto scale = static_cast<double>(scales_[b]);
      for (std::size_t i = 0; i < block.count; ++i)
        values[i] = static_cast<float>(std::clamp(scale * rotated[i], -kFloatMax, kFloatMax));
      sink.on_values(block.first, {values.data(), block.count});
      first_code += block.size;
    }
  }
  float magnitude_bound() const override { return magnitude_bound_; }
  int bits() const override { return bits_; }

 private:
  void load(std::size_t first_code, Span<double> centroids) const {
    std::array<std::uint8_t, kLargestBlock> codes;
    unpack_codes(packed_, bits_, first_code, {codes.data(), centroids.size()});
    const LloydMax& quantiser = lloyd_max(bits_);
    for (std::size_t i = 0; i < centroids.size(); ++i)
      centroids[i] = static_cast<double>(quantiser.centroids[codes[i]]);
  }

  // A rotation keeps the length of a block, and no value is larger than that.
  float largest_norm() const {
    std::array<double, kLargestBlock> buffer;
    double largest = 0;
    std::size_t first_code = 0;
    for (std::size_t b = 0; b < blocks_.size(); ++b) {
      const Span<double> centroids(buffer.data(), blocks_[b].size);
      load(first_code, centroids);
      double square = 0;
      for (const double centroid : centroids) square += centroid * centroid;
      largest = std::max(largest, static_cast<double>(scales_[b]) * std::sqrt(square));
      first_code += blocks_[b].size;
    }
    constexpr double kSlack = 1 + 1e-6;  // more than the rounding errors of decoding and of this sum
    return static_cast<float>(std::min(largest * kSlack, kFloatMax));
  }

  std::vector<Block> blocks_;
  std::vector<float> scales_;
  Rotation rotation_;
  int bits_;
  ByteSpan packed_;
  float magnitude_bound_;
};

Status check_header(const RecordHeader& header, std::size_t blocks) {
  if (!is_code_width(header.bits))
    return corrupt("scheme EDEN has 2 to 8 bits, not " + std::to_string(header.bits));
  if ((header.flags & ~record_flag::kStochastic) != 0)
    return corrupt("scheme EDEN does not have flags " + std::to_string(header.flags));
  if (header.scale_count != blocks) {
    return corrupt("scheme EDEN has " + std::to_string(blocks) + " scales for this tensor, not " +
                   std::to_string(header.scale_count));
  }
  return ok_status();
}

Result<std::vector<float>> read_scales(ByteReader& reader, std::size_t count) {
  std::vector<float> scales(count);
  for (std::size_t i = 0; i < count; ++i) {
    COVEY_ASSIGN_OR_RETURN(scales[i], reader.get<float>("scales"));
    if (!std::isfinite(scales[i]) || std::signbit(scales[i]))
      return corrupt("scale " + std::to_string(i) + " is not a finite number of at least 0");
  }
  return scales;
}

}  // namespace

Result<std::unique_ptr<const Codec>> make_eden(const CodecOptions& options) {
  if (!is_code_width(options.bits))
    return invalid_argument("codec eden takes 2 to 8 bits, not " + std::to_string(options.bits));
  return std::unique_ptr<const Codec>(std::make_unique<EdenCodec>(options.bits));
}

Result<std::unique_ptr<const RecordBody>> read_eden(const RecordHeader& header, const TensorSpec& tensor,
                                                    ByteReader& reader) {
  std::vector<Block> blocks = cut_into_blocks(tensor.count);
  COVEY_RETURN_IF_ERROR(check_header(header, blocks.size()));
  COVEY_ASSIGN_OR_RETURN(auto scales, read_scales(reader, blocks.size()));
  COVEY_ASSIGN_OR_RETURN(const auto key, reader.get<std::uint64_t>("key of the rotation"));
  std::size_t codes = 0;
  for (const Block& block : blocks) codes += block.size;
  const int bits = header.bits;
  COVEY_ASSIGN_OR_RETURN(const ByteSpan packed, get_codes(reader, codes, bits));
  return std::unique_ptr<const RecordBody>(
      std::make_unique<EdenBody>(std::move(blocks), std::move(scales), key, bits, packed));
}

}  // namespace covey::quant
