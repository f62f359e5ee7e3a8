#include "simulator/codec/measure.h"

#include <cmath>

#include "common/quant/codecs/fp32.h"
#include "common/quant/container.h"
#include "common/quant/registry.h"

namespace covey::simulator {

namespace {

constexpr std::size_t kChecksumBytes = 4;

/// Writes a tensor's decoded values to their place.
class PlacingSink final : public quant::PieceSink {
 public:
  explicit PlacingSink(float* out) : out_(out) {}

  void on_values(std::size_t first, Span<const float> values) override {
    std::copy(values.begin(), values.end(), out_ + first);
  }
  void on_codes(std::size_t first, Span<const float> levels, Span<const std::uint8_t> codes) override {
    for (std::size_t i = 0; i < codes.size(); ++i) out_[first + i] = levels[codes[i]];
  }

 private:
  float* out_;
};

class Measurement {
 public:
  Measurement(const quant::Codec& codec, const quant::Codec& raw, const TensorFile& file)
      : codec_(codec), raw_(raw), file_(file), sums_(file.values.size(), 0.0), decoded_(file.values.size()) {}

  Status draw(const quant::CodecDraws& draws) {
    std::uint64_t bytes = 0;
    for (const TensorSpec& tensor : file_.layout.tensors()) {
      COVEY_ASSIGN_OR_RETURN(const std::size_t record, through(tensor, draws));
      bytes += record + kChecksumBytes;
    }
    const double error = add_errors();
    if (draws_++ == 0) {
      figures_.bytes = bytes;
      figures_.decoded = decoded_;
    }
    total_ += error;
    squares_ += error * error;
    return ok_status();
  }

  CodecFigures result() && {
    for (const TensorSpec& tensor : file_.layout.tensors()) {
      const quant::Codec& codec = codec_of(tensor);
      const quant::Matrix matrix = quant::as_matrix(tensor, values_of(tensor));
      figures_.bound += codec.worst_case_bound(matrix);
      figures_.exact_variance += codec.exact_variance(matrix);
    }
    figures_.ratio = static_cast<double>(file_.layout.fp32_bytes()) / static_cast<double>(figures_.bytes);
    figures_.empirical_mse = total_ / draws_;
    const double spread = std::max(0.0, squares_ / draws_ - figures_.empirical_mse * figures_.empirical_mse);
    if (draws_ > 1) figures_.standard_error = std::sqrt(spread / (draws_ - 1));
    double bias = 0;
    for (const double sum : sums_) bias += sum * sum;
    if (figures_.exact_variance > 0) figures_.unbiasedness = bias / draws_ / figures_.exact_variance;
    return std::move(figures_);
  }

 private:
  const quant::Codec& codec_of(const TensorSpec& tensor) const {
    return file_.is_model && quant::stays_fp32(tensor) ? raw_ : codec_;
  }
  Span<const float> values_of(const TensorSpec& tensor) const {
    return Span<const float>(file_.values).subspan(tensor.offset, tensor.count);
  }

  /// Bytes of the record; its values are then in decoded_.
  Result<std::size_t> through(const TensorSpec& tensor, const quant::CodecDraws& draws) {
    ByteWriter out;
    codec_of(tensor).encode(tensor, values_of(tensor), draws, out);
    ByteReader reader(out.bytes());
    COVEY_ASSIGN_OR_RETURN(const quant::RecordHeader header, quant::read_record_header(reader, tensor));
    COVEY_ASSIGN_OR_RETURN(const quant::BodyReader read_body, quant::find_body_reader(header.scheme));
    COVEY_ASSIGN_OR_RETURN(const auto body, read_body(header, tensor, reader));
    PlacingSink sink(decoded_.data() + tensor.offset);
    body->decode(sink);
    return out.bytes().size();
  }

  double add_errors() {
    double total = 0;
    for (std::size_t i = 0; i < decoded_.size(); ++i) {
      const double error = static_cast<double>(decoded_[i]) - static_cast<double>(file_.values[i]);
      sums_[i] += error;
      total += error * error;
    }
    return total;
  }

  const quant::Codec& codec_;
  const quant::Codec& raw_;
  const TensorFile& file_;
  std::vector<double> sums_;  ///< of the differences, over the draws
  Values decoded_;
  double total_ = 0;
  double squares_ = 0;
  std::uint32_t draws_ = 0;
  CodecFigures figures_;
};

}  // namespace

Result<CodecFigures> measure_codec(const quant::Codec& codec, const TensorFile& file,
                                   const MeasureOptions& options) {
  COVEY_ASSIGN_OR_RETURN(const auto raw, quant::make_fp32({}));
  Measurement measurement(codec, *raw, file);
  const std::uint32_t draws = options.stochastic ? options.draws : 1;
  for (std::uint32_t i = 0; i < draws; ++i) {
    COVEY_RETURN_IF_ERROR(measurement.draw(
        options.stochastic ? quant::CodecDraws(options.seed, {Purpose::kUploadCodec, i, 0, 0})
                           : quant::CodecDraws()));
  }
  return std::move(measurement).result();
}

}  // namespace covey::simulator
