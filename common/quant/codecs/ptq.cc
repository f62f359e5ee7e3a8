#include "common/quant/codecs/ptq.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "common/quant/bit_packing.h"

namespace covey::quant {

namespace {

constexpr int kMinBits = 2;
constexpr int kMaxBits = 8;
constexpr std::size_t kChunk = 4096;  // codes coded or unpacked at a time; a multiple of 8
constexpr float kFloatMax = std::numeric_limits<float>::max();

struct Grid {
  float scale = 1;
  float offset = 0;
};

// The scale is rounded down, so that scale * (max - min) <= B (1 + 2^-52): no code can exceed B, however it
// is rounded. A range so small that the scale would overflow uses part of the codes.
Grid fit_grid(Span<const float> values, int bits) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  if (*low == *high) return {1, *low};
  const double exact = ((1 << bits) - 1) / (static_cast<double>(*high) - static_cast<double>(*low));
  if (exact >= kFloatMax) return {kFloatMax, *low};
  const auto scale = static_cast<float>(exact);
  return {static_cast<double>(scale) > exact ? std::nextafter(scale, 0.0f) : scale, *low};
}

// Saturates: with huge values the last level can lie a rounding error beyond the largest float.
float level(const Grid& grid, int code) {
  const double value = code / static_cast<double>(grid.scale) + static_cast<double>(grid.offset);
  return static_cast<float>(std::clamp<double>(value, -kFloatMax, kFloatMax));
}

class PtqCodec final : public Codec {
 public:
  explicit PtqCodec(int bits) : bits_(bits) {}

  void encode(const TensorSpec& tensor, Span<const float> values, const CodecDraws& draws,
              ByteWriter& out) const override {
    const bool constant = std::all_of(values.begin(), values.end(), [&](float v) { return v == values[0]; });
    RecordHeader header;
    header.scheme = Scheme::kPtq;
    header.bits = static_cast<std::uint8_t>(bits_);
    header.flags = constant             ? record_flag::kConstant
                   : draws.stochastic() ? record_flag::kStochastic
                                        : std::uint8_t{0};
    header.scale_count = 1;
    write_record_header(header, tensor, out);
    const Grid grid = fit_grid(values, bits_);
    out.put(grid.scale);
    out.put(grid.offset);
    if (!constant) encode_codes(fnv1a64(tensor.name), values, grid, draws, out);
  }

 private:
  void encode_codes(std::uint64_t item, Span<const float> values, const Grid& grid, const CodecDraws& draws,
                    ByteWriter& out) const {
    std::array<std::uint8_t, kChunk> codes;
    for (std::size_t first = 0; first < values.size(); first += kChunk) {
      const auto piece = values.subspan(first, std::min(kChunk, values.size() - first));
      if (draws.stochastic()) {
        round_at_random(item, first, piece, grid, draws, codes.data());
      } else {
        round_to_nearest(piece, grid, codes.data());
      }
      pack_codes({codes.data(), piece.size()}, bits_, out.bytes());
    }
  }

  static double position(const Grid& grid, float value) {
    return static_cast<double>(grid.scale) * (static_cast<double>(value) - static_cast<double>(grid.offset));
  }

  static void round_to_nearest(Span<const float> values, const Grid& grid, std::uint8_t* codes) {
    for (std::size_t i = 0; i < values.size(); ++i)
      codes[i] = static_cast<std::uint8_t>(std::rint(position(grid, values[i])));
  }

  // floor(y + u) with u uniform in [0, 1): y + 1 with the probability of y's fraction, to 32 bits.
  static void round_at_random(std::uint64_t item, std::size_t first, Span<const float> values,
                              const Grid& grid, const CodecDraws& draws, std::uint8_t* codes) {
    std::array<std::uint32_t, kChunk> words;
    draws.fill(item, first, {words.data(), values.size()});
    for (std::size_t i = 0; i < values.size(); ++i)
      codes[i] = static_cast<std::uint8_t>(position(grid, values[i]) + words[i] * 0x1p-32);
  }

