#include "common/data/augment/normaliser.h"
#include "common/base/image_shape.h"

#include "tests/common/data/support.h"

namespace covey::data {
namespace {

TEST(Normaliser, ScalesEachChannelByItsOwnConstants) {
  const ImageShape shape{3, 1, 2};
  const Normalisation constants{{0.5f, 0.25f, 0.0f}, {0.5f, 0.25f, 2.0f}};
  const std::vector<std::uint8_t> image = {0, 255, 0, 255, 0, 255};
  std::vector<float> out(6);
  Normaliser(shape, constants).normalise(image, Span<float>(out));
  EXPECT_EQ(out, (std::vector<float>{-1.0f, 1.0f, -1.0f, 3.0f, 0.0f, 0.5f}));
}

TEST(Normaliser, OneConstantServesAllChannels) {
  const ImageShape shape{3, 1, 1};
  std::vector<float> out(3);
  Normaliser(shape, {{0.0f}, {0.5f}}).normalise(std::vector<std::uint8_t>{255, 0, 51}, Span<float>(out));
  EXPECT_EQ(out, (std::vector<float>{2.0f, 0.0f, 0.4f}));
}

}  // namespace
}  // namespace covey::data
