#include "common/quant/container.h"

#include <algorithm>
#include <cmath>

#include "common/base/digest.h"
#include "common/quant/codecs/fp32.h"
#include "common/quant/crc32c.h"
#include "common/quant/registry.h"

namespace covey::quant {

namespace {

constexpr std::string_view kMagic = "CVYM";
constexpr std::uint16_t kVersion = 1;
constexpr std::size_t kSmallestCodedTensor = 256;
constexpr std::size_t kHeaderBytes = 44;
constexpr std::size_t kChecksumBytes = sizeof(std::uint32_t);

// Names, kinds and shapes; the container holds the digest only, the tensors' names stay out of it.
Digest layout_digest(const Layout& layout) {
  ByteWriter out;
  for (const TensorSpec& tensor : layout.tensors()) {
    out.put_text(tensor.name);
    out.put(static_cast<std::uint8_t>(tensor.kind));
    out.put(static_cast<std::uint8_t>(tensor.shape.size()));
    for (const std::uint32_t dim : tensor.shape) out.put(dim);
  }
  return sha256(out.bytes());
}

Status check_finite(const TensorSpec& tensor, Span<const float> values) {
  // Without a way out of the loop, so that it vectorises: nearly always all values are finite.
  unsigned infinite = 0;
  for (const float value : values) infinite |= static_cast<unsigned>(!std::isfinite(value));
  if (infinite == 0) return ok_status();
  const auto* bad =
      std::find_if(values.begin(), values.end(), [](float value) { return !std::isfinite(value); });
  return internal_error("value " + std::to_string(bad - values.begin()) + " of tensor " + tensor.name +
                        " is not finite: the training diverged");
}

Status read_container_header(ByteReader& reader, const Layout& layout) {
  COVEY_ASSIGN_OR_RETURN(const ByteSpan magic, reader.get_bytes(kMagic.size(), "magic"));
  if (as_text(magic) != kMagic) return corrupt("not a model container: it does not start with CVYM");
  COVEY_ASSIGN_OR_RETURN(const auto version, reader.get<std::uint16_t>("version"));
  if (version != kVersion)
    return corrupt("model container version " + std::to_string(version) + "; this program reads version 1");
  COVEY_ASSIGN_OR_RETURN(const auto reserved, reader.get<std::uint16_t>("reserved field"));
  if (reserved != 0) return corrupt("the reserved field at byte 6 is not zero");
  COVEY_ASSIGN_OR_RETURN(const auto count, reader.get<std::uint32_t>("number of tensors"));
  if (count != layout.tensors().size()) {
    return corrupt("the container has " + std::to_string(count) + " tensors, the model has " +
                   std::to_string(layout.tensors().size()));
  }
  COVEY_ASSIGN_OR_RETURN(const ByteSpan digest, reader.get_bytes(sizeof(Digest::bytes), "layout digest"));
  const Digest expected = layout_digest(layout);
  if (!std::equal(digest.begin(), digest.end(), expected.bytes.begin()))
    return corrupt(
        "the layout digest at byte 12 is that of another model: names, kinds or shapes of tensors differ");
  return ok_status();
}

Result<std::unique_ptr<const RecordBody>> read_record(ByteSpan bytes, ByteReader& reader,
                                                      const TensorSpec& tensor) {
  const std::size_t start = reader.offset();
  COVEY_ASSIGN_OR_RETURN(const RecordHeader header, read_record_header(reader, tensor));
  COVEY_ASSIGN_OR_RETURN(const BodyReader read_body, find_body_reader(header.scheme));
  COVEY_ASSIGN_OR_RETURN(auto body, read_body(header, tensor, reader));
  const ByteSpan covered = bytes.subspan(start, reader.offset() - start);
  if (covered.size() > raw_record_bytes(tensor))
    return corrupt("the record is longer than its values in fp32");
  COVEY_ASSIGN_OR_RETURN(const auto stored, reader.get<std::uint32_t>("checksum"));
  if (stored != crc32c(covered)) return corrupt("the checksum does not match");
  return body;
}

// Pieces come in order, and so do the tensors of a layout: appending saves writing zeros first.
class AppendingSink final : public PieceSink {
 public:
  explicit AppendingSink(Values& out) : out_(out), start_(out.size()) {}

  void on_values(std::size_t first, Span<const float> values) override {
    COVEY_CHECK(out_.size() == start_ + first, out_.size(), start_, first);
    out_.insert(out_.end(), values.begin(), values.end());
  }
  void on_codes(std::size_t first, Span<const float> levels, Span<const std::uint8_t> codes) override {
    COVEY_CHECK(out_.size() == start_ + first, out_.size(), start_, first);
    out_.resize(out_.size() + codes.size());
    float* out = out_.data() + start_ + first;
    for (std::size_t i = 0; i < codes.size(); ++i) out[i] = levels[codes[i]];
  }

