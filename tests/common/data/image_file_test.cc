#include "common/data/readers/image_file.h"

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

}  // namespace
}  // namespace covey::data