  int bits_;
};

class PtqBody final : public RecordBody {
 public:
  PtqBody(const Grid& grid, int bits, std::size_t count, ByteSpan packed)
      : bits_(bits), count_(count), packed_(packed), levels_(std::size_t{1} << bits) {
    for (std::size_t code = 0; code < levels_.size(); ++code)
      levels_[code] = level(grid, static_cast<int>(code));
  }

  void decode(PieceSink& sink) const override {
    if (bits_ == 8) return sink.on_codes(0, levels_, packed_);  // stored one byte each
    std::array<std::uint8_t, kChunk> codes;
    for (std::size_t first = 0; first < count_; first += kChunk) {
      const Span<std::uint8_t> piece(codes.data(), std::min(kChunk, count_ - first));
      unpack_codes(packed_, bits_, first, piece);
      sink.on_codes(first, levels_, piece);
    }
  }
  // Levels rise with the code, so the ends bound them all.
  float magnitude_bound() const override {
    return std::max(std::fabs(levels_.front()), std::fabs(levels_.back()));
  }

 private:
  int bits_;
  std::size_t count_;
  ByteSpan packed_;
  std::vector<float> levels_;
};

class ConstantBody final : public RecordBody {
 public:
  ConstantBody(float value, std::size_t count) : value_(value), count_(count) {}

  void decode(PieceSink& sink) const override {
    std::array<float, kChunk> piece;
    piece.fill(value_);
    for (std::size_t first = 0; first < count_; first += kChunk)
      sink.on_values(first, {piece.data(), std::min(kChunk, count_ - first)});
  }
  float magnitude_bound() const override { return std::fabs(value_); }

 private:
  float value_;
  std::size_t count_;
};

Result<Grid> read_grid(ByteReader& reader) {
  Grid grid;
  COVEY_ASSIGN_OR_RETURN(grid.scale, reader.get<float>("scale"));
  COVEY_ASSIGN_OR_RETURN(grid.offset, reader.get<float>("offset"));
  if (!std::isfinite(grid.scale) || grid.scale <= 0)
    return corrupt("the scale is not a positive finite number");
  if (!std::isfinite(grid.offset)) return corrupt("the offset is not finite");
  return grid;
}

}  // namespace

Result<std::unique_ptr<const Codec>> make_ptq(const CodecOptions& options) {
  if (options.bits < kMinBits || options.bits > kMaxBits)
    return invalid_argument("codec ptq takes 2 to 8 bits, not " + std::to_string(options.bits));
  return std::unique_ptr<const Codec>(std::make_unique<PtqCodec>(options.bits));
}

Result<std::unique_ptr<const RecordBody>> read_ptq(const RecordHeader& header, const TensorSpec& tensor,
                                                   ByteReader& reader) {
  const int bits = header.bits;
  if (bits < kMinBits || bits > kMaxBits)
    return corrupt("scheme PTQ has 2 to 8 bits, not " + std::to_string(bits));
  if (header.scale_count != 1)
    return corrupt("scheme PTQ has one scale, not " + std::to_string(header.scale_count));
  const bool constant = header.flags == record_flag::kConstant;
  if (!constant && (header.flags & ~record_flag::kStochastic) != 0)
    return corrupt("scheme PTQ does not have flags " + std::to_string(header.flags));
  COVEY_ASSIGN_OR_RETURN(const Grid grid, read_grid(reader));
  if (constant) {
    if (grid.scale != 1) return corrupt("a constant tensor has scale 1");
    return std::unique_ptr<const RecordBody>(std::make_unique<ConstantBody>(grid.offset, tensor.count));
  }
  COVEY_ASSIGN_OR_RETURN(const ByteSpan packed, reader.get_bytes(packed_bytes(tensor.count, bits), "codes"));
  if (!padding_is_zero(packed, bits, tensor.count))
    return corrupt("the bits after the last code are not zero");
  return std::unique_ptr<const RecordBody>(std::make_unique<PtqBody>(grid, bits, tensor.count, packed));
}

}  // namespace covey::quant
