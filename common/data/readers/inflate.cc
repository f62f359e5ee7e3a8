#include "common/data/readers/inflate.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>

namespace covey::data {

namespace {

class Inflater {
 public:
  Inflater(ByteSpan bytes, Compression compression) : bytes_(bytes) {
    constexpr int kWindowBits = 15;
    constexpr int kGzipWrapper = 16;
    started_ = ::inflateInit2(&stream_,
                              compression == Compression::kGzip ? kWindowBits + kGzipWrapper : kWindowBits);
  }
  ~Inflater() { ::inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  bool started() const { return started_ == Z_OK; }
  std::size_t offset() const { return fed_ - stream_.avail_in; }

  /// zlib's answer; `made` is how much of `out` was filled.
  int next(Span<std::uint8_t> out, std::size_t& made) {
    if (stream_.avail_in == 0) feed();
    stream_.next_out = out.data();
    stream_.avail_out = static_cast<uInt>(out.size());
    const int answer = ::inflate(&stream_, Z_NO_FLUSH);
    made = out.size() - stream_.avail_out;
    return answer;
  }

 private:
  void feed() {
    const std::size_t count = std::min<std::size_t>(bytes_.size() - fed_, std::numeric_limits<uInt>::max());
    stream_.next_in = const_cast<Bytef*>(bytes_.data() + fed_);
    stream_.avail_in = static_cast<uInt>(count);
    fed_ += count;
  }

  ByteSpan bytes_;
  z_stream stream_{};
  int started_ = Z_OK;
  std::size_t fed_ = 0;
};

Status corrupt_at(std::size_t offset, const std::string& what) {
  return corrupt("at compressed byte " + std::to_string(offset) + ": " + what);
}

}  // namespace

Status inflate(ByteSpan bytes, Compression compression, std::uint64_t bytes_max,
               const std::function<Status(ByteSpan)>& sink) {
  Inflater inflater(bytes, compression);
  if (!inflater.started()) return exhausted("zlib cannot start");
  std::array<std::uint8_t, 65536> buffer;
  std::uint64_t total = 0;
  for (int answer = Z_OK; answer != Z_STREAM_END;) {
    std::size_t made = 0;
    answer = inflater.next(Span<std::uint8_t>(buffer), made);
    if (answer == Z_BUF_ERROR) return corrupt_at(inflater.offset(), "compressed data ends too early");
    if (answer != Z_OK && answer != Z_STREAM_END)
      return corrupt_at(inflater.offset(), "broken compressed data");
    total += made;
    if (total > bytes_max) return exhausted("unpacks to more than " + std::to_string(bytes_max) + " bytes");
    COVEY_RETURN_IF_ERROR(sink(ByteSpan(buffer.data(), made)));
  }
  if (inflater.offset() != bytes.size()) {
    return corrupt_at(inflater.offset(), "expected the end of the file, found more bytes");
  }
  return ok_status();
}

Result<Bytes> inflated(ByteSpan bytes, Compression compression, std::uint64_t bytes_max) {
  Bytes out;
  COVEY_RETURN_IF_ERROR(inflate(bytes, compression, bytes_max, [&](ByteSpan piece) {
    out.insert(out.end(), piece.begin(), piece.end());
    return ok_status();
  }));
  return out;
}

}  // namespace covey::data
