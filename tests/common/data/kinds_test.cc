// What every kind of sample has to keep, and the sizes that each refuses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/image_shape.h"
#include "common/base/region_shape.h"
#include "common/base/text_shape.h"
#include "common/data/kinds/registry.h"

namespace covey::data {
namespace {

using ::testing::HasSubstr;

DataSpec spec_of(const SampleFormat& format) {
  DataSpec spec;
  spec.format = format;
  spec.classes = 3;
  if (format.kind == kImageKind) {
    spec.normalisation = {{0.5f}, {0.25f}};
  } else {
    spec.vocabulary = {"a", "b"};
  }
  return spec;
}

std::vector<DataSpec> one_of_each() {
  return {spec_of(ImageShape{1, 8, 6}), spec_of(TextShape{5}), spec_of(RegionShape{3, 4, 2, 2, true})};
}

std::string refused(const std::string& kind, const std::vector<int>& sizes) {
  const auto format = (*sample_kinds().find(kind))->format(sizes);
  return format.ok() ? "ok" : format.status().message();
}

TEST(Kinds, EveryKindIsTried) {
  std::vector<std::string> kinds;
  for (const DataSpec& spec : one_of_each()) kinds.push_back(spec.format.kind);
  EXPECT_THAT(kinds, ::testing::UnorderedElementsAreArray(sample_kinds().names()));
}

TEST(Kinds, SizesSayAllOfAFormat) {
  for (const DataSpec& spec : one_of_each()) {
    const auto again = kind_of(spec.format).format(spec.format.sizes);
    ASSERT_TRUE(again.ok()) << spec.format.kind << ": " << again.status().message();
    EXPECT_EQ(*again, spec.format);
    EXPECT_EQ(again->dims, spec.format.dims);
    EXPECT_EQ(again->bytes(), spec.format.bytes());
    EXPECT_TRUE(check_spec(spec).ok()) << spec.format.kind;
  }
}

TEST(Kinds, NoiseIsSamplesThatViewsTake) {
  for (const DataSpec& spec : one_of_each()) {
    SampleSet noise;
    noise.format = spec.format;
    Sequence draws(Stream(1, {}), 0);
    noise.bytes = kind_of(spec.format).noise(spec, 2, draws);
    ASSERT_EQ(noise.bytes.size(), 2 * spec.format.bytes()) << spec.format.kind;
    const auto views = kind_of(spec.format).views(spec, {});
    std::vector<float> first(spec.format.values());
    std::vector<float> second(spec.format.values());
    views->plain(noise.sample(0), Span<float>(first));
    views->plain(noise.sample(1), Span<float>(second));
    EXPECT_NE(first, second) << spec.format.kind;
    Sequence again(Stream(1, {}), 0);
    EXPECT_EQ(kind_of(spec.format).noise(spec, 2, again), noise.bytes) << spec.format.kind;
  }
}

TEST(Kinds, RefuseSizesThatNoneOfThemHas) {
  for (const std::string& kind : sample_kinds().names()) {
    EXPECT_NE(refused(kind, {}), "ok") << kind;
    EXPECT_NE(refused(kind, {0}), "ok") << kind;
    EXPECT_NE(refused(kind, {1, 2, 3, 4, 5, 6}), "ok") << kind;
  }
  EXPECT_THAT(refused("image", {1, 28}), HasSubstr("an image has 3 sizes: channels, height, width"));
  EXPECT_THAT(refused("image", {2, 28, 28}), HasSubstr("allowed are 1 or 3 channels"));
  EXPECT_THAT(refused("image", {1, 0, 28}), HasSubstr("sides of 1 to 1024"));
  EXPECT_THAT(refused("text", {1025}), HasSubstr("allowed: one number of 1 to 1024"));
  EXPECT_THAT(refused("regions", {1025, 4, 2, 2, 0}), HasSubstr("1 to 1024 regions"));
  EXPECT_THAT(refused("regions", {3, 65537, 2, 2, 0}), HasSubstr("1 to 65536 features"));
  EXPECT_THAT(refused("regions", {3, 4, 0, 2, 0}), HasSubstr("1 to 1024 phrases"));
  EXPECT_THAT(refused("regions", {3, 4, 2, 2, 2}), HasSubstr("1 where regions have names, else 0"));
}

TEST(Kinds, RefuseWhatDoesNotFitTheirSamples) {
  DataSpec image = spec_of(ImageShape{3, 8, 8});
  EXPECT_THAT(check_spec(image).message(), HasSubstr("mean: has 1 numbers, allowed: 3, one per channel"));
  image.normalisation.mean = {0, 0, 0};
  EXPECT_THAT(check_spec(image).message(), HasSubstr("stddev: has 1 numbers"));
  image.normalisation.stddev = {1, 1, 1};
  EXPECT_TRUE(check_spec(image).ok());
  image.vocabulary = {"word"};
  EXPECT_THAT(check_spec(image).message(), HasSubstr("vocabulary: images have no words"));
  image.vocabulary.clear();
  for (DataSpec spec : {spec_of(TextShape{5}), spec_of(RegionShape{3, 4, 2, 2, true})}) {
    spec.normalisation.mean = {0};
    EXPECT_THAT(check_spec(spec).message(), HasSubstr("mean: is one of pixels")) << spec.format.kind;
    spec.normalisation = {{}, {1}};
    EXPECT_THAT(check_spec(spec).message(), HasSubstr("stddev: is one of pixels")) << spec.format.kind;
    spec.normalisation = {};
    spec.vocabulary = {"twice", "twice"};
    EXPECT_THAT(check_spec(spec).message(), HasSubstr("vocabulary: ")) << spec.format.kind;
  }
  DataSpec unknown = image;
  unknown.format.kind = "sound";
  EXPECT_THAT(check_spec(unknown).message(),
              HasSubstr("unknown kind of sample 'sound'; known: image, regions, text"));
}

}  // namespace
}  // namespace covey::data
