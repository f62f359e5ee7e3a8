#include "common/data/readers/image_file.h"
#include "common/base/image_shape.h"

#include <cstring>
#include <memory>

#include "tests/common/data/support.h"

namespace covey::data {
namespace {

TEST(ImageFile, PngRoundTripsGreyAndColour) {
  for (const ImageShape shape : {ImageShape{1, 5, 7}, ImageShape{3, 7, 5}, ImageShape{3, 1, 1}}) {
    const auto pixels = pattern(shape.bytes());
    const Bytes file = encode_png(shape, pixels);
    EXPECT_EQ(*image_shape(file), shape);
    const auto image = decode_image(file);
    ASSERT_TRUE(image.ok()) << image.status().message();
    EXPECT_EQ(image->shape, shape);
    EXPECT_EQ(image->pixels, pixels);
  }
}

TEST(ImageFile, RejectsTruncatedPixelsAtEveryLength) {
  const Bytes file = encode_png({3, 6, 6}, pattern(108));
  // The last 16 bytes are the pixel checksum and the end mark, which the decoder does not look at.
  for (std::size_t length = 0; length + 16 < file.size(); ++length) {
    ASSERT_EQ(decode_image(ByteSpan(file.data(), length)).status().code(), Code::kCorrupt) << length;
  }
}

TEST(ImageFile, RejectsTooLargeSidesBeforeDecoding) {
  Bytes file = encode_png({1, 4, 4}, pattern(16));
  file[18] = 0x08;  // width 4 becomes 2052
  EXPECT_EQ(image_shape(file).status().code(), Code::kInvalidArgument);
  EXPECT_EQ(decode_image(file).status().code(), Code::kInvalidArgument);
}

TEST(ImageFile, RejectsFilesFarLargerThanTheirPixels) {
  Bytes file = encode_png({1, 4, 4}, pattern(16));
  file.resize(200000, 0);
  EXPECT_EQ(decode_image(file).status().code(), Code::kCorrupt);
}

TEST(ImageFile, RejectsChunksThatLeaveTheFile) {
  const std::string corpus = std::string(COVEY_SOURCE_DIR) + "/tests/fuzz/corpus/folder/";
  const auto image = decode_image(*read_file(corpus + "long_chunk.png"));
  EXPECT_EQ(image.status().message(), "at byte 65: expected a chunk inside the file");
  Bytes file = encode_png({1, 4, 4}, pattern(16));
  EXPECT_TRUE(decode_image(file).ok());
  file[33] = 0x3f;  // the first chunk after the header has a gigabyte
  EXPECT_EQ(decode_image(file).status().message(), "at byte 33: expected a chunk inside the file");
}

/// Frees memory full of `byte`, for the next one who asks; the block that is returned keeps it from going
/// back to the system.
std::unique_ptr<char[]> fill_free_memory(int byte) {
  constexpr std::size_t kBlock = 40000;
  std::vector<std::unique_ptr<char[]>> blocks;
  for (int i = 0; i < 50; ++i) {
    blocks.emplace_back(new char[kBlock]);
    std::memset(blocks.back().get(), byte, kBlock);
  }
  return std::unique_ptr<char[]>(new char[kBlock]);
}

/// A JPEG file without the segments of this marker.
Bytes without_segments(const Bytes& file, std::uint8_t marker) {
  Bytes rest(file.begin(), file.begin() + 2);
  for (std::size_t at = 2; at + 4 <= file.size();) {
    const std::size_t length = 2 + (std::size_t{file[at + 2]} << 8 | file[at + 3]);
    const bool scan = file[at + 1] == 0xda;
    const std::size_t end = scan ? file.size() : at + length;
    if (file[at + 1] != marker)
      rest.insert(rest.end(), file.begin() + static_cast<std::ptrdiff_t>(at),
                  file.begin() + static_cast<std::ptrdiff_t>(end));
    at = end;
  }
  return rest;
}

TEST(ImageFile, DamagedFilesDecodeToTheSameWhateverMemoryHeld) {
  const std::string corpus = std::string(COVEY_SOURCE_DIR) + "/tests/fuzz/corpus/folder/";
  const Bytes baseline = *read_file(corpus + "colour.jpg");
  constexpr std::uint8_t kHuffmanTables = 0xc4;
  constexpr std::uint8_t kQuantisers = 0xdb;
  for (const Bytes& file :
       {without_segments(baseline, kHuffmanTables), without_segments(baseline, kQuantisers),
        *read_file(corpus + "scan_without_table.jpg"), *read_file(corpus + "component_without_table.jpg")}) {
    std::vector<std::string> seen;
    for (const int byte : {0x00, 0x01, 0x5a, 0xff}) {
      const auto guard = fill_free_memory(byte);
      const auto image = decode_image(file);
      seen.push_back(image.ok() ? std::string(image->pixels.begin(), image->pixels.end())
                                : image.status().message());
    }
    for (const std::string& other : seen) EXPECT_TRUE(other == seen[0]);
  }
}

}  // namespace
}  // namespace covey::data