 private:
  Values& out_;
  std::size_t start_;
};

class DifferenceSink final : public PieceSink {
 public:
  explicit DifferenceSink(float* out) : out_(out) {}

  void on_values(std::size_t first, Span<const float> values) override {
    float* out = out_ + first;
    for (std::size_t i = 0; i < values.size(); ++i) out[i] -= values[i];
  }
  void on_codes(std::size_t first, Span<const float> levels, Span<const std::uint8_t> codes) override {
    float* out = out_ + first;
    for (std::size_t i = 0; i < codes.size(); ++i) out[i] -= levels[codes[i]];
  }

 private:
  float* out_;
};

}  // namespace

bool stays_fp32(const TensorSpec& tensor) {
  return tensor.shape.size() <= 1 || tensor.kind == TensorKind::kBuffer ||
         tensor.count < kSmallestCodedTensor;
}

std::uint64_t container_bytes_max(const Layout& layout) {
  std::uint64_t bytes = kHeaderBytes;
  for (const TensorSpec& tensor : layout.tensors()) bytes += raw_record_bytes(tensor) + kChecksumBytes;
  return bytes;
}

Result<Bytes> encode_model(const Codec& codec, const Layout& layout, Span<const float> values,
                           const CodecDraws& draws) {
  COVEY_CHECK(values.size() == layout.value_count(), values.size(), layout.value_count());
  COVEY_ASSIGN_OR_RETURN(const auto raw, make_fp32({}));
  ByteWriter out;
  // Enough for fp32, so that large buffers are never copied to grow; pages that stay untouched cost nothing.
  out.bytes().reserve(container_bytes_max(layout));
  out.put_bytes(as_bytes(kMagic));
  out.put(kVersion);
  out.put(std::uint16_t{0});
  out.put(static_cast<std::uint32_t>(layout.tensors().size()));
  out.put_bytes(layout_digest(layout).bytes);
  for (const TensorSpec& tensor : layout.tensors()) {
    const auto tensor_values = values.subspan(tensor.offset, tensor.count);
    COVEY_RETURN_IF_ERROR(check_finite(tensor, tensor_values));
    const std::size_t start = out.bytes().size();
    (stays_fp32(tensor) ? *raw : codec).encode(tensor, tensor_values, draws, out);
    if (out.bytes().size() - start > raw_record_bytes(tensor)) {  // short rows, each with its scale
      out.bytes().resize(start);
      raw->encode(tensor, tensor_values, draws, out);
    }
    out.put(crc32c(ByteSpan(out.bytes()).subspan(start, out.bytes().size() - start)));
  }
  return out.take();
}

Result<ContainerView> ContainerView::parse(ByteSpan bytes, const Layout& layout) {
  ByteReader reader(bytes);
  COVEY_RETURN_IF_ERROR(read_container_header(reader, layout));
  ContainerView view(layout);
  for (const TensorSpec& tensor : layout.tensors()) {
    const std::size_t start = reader.offset();
    auto body = read_record(bytes, reader, tensor);
    if (!body.ok()) {
      return body.status().with_context("record of tensor " + tensor.name + " at byte " +
                                        std::to_string(start));
    }
    view.records_.push_back({&tensor, *std::move(body)});
  }
  if (reader.remaining() != 0) {
    return corrupt(std::to_string(reader.remaining()) + " bytes follow the last record, from byte " +
                   std::to_string(reader.offset()));
  }
  return view;
}

Result<Values> rounded(const Codec& codec, const Layout& layout, const Values& values) {
  COVEY_ASSIGN_OR_RETURN(const Bytes bytes, encode_model(codec, layout, values, CodecDraws()));
  COVEY_ASSIGN_OR_RETURN(const auto view, ContainerView::parse(bytes, layout));
  return view.decode();
}

Values ContainerView::decode() const {
  Values values;
  values.reserve(layout_->value_count());
  for (const TensorRecord& record : records_) {
    AppendingSink sink(values);
    record.body->decode(sink);
  }
  return values;
}

void ContainerView::subtract_from(Span<float> values) const {
  COVEY_CHECK(values.size() == layout_->value_count(), values.size(), layout_->value_count());
  for (const TensorRecord& record : records_) {
    DifferenceSink sink(values.data() + record.tensor->offset);
    record.body->decode(sink);
  }
}

}  // namespace covey::quant
