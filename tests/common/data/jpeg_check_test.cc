#include "common/data/readers/jpeg_check.h"

#include "common/data/readers/image_file.h"
#include "tests/common/data/support.h"

namespace covey::data {
namespace {

/// A start mark and one segment of Huffman tables with `counts` codes of each length and `symbols` symbols.
Bytes tables(const std::vector<std::uint8_t>& counts, std::size_t symbols) {
  const std::size_t length = 2 + 1 + 16 + symbols;
  Bytes file = {
      0xff, 0xd8, 0xff, 0xc4, static_cast<std::uint8_t>(length >> 8), static_cast<std::uint8_t>(length), 0};
  for (const std::uint8_t count : counts) file.push_back(count);
  for (std::size_t i = 0; i < symbols; ++i) file.push_back(1);
  return file;
}

TEST(JpegCheck, AcceptsTablesUpTo256Codes) {
  std::vector<std::uint8_t> counts(16, 16);
  EXPECT_TRUE(check_jpeg_tables(tables(counts, 256)).ok());
  counts[15] = 17;
  const Status status = check_jpeg_tables(tables(counts, 257));
  EXPECT_EQ(status.code(), Code::kCorrupt);
  EXPECT_NE(status.message().find("at byte 6"), std::string::npos) << status.message();
  EXPECT_EQ(decode_image(tables(std::vector<std::uint8_t>(16, 255), 4080)).status().code(), Code::kCorrupt);
}

TEST(JpegCheck, RejectsTablesWithoutTheirSymbols) {
  EXPECT_EQ(check_jpeg_tables(tables(std::vector<std::uint8_t>(16, 1), 15)).code(), Code::kCorrupt);
  Bytes file = tables(std::vector<std::uint8_t>(16, 1), 16);
  file.resize(file.size() - 1);
  EXPECT_EQ(check_jpeg_tables(file).code(), Code::kCorrupt) << "the segment leaves the file";
}

TEST(JpegCheck, FindsTablesBehindPaddingAndImageData) {
  Bytes file = {0xff, 0xd8, 0x00, 0xff, 0xff, 0xda, 0, 2, 0x12, 0xff, 0x00, 0xff, 0xd0, 0x34};
  EXPECT_TRUE(check_jpeg_tables(file).ok());
  const Bytes bad = tables(std::vector<std::uint8_t>(16, 17), 272);
  for (std::size_t i = 2; i < bad.size(); ++i) file.push_back(bad[i]);
  EXPECT_EQ(check_jpeg_tables(file).code(), Code::kCorrupt);
}

}  // namespace
}  // namespace covey::data
