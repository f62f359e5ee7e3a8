#include "common/data/readers/png_check.h"

namespace covey::data {

namespace {

constexpr std::size_t kSignatureBytes = 8;
constexpr std::size_t kLengthBytes = 4;
constexpr std::size_t kFrameBytes = 12;  ///< length, type and checksum around a chunk's data

std::size_t big_endian(ByteSpan four) {
  return std::size_t{four[0]} << 24 | std::size_t{four[1]} << 16 | std::size_t{four[2]} << 8 | four[3];
}

}  // namespace

Status check_png_chunks(ByteSpan file) {
  for (std::size_t at = kSignatureBytes; at < file.size();) {
    const std::size_t left = file.size() - at;
    if (left < kFrameBytes || big_endian(file.subspan(at, kLengthBytes)) > left - kFrameBytes)
      return corrupt("at byte " + std::to_string(at) + ": expected a chunk inside the file");
    const bool last = as_text(file.subspan(at + kLengthBytes, 4)) == "IEND";
    if (last) return ok_status();  // what follows is not read
    at += kFrameBytes + big_endian(file.subspan(at, kLengthBytes));
  }
  return ok_status();  // the decoder names what is missing
}

}  // namespace covey::data
