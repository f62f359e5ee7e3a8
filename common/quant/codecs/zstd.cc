#include "common/quant/codecs/zstd.h"

#include <zstd.h>

#include "common/quant/registry.h"

namespace covey::quant {

namespace {

constexpr int kLevel = 1;  // level 3 saves 2 % more of 8-bit codes and takes twice as long
constexpr std::size_t kWorthwhileShare = 32;

class ZstdCodec final : public Codec {
 public:
  explicit ZstdCodec(std::unique_ptr<const Codec> codec) : codec_(std::move(codec)) {}

  void encode(const TensorSpec& tensor, Span<const float> values, const CodecDraws& draws,
              ByteWriter& out) const override {
    const std::size_t start = out.bytes().size();
    codec_->encode(tensor, values, draws, out);
    const Bytes frame = compress(ByteSpan(out.bytes()).subspan(start, out.bytes().size() - start));
    const std::size_t header_bytes = raw_record_bytes(tensor) - tensor.count * sizeof(float);
    const std::size_t before = out.bytes().size() - start;
    const std::size_t after = header_bytes + sizeof(std::uint32_t) + frame.size();
    if (after > before - before / kWorthwhileShare) return;
    out.bytes().resize(start);
    RecordHeader header;
    header.scheme = Scheme::kZstd;
    write_record_header(header, tensor, out);
    out.put(static_cast<std::uint32_t>(frame.size()));
    out.put_bytes(frame);
  }

  bool unbiased() const override { return codec_->unbiased(); }
  double exact_variance(const Matrix& matrix) const override { return codec_->exact_variance(matrix); }
  double worst_case_bound(const Matrix& matrix) const override { return codec_->worst_case_bound(matrix); }

 private:
  static Bytes compress(ByteSpan record) {
    Bytes frame(ZSTD_compressBound(record.size()));
    const std::size_t size = ZSTD_compress(frame.data(), frame.size(), record.data(), record.size(), kLevel);
    COVEY_CHECK(ZSTD_isError(size) == 0, ZSTD_getErrorName(size));
    frame.resize(size);
    return frame;
  }

  std::unique_ptr<const Codec> codec_;
};

// ---- reading

// A record whose bytes are its own.
class UnpackedBody final : public RecordBody {
 public:
  UnpackedBody(std::unique_ptr<const Bytes> bytes, std::unique_ptr<const RecordBody> body)
      : bytes_(std::move(bytes)), body_(std::move(body)) {}

  void decode(PieceSink& sink) const override { body_->decode(sink); }
  float magnitude_bound() const override { return body_->magnitude_bound(); }
  int bits() const override { return body_->bits(); }

 private:
  std::unique_ptr<const Bytes> bytes_;  // what body_ is a view of
  std::unique_ptr<const RecordBody> body_;
};

// The frame says how long its content is, so nothing larger than the tensor in fp32 is ever made room for.
Result<std::unique_ptr<const Bytes>> unpack(ByteSpan frame, std::size_t most) {
  const unsigned long long size = ZSTD_getFrameContentSize(frame.data(), frame.size());
  if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN)
    return corrupt("not a Zstandard frame of known size");
  if (size > most) {
    return corrupt("the frame holds " + std::to_string(size) + " bytes, the tensor has " +
                   std::to_string(most) + " in fp32");
  }
  auto bytes = std::make_unique<Bytes>(size);
  const std::size_t unpacked = ZSTD_decompress(bytes->data(), bytes->size(), frame.data(), frame.size());
  if (ZSTD_isError(unpacked) != 0)
    return corrupt(std::string("the Zstandard frame is damaged: ") + ZSTD_getErrorName(unpacked));
  if (unpacked != size) return corrupt("the Zstandard frame is shorter than it says");
  return std::unique_ptr<const Bytes>(std::move(bytes));
}

}  // namespace

std::unique_ptr<const Codec> compressed(std::unique_ptr<const Codec> codec) {
  return std::make_unique<ZstdCodec>(std::move(codec));
}

Result<std::unique_ptr<const RecordBody>> read_zstd(const RecordHeader& header, const TensorSpec& tensor,
                                                    ByteReader& reader) {
  if (header.bits != 32 || header.flags != 0 || header.scale_count != 0)
    return corrupt("scheme ZSTD has 32 bits, no flags and no scales");
  COVEY_ASSIGN_OR_RETURN(const auto size, reader.get<std::uint32_t>("length of the frame"));
  COVEY_ASSIGN_OR_RETURN(const ByteSpan frame, reader.get_bytes(size, "frame"));
  COVEY_ASSIGN_OR_RETURN(auto bytes, unpack(frame, raw_record_bytes(tensor)));
  ByteReader inner(*bytes);
  COVEY_ASSIGN_OR_RETURN(const RecordHeader inner_header, read_record_header(inner, tensor));
  if (inner_header.scheme == Scheme::kZstd) return corrupt("a compressed record inside a compressed record");
  COVEY_ASSIGN_OR_RETURN(const BodyReader read_body, find_body_reader(inner_header.scheme));
  COVEY_ASSIGN_OR_RETURN(auto body, read_body(inner_header, tensor, inner));
  if (inner.remaining() != 0)
    return corrupt(std::to_string(inner.remaining()) + " bytes follow the record inside the frame");
  return std::unique_ptr<const RecordBody>(std::make_unique<UnpackedBody>(std::move(bytes), std::move(body)));
}

}  // namespace covey::quant
