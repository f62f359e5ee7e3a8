#include "common/data/readers/jpeg_check.h"

namespace covey::data {

namespace {

constexpr std::uint8_t kMarkerStart = 0xff;
constexpr std::uint8_t kHuffmanTables = 0xc4;
constexpr std::size_t kCountBytes = 16;
constexpr std::size_t kCodesMax = 256;

Status expected(std::size_t offset, const char* what) {
  return corrupt("at byte " + std::to_string(offset) + ": expected " + what);
}

/// Markers without a length: TEM, RST0..7, SOI, EOI; and a stuffed zero, which is image data.
bool stands_alone(std::uint8_t marker) {
  return marker <= 0x01 || (marker >= 0xd0 && marker <= 0xd9);
}

/// `tables` starts at `offset` of the file: any number of (class and slot, 16 counts, as many symbols as the
/// counts say).
Status check_tables(ByteSpan tables, std::size_t offset) {
  for (std::size_t start = 0; start < tables.size();) {
    if (tables.size() - start < 1 + kCountBytes) return expected(offset + start, "a whole Huffman table");
    std::size_t codes = 0;
    for (const std::uint8_t count : tables.subspan(start + 1, kCountBytes)) codes += count;
    if (codes > kCodesMax) return expected(offset + start, "at most 256 Huffman codes");
    start += 1 + kCountBytes;
    if (tables.size() - start < codes) return expected(offset + start, "a symbol for every Huffman code");
    start += codes;
  }
  return ok_status();
}

}  // namespace

bool is_jpeg(ByteSpan file) {
  return file.size() >= 2 && file[0] == kMarkerStart && file[1] == 0xd8;
}

Status check_jpeg_tables(ByteSpan file) {
  std::size_t at = 0;
  // Padding and image data lie between segments: both are passed over to the next marker, as the decoder
  // does.
  while (at + 1 < file.size()) {
    const std::uint8_t marker = file[at + 1];
    if (file[at] != kMarkerStart || marker == kMarkerStart) {
      ++at;
      continue;
    }
    at += 2;
    if (stands_alone(marker)) continue;
    if (file.size() - at < 2) return expected(at, "the length of a segment");
    const std::size_t length = std::size_t{file[at]} << 8 | file[at + 1];
    if (length < 2 || length > file.size() - at) return expected(at, "a segment inside the file");
    if (marker == kHuffmanTables)
      COVEY_RETURN_IF_ERROR(check_tables(file.subspan(at + 2, length - 2), at + 2));
    at += length;
  }
  return ok_status();
}

}  // namespace covey::data
