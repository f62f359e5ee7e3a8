#include "common/data/regions/regions.h"
#include "common/base/region_shape.h"

#include <cstring>

#include "common/data/kinds/registry.h"
#include "tests/common/data/support.h"

namespace covey::data {
namespace {

/// Two regions and two phrases; one region, one phrase.
std::vector<CaptionedImage> two_samples() {
  CaptionedImage first;
  first.image = 3;
  first.features = {1, 2, 3, 4};
  first.regions = {"traffic light", "dog"};
  first.phrases = {{"the red light", true, {0}}, {"a dog|cat", false, {}}};
  first.label = 1;
  CaptionedImage second;
  second.image = 4;
  second.features = {5, 6};
  second.regions = {""};
  second.phrases = {{"someone", true, {}}};
  return {first, second};
}

std::vector<float> floats(const SampleSet& samples, std::size_t i) {
  std::vector<float> row(samples.format.values());
  std::memcpy(row.data(), samples.sample(i).data(), samples.sample(i).size());
  return row;
}

TEST(Regions, ShapeHoldsAllUpToTheLimits) {
  EXPECT_EQ(shape_of(two_samples(), 10, 10, 10), (RegionShape{2, 2, 2, 3, true}));
  EXPECT_EQ(shape_of(two_samples(), 1, 1, 2), (RegionShape{1, 2, 1, 2, true}));
}

TEST(Regions, RowsHoldTheirPartsInOrder) {
  SampleSet rows = *region_rows(two_samples(), {2, 2, 2, 3, true});
  const auto vocabulary = *Vocabulary::of_words({"light", "dog", "red"});
  encode_regions(vocabulary, rows);
  EXPECT_EQ(floats(rows, 0), (std::vector<float>{3,              // image
                                                 1, 2, 3, 4,     // features
                                                 2, 3,           // "light" of "traffic light", "dog"
                                                 1, 4, 2,        // the red light
                                                 1, 3, 1,        // a dog cat
                                                 1, 0,           // answered
                                                 1, 0, 0, 0}));  // the first region
  EXPECT_EQ(floats(rows, 1), (std::vector<float>{4, 5, 6, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0}));
  EXPECT_EQ(rows.labels, (std::vector<std::int32_t>{1, kNoLabel}));
}

TEST(Regions, LongOnesLoseTheirEnds) {
  SampleSet rows = *region_rows(two_samples(), {1, 2, 1, 2, true});
  encode_regions(*Vocabulary::of_words({"light", "dog", "red"}), rows);
  EXPECT_EQ(floats(rows, 0), (std::vector<float>{3, 1, 2, 2, 1, 4, 1, 1}));
}

TEST(Regions, RowsSayWhatTheyWereMadeOf) {
  const SampleSet rows = *region_rows(two_samples(), {5, 2, 4, 3, true});
  for (std::size_t i = 0; i < 2; ++i) {
    const CaptionedImage expected = two_samples()[i];
    const CaptionedImage found = captioned_image(rows, i);
    EXPECT_EQ(found.image, expected.image);
    EXPECT_EQ(found.features, expected.features);
    EXPECT_EQ(found.regions, expected.regions);
    EXPECT_EQ(found.label, expected.label);
    ASSERT_EQ(found.phrases.size(), expected.phrases.size()) << "a bar in a text parts nothing";
    EXPECT_EQ(found.phrases[0].words, expected.phrases[0].words);
    EXPECT_EQ(found.phrases[0].answered, expected.phrases[0].answered);
    EXPECT_EQ(found.phrases[0].positives, expected.phrases[0].positives);
  }
}

TEST(Regions, MoreMemoryThanAReaderMayTakeIsRefused) {
  EXPECT_TRUE(check_region_limits({100, 2048, 32, 12, true}, 5000).ok());
  EXPECT_EQ(check_region_limits({100, 2048, 32, 12, true}, 6000).code(), Code::kInvalidArgument);
  EXPECT_EQ(check_region_limits({1024, 65536, 1024, 1024, true}, 100).code(), Code::kInvalidArgument);
  EXPECT_EQ(region_rows(two_samples(), {2, 2, 0, 3, true}).status().code(), Code::kInvalidArgument);
}

TEST(Regions, TextsHoldPhrasesAndTheLastWordsOfNames) {
  const SampleSet rows = *region_rows(two_samples(), {2, 2, 2, 3, true});
  EXPECT_EQ(region_texts(rows),
            (std::vector<std::string>{"light", "dog", "the red light", "a dog cat", "", "someone"}));
}

TEST(Regions, ViewsAreTheRowsThemselves) {
  SampleSet rows = *region_rows(two_samples(), {2, 2, 2, 3, true});
  DataSpec spec;
  spec.format = rows.format;
  const auto views = kind_of(spec.format).views(spec, {});
  std::vector<float> row(rows.format.values());
  Sequence draws(Stream(1, {}), 0);
  views->strong(rows.sample(0), draws, Span<float>(row));
  EXPECT_EQ(row, floats(rows, 0));
  EXPECT_EQ(rows.format.dims, std::vector<std::int64_t>{static_cast<std::int64_t>(row.size())});
}

TEST(Regions, NoiseFillsRowsWithWhatAModelTakes) {
  const RegionShape shape{3, 2, 2, 2, false};
  DataSpec spec;
  spec.format = shape;
  spec.vocabulary = {"a", "b"};
  SampleSet noise;
  noise.format = spec.format;
  Sequence draws(Stream(1, {}), 0);
  noise.bytes = kind_of(spec.format).noise(spec, 2, draws);
  ASSERT_EQ(noise.bytes.size(), 2 * spec.format.bytes());
  const std::vector<float> row = floats(noise, 1);
  EXPECT_EQ(row[0], 1);
  for (std::size_t i = shape.at_region_words(); i < shape.at_answered(); ++i)
    EXPECT_TRUE(row[i] >= 1 && row[i] <= 3) << row[i];
}

}  // namespace
}  // namespace covey::data
