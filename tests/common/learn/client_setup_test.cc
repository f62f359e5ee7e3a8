#include "common/learn/client_setup.h"
#include "common/base/image_shape.h"
#include "common/base/region_shape.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/common/learn/hand_made.h"

namespace covey::learn {
namespace {

using ::testing::HasSubstr;

std::string refused(const config::ClientSettings& settings) {
  const auto setup = training_setup(settings);
  return setup.ok() ? "ok" : setup.status().message();
}

TEST(ClientSetup, ClientsGetWhatTheCoordinatorKnowsOfTheSamples) {
  data::DataSpec regions;
  regions.format = RegionShape{3, 5, 2, 2, true};
  regions.classes = 4;
  regions.vocabulary = {"a", "dog's"};
  regions.task = "phrase-grounding";
  data::DataSpec image;
  image.format = ImageShape{3, 32, 30};
  image.classes = 10;
  image.normalisation = {{0.5f, 0.4f, 0.3f}, {0.25f, 0.2f, 0.1f}};
  image.characters = true;
  for (const data::DataSpec& sent : {regions, image}) {
    const auto setup = training_setup(client_settings({config::Experiment{}, sent}));
    ASSERT_TRUE(setup.ok()) << setup.status().message();
    const data::DataSpec& got = setup->spec;
    EXPECT_EQ(got.format, sent.format);
    EXPECT_EQ(got.format.dims, sent.format.dims);
    EXPECT_EQ(got.format.bytes(), sent.format.bytes());
    EXPECT_EQ(got.classes, sent.classes);
    EXPECT_EQ(got.normalisation.mean, sent.normalisation.mean);
    EXPECT_EQ(got.normalisation.stddev, sent.normalisation.stddev);
    EXPECT_EQ(got.characters, sent.characters);
    EXPECT_EQ(got.vocabulary, sent.vocabulary);
    EXPECT_EQ(got.task, sent.task);
  }
}

TEST(ClientSetup, SamplesThatCannotBeAreRefused) {
  config::ClientSettings settings = client_settings(testing::small_setup());
  settings.sizes = {1, 8};
  EXPECT_THAT(refused(settings), HasSubstr("samples.sizes: an image has 3 sizes"));
  settings.sizes = {3, 8, 8};
  EXPECT_THAT(refused(settings), HasSubstr("samples: mean: has 1 numbers, allowed: 3"));
  settings.kind = "text";
  settings.sizes = {0};
  EXPECT_THAT(refused(settings), HasSubstr("samples.sizes: no size of a text"));
  settings.sizes = {8};
  settings.mean.clear();
  settings.stddev.clear();
  settings.vocabulary = "twice twice";
  EXPECT_THAT(refused(settings), HasSubstr("samples: vocabulary: "));
  settings.kind = "sound";
  EXPECT_THAT(refused(settings), HasSubstr("samples.kind: unknown kind of sample 'sound'"));
}

}  // namespace
}  // namespace covey::learn
