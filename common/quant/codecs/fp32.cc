#include "common/quant/codecs/fp32.h"

#include <algorithm>

namespace covey::quant {

namespace {

constexpr std::uint32_t kInfinityBits = 0x7f800000u;
constexpr std::size_t kPieceValues = 4096;

class Fp32Codec final : public Codec {
 public:
  void encode(const TensorSpec& tensor, Span<const float> values, const CodecDraws&,
              ByteWriter& out) const override {
    write_record_header({}, tensor, out);
    out.put_bytes({reinterpret_cast<const std::uint8_t*>(values.data()), values.size() * sizeof(float)});
  }
  double exact_variance(const Matrix&) const override { return 0; }
  double worst_case_bound(const Matrix&) const override { return 0; }
};

class Raw32Body final : public RecordBody {
 public:
  Raw32Body(ByteSpan bytes, float magnitude_bound) : bytes_(bytes), magnitude_bound_(magnitude_bound) {}

  void decode(PieceSink& sink) const override {
    // The bytes of a record are not aligned, hence the copy.
    std::array<float, kPieceValues> piece;
    const std::size_t count = bytes_.size() / sizeof(float);
    for (std::size_t first = 0; first < count; first += kPieceValues) {
      const std::size_t size = std::min(kPieceValues, count - first);
      std::memcpy(piece.data(), bytes_.data() + first * sizeof(float), size * sizeof(float));
      sink.on_values(first, {piece.data(), size});
    }
  }
  float magnitude_bound() const override { return magnitude_bound_; }

 private:
  ByteSpan bytes_;
  float magnitude_bound_;
};

std::uint32_t magnitude_bits(ByteSpan bytes, std::size_t i) {
  std::uint32_t word;
  std::memcpy(&word, bytes.data() + i * sizeof(word), sizeof(word));
  return word & 0x7fffffffu;
}

Status not_finite(ByteSpan bytes) {
  std::size_t i = 0;
  while (magnitude_bits(bytes, i) < kInfinityBits) ++i;
  return corrupt("value " + std::to_string(i) + " is not finite");
}

}  // namespace

Result<std::unique_ptr<const Codec>> make_fp32(const CodecOptions&) {
  return std::unique_ptr<const Codec>(std::make_unique<Fp32Codec>());
}

Result<std::unique_ptr<const RecordBody>> read_raw32(const RecordHeader& header, const TensorSpec& tensor,
                                                     ByteReader& reader) {
  if (header.bits != 32 || header.flags != 0 || header.scale_count != 0)
    return corrupt("scheme raw32 has 32 bits, no flags and no scales");
  COVEY_ASSIGN_OR_RETURN(const ByteSpan bytes, reader.get_bytes(tensor.count * sizeof(float), "values"));
  // Magnitudes of floats order like their bits, infinity and NaN above all others.
  std::uint32_t largest = 0;
  for (std::size_t i = 0; i < tensor.count; ++i) largest = std::max(largest, magnitude_bits(bytes, i));
  if (largest >= kInfinityBits) return not_finite(bytes);
  float bound;
  std::memcpy(&bound, &largest, sizeof(bound));
  return std::unique_ptr<const RecordBody>(std::make_unique<Raw32Body>(bytes, bound));
}

}  // namespace covey::quant
