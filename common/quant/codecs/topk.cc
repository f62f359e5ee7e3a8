#include "common/quant/codecs/topk.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <vector>

namespace covey::quant {

namespace {

constexpr std::size_t kValuesOfNarrowIndices = 65536;  // with more values, indices take 4 bytes
constexpr std::size_t kPieceValues = 4096;

bool has_wide_indices(std::size_t count) {
  return count > kValuesOfNarrowIndices;
}

double square(float value) {
  return static_cast<double>(value) * static_cast<double>(value);
}

class TopkCodec final : public Codec {
 public:
  explicit TopkCodec(double keep) : keep_(keep) {}

  void encode(const TensorSpec& tensor, Span<const float> values, const CodecDraws&,
              ByteWriter& out) const override {
    const auto kept = largest(values);
    RecordHeader header;
    header.scheme = Scheme::kTopk;
    write_record_header(header, tensor, out);
    out.put(static_cast<std::uint32_t>(kept.size()));
    const bool wide = has_wide_indices(values.size());
    for (const std::uint32_t i : kept) wide ? out.put(i) : out.put(static_cast<std::uint16_t>(i));
    for (const std::uint32_t i : kept) out.put(values[i]);
  }

  bool unbiased() const override { return false; }

  double exact_variance(const Matrix& matrix) const override {
    std::vector<bool> is_kept(matrix.values.size(), false);
    for (const std::uint32_t i : largest(matrix.values)) is_kept[i] = true;
    double error = 0;
    for (std::size_t i = 0; i < is_kept.size(); ++i) {
      if (!is_kept[i]) error += square(matrix.values[i]);
    }
    return error;
  }

  // Values of equal magnitude lose the most.
  double worst_case_bound(const Matrix& matrix) const override {
    double norm = 0;
    for (const float value : matrix.values) norm += square(value);
    const auto count = static_cast<double>(matrix.values.size());
    return norm * (1 - static_cast<double>(kept_count(matrix.values.size())) / count);
  }

 private:
  std::size_t kept_count(std::size_t count) const {
    return static_cast<std::size_t>(std::ceil(keep_ * static_cast<double>(count)));
  }

  // The indices of the values that are kept, rising.
  std::vector<std::uint32_t> largest(Span<const float> values) const {
    std::vector<std::uint32_t> indices(values.size());
    std::iota(indices.begin(), indices.end(), 0u);
    const auto end = indices.begin() + static_cast<std::ptrdiff_t>(kept_count(values.size()));
    std::nth_element(indices.begin(), end - 1, indices.end(), [&](std::uint32_t a, std::uint32_t b) {
      const float left = std::fabs(values[a]);
      const float right = std::fabs(values[b]);
      return left != right ? left > right : a < b;
    });
    indices.erase(end, indices.end());
    std::sort(indices.begin(), indices.end());
    return indices;
  }

  double keep_;
};

// ---- reading

struct Kept {
  std::uint32_t index;
  float value;
};

class TopkBody final : public RecordBody {
 public:
  TopkBody(std::size_t count, std::vector<Kept> kept) : count_(count), kept_(std::move(kept)) {
    for (const Kept& one : kept_) magnitude_bound_ = std::max(magnitude_bound_, std::fabs(one.value));
  }

  void decode(PieceSink& sink) const override {
    std::array<float, kPieceValues> piece;
    auto next = kept_.begin();
    for (std::size_t first = 0; first < count_; first += kPieceValues) {
      const std::size_t size = std::min(kPieceValues, count_ - first);
      std::fill_n(piece.begin(), size, 0.0f);
      for (; next != kept_.end() && next->index < first + size; ++next)
        piece[next->index - first] = next->value;
      sink.on_values(first, {piece.data(), size});
    }
  }
  float magnitude_bound() const override { return magnitude_bound_; }

 private:
  std::size_t count_;
  std::vector<Kept> kept_;
  float magnitude_bound_ = 0;
};

template <typename T>
T number(ByteSpan numbers, std::size_t i) {
  T value;
  std::memcpy(&value, numbers.data() + i * sizeof(T), sizeof(T));
  return value;
}

Status check_kept(const std::vector<Kept>& kept, std::size_t count) {
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (kept[i].index >= count) {
      return corrupt("index " + std::to_string(kept[i].index) + " of a tensor of " + std::to_string(count) +
                     " values");
    }
    if (i > 0 && kept[i].index <= kept[i - 1].index) {
      return corrupt("index " + std::to_string(kept[i].index) + " follows index " +
                     std::to_string(kept[i - 1].index) + ": they do not rise");
    }
    if (!std::isfinite(kept[i].value))
      return corrupt("the value of index " + std::to_string(kept[i].index) + " is not finite");
  }
  return ok_status();
}

}  // namespace

Result<std::unique_ptr<const Codec>> make_topk(const CodecOptions& options) {
  if (!(options.keep > 0 && options.keep <= 1)) {
    return invalid_argument("codec topk keeps a share above 0 and up to 1, not " +
                            std::to_string(options.keep));
  }
  return std::unique_ptr<const Codec>(std::make_unique<TopkCodec>(options.keep));
}

Result<std::unique_ptr<const RecordBody>> read_topk(const RecordHeader& header, const TensorSpec& tensor,
                                                    ByteReader& reader) {
  if (header.bits != 32 || header.flags != 0 || header.scale_count != 0)
    return corrupt("scheme TOPK has 32 bits, no flags and no scales");
  COVEY_ASSIGN_OR_RETURN(const auto count, reader.get<std::uint32_t>("number of values"));
  if (count < 1 || count > tensor.count)
    return corrupt(std::to_string(count) + " values of " + std::to_string(tensor.count) + " are kept");
  const bool wide = has_wide_indices(tensor.count);
  COVEY_ASSIGN_OR_RETURN(const ByteSpan indices,
                         reader.get_bytes(std::size_t{count} * (wide ? 4 : 2), "indices"));
  COVEY_ASSIGN_OR_RETURN(const ByteSpan values,
                         reader.get_bytes(std::size_t{count} * sizeof(float), "values"));
  std::vector<Kept> kept(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t index = wide ? number<std::uint32_t>(indices, i) : number<std::uint16_t>(indices, i);
    kept[i] = {index, number<float>(values, i)};
  }
  COVEY_RETURN_IF_ERROR(check_kept(kept, tensor.count));
  return std::unique_ptr<const RecordBody>(std::make_unique<TopkBody>(tensor.count, std::move(kept)));
}

}  // namespace covey::quant
