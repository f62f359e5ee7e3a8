#include "common/data/readers/region_files.h"
#include "common/base/region_shape.h"

#include <gmock/gmock.h>

#include <cmath>
#include <cstring>

#include "common/data/registry.h"
#include "common/store/safetensors.h"
#include "tests/common/data/support.h"

namespace covey::data {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A tensor of `rows` x 2: 0, 1, 2, ...
Bytes features(std::uint32_t rows, const std::string& name = "features") {
  std::vector<float> values(rows * 2);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i);
  store::Safetensors file;
  file.tensors.push_back(
      {name,
       {rows, 2},
       {reinterpret_cast<const std::uint8_t*>(values.data()), values.size() * sizeof(float)}});
  return store::write_safetensors(file);
}

constexpr const char* kTwoRegions =
    R"({"regions": 2, "names": ["dog", "young man"], "width": 100, "height": 80,)"
    R"( "boxes": [[0, 0, 9, 9], [20, 0, 59, 79]], "captions": [)"
    R"({"phrases": [{"words": "a man", "boxes": [[20, 0, 49, 79], [50, 10, 59, 60]]},)"
    R"( {"words": "his dog", "regions": [0]}, {"words": "the park"}], "class": 3}, {"phrases": []},)"
    R"( {"phrases": [{"words": "nothing of it", "boxes": [[70, 0, 80, 9]]}]}]})";

TEST(RegionFiles, BoxesBecomeRegionsTheLargestFirst) {
  const auto samples = parse_captions(kTwoRegions, features(2));
  ASSERT_TRUE(samples.ok()) << samples.status().message();
  ASSERT_EQ(samples->size(), 2u) << "a caption without phrases is left out";
  const CaptionedImage& first = samples->front();
  EXPECT_THAT(first.features, ElementsAre(2, 3, 0, 1));
  EXPECT_THAT(first.regions, ElementsAre("young man", "dog"));
  EXPECT_EQ(first.label, 3);
  EXPECT_THAT(first.phrases[0].positives, ElementsAre(0)) << "the box around both is that of the region";
  EXPECT_THAT(first.phrases[1].positives, ElementsAre(1));
  EXPECT_FALSE(first.phrases[2].answered);
  EXPECT_TRUE(samples->back().phrases[0].answered);
  EXPECT_THAT(samples->back().phrases[0].positives, ElementsAre()) << "no region is there";
  EXPECT_EQ(first.image, samples->back().image);
}

TEST(RegionFiles, HalfAnOverlapIsEnoughWithBordersCounted) {
  const auto positives = [](int right) {
    const std::string line =
        R"({"regions": 1, "width": 100, "height": 10, "boxes": [[0, 0, 19, 9]], "captions": [)"
        R"({"phrases": [{"words": "it", "boxes": [[0, 0, )" +
        std::to_string(right) + ", 9]]}]}]}";
    return (*parse_captions(line, features(1)))[0].phrases[0].positives.size();
  };
  EXPECT_EQ(positives(9), 1u) << "10 of 20 pixels";
  EXPECT_EQ(positives(8), 0u) << "9 of 20";
  EXPECT_EQ(positives(39), 1u) << "20 of 40";
  EXPECT_EQ(positives(40), 0u) << "20 of 41";
}

TEST(RegionFiles, WhatIsWrittenIsReadAgain) {
  const auto folder = fs::temp_directory_path() / ("covey_regions_" + std::to_string(::getpid()));
  ASSERT_TRUE(make_directories(folder).ok());
  const auto samples = *parse_captions(kTwoRegions, features(2));
  ASSERT_TRUE(write_captions(samples, true, folder).ok());
  const auto again = read_captions(folder);
  ASSERT_TRUE(again.ok()) << again.status().message();
  ASSERT_EQ(again->size(), samples.size());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    EXPECT_EQ((*again)[i].image, samples[i].image);
    EXPECT_EQ((*again)[i].features, samples[i].features);
    EXPECT_EQ((*again)[i].regions, samples[i].regions);
    EXPECT_EQ((*again)[i].label, samples[i].label);
    for (std::size_t p = 0; p < samples[i].phrases.size(); ++p) {
      EXPECT_EQ((*again)[i].phrases[p].words, samples[i].phrases[p].words);
      EXPECT_EQ((*again)[i].phrases[p].answered, samples[i].phrases[p].answered);
      EXPECT_EQ((*again)[i].phrases[p].positives, samples[i].phrases[p].positives);
    }
  }
  ASSERT_TRUE(write_captions(samples, false, folder).ok());
  EXPECT_FALSE((*read_captions(folder))[0].phrases[0].answered);
  fs::remove_all(folder);
}

TEST(RegionFiles, ErrorsNameTheLineAndThePlace) {
  const std::string good = R"({"regions": 1, "captions": [{"phrases": [{"words": "it"}]}]})";
  const struct {
    std::string line;
    std::string message;
  } cases[] = {
      {"", "captions.jsonl:2: is not JSON, expected a JSON object"},
      {"[1]", "expected a JSON object"},
      {"{", "is not JSON"},
      {R"({"regions": 1, "captions": [{"phrases": [{"words": "|"}]}]})", "'words': expected a word"},
      {R"({"regions": 0})", "'regions': expected a whole number of 1 to 1024"},
      {R"({"regions": 1, "region": 1})", "unknown key 'region', allowed: image, regions"},
      {R"({"regions": 2})", "its 2 regions need as many rows of features, 1 are left"},
      {R"({"regions": 1, "image": 16777216})", "'image': expected a whole number of 0 to 16777215"},
      {R"({"regions": 1, "image": 3})", "'image': expected in every line or in none"},
      {R"({"regions": 1, "names": ["a", "b"]})", "'names': expected one for each of the 1 regions"},
      {R"({"regions": 1, "names": [1]})", "'names': expected a text"},
      {R"({"regions": 1, "boxes": [[0,0,1,1]]})", "'width': expected a whole number"},
      {R"({"regions": 1, "width": 9, "height": 9, "boxes": []})", "'boxes': expected one for each"},
      {R"({"regions": 1, "width": 9, "height": 9, "boxes": [[0,0,1]]})", "boxes[0]: expected [left, top"},
      {R"({"regions": 1, "width": 9, "height": 9, "boxes": [[0,0,10,1]]})",
       "boxes[0]: the box does not lie in the image of 9 x 9 pixels"},
      {R"({"regions": 1, "width": 9, "height": 9, "boxes": [[5,0,4,1]]})", "does not lie in the image"},
      {R"({"regions": 1, "captions": [{"phrases": [{"words": "it", "boxes": [[0,0,1,1]]}]}]})",
       "captions.jsonl:2: captions[0]: phrases[0]: has boxes, and the image has none"},
      {R"({"regions": 1, "captions": [{"phrases": [{"words": " "}]}]})",
       "phrases[0]: 'words': expected a word"},
      {R"({"regions": 1, "captions": [{"phrases": [{}]}]})", "phrases[0]: 'words': expected a text"},
      {R"({"regions": 1, "captions": [{"phrases": [{"words": "it", "regions": [1]}]}]})",
       "phrases[0]: 'regions': expected positions of 0 to 0"},
      {R"({"regions": 1, "captions": [{"class": -1}]})", "captions[0]: 'class': expected a whole number"},
      {R"({"regions": 1, "captions": 1})", "'captions': expected a list"},
  };
  for (const auto& one : cases) {
    const auto parsed = parse_captions(good + "\n" + one.line + "\n", features(2));
    EXPECT_THAT(parsed.status().message(), HasSubstr(one.message)) << one.line;
    EXPECT_THAT(parsed.status().message(), HasSubstr("captions.jsonl:2")) << one.line;
  }
}

TEST(RegionFiles, NestsAsDeepAsItLikes) {
  const std::string deep =
      R"({"regions": 1, "captions": [)" + std::string(1000000, '[') + std::string(1000000, ']') + "]}";
  EXPECT_THAT(parse_captions(deep, features(1)).status().message(),
              HasSubstr("captions[0]: expected a JSON object"));
}

TEST(RegionFiles, FeaturesMustBeAsTheLinesSay) {
  const std::string line = R"({"regions": 1, "captions": [{"phrases": [{"words": "it"}]}]})";
  EXPECT_THAT(parse_captions(line, features(2)).status().message(),
              HasSubstr("1 rows of features belong to no image"));
  EXPECT_THAT(parse_captions(line, features(1, "others")).status().message(),
              HasSubstr("one tensor, 'features'"));
  EXPECT_THAT(parse_captions(line, {}).status().message(), HasSubstr("regions.safetensors"));
  EXPECT_THAT(parse_captions("", features(0)).status().message(), HasSubstr("no caption with a phrase"));
  Bytes infinite = features(1);
  const float value = std::numeric_limits<float>::infinity();
  std::memcpy(infinite.data() + infinite.size() - sizeof(float), &value, sizeof(float));
  EXPECT_THAT(parse_captions(line, infinite).status().message(), HasSubstr("not all finite"));
}

class GroundingFolder : public FolderFixture {
 protected:
  Result<Dataset> load() const {
    config::Data data;
    data.name = "grounding-folder";
    data.path = folder_.string();
    return load_dataset(data, 1);
  }
  static std::string lines(int images) {
    std::string all;
    for (int i = 0; i < images; ++i) {
      const std::string thing = i % 3 == 0 ? "dog" : "cat";
      all += R"({"regions": 1, "captions": [{"phrases": [{"words": "a )" + thing +
             R"(", "regions": [0]}]}]})" + "\n";
    }
    return all;
  }
};

TEST_F(GroundingFolder, HoldsOutEveryTenthImage) {
  write("captions.jsonl", as_bytes(lines(30)));
  write("regions.safetensors", features(30));
  const auto dataset = load();
  ASSERT_TRUE(dataset.ok()) << dataset.status().message();
  EXPECT_EQ(dataset->train.size(), 27u);
  EXPECT_EQ(dataset->test.size(), 3u);
  EXPECT_EQ(dataset->classes, 2) << "dogs and cats";
  EXPECT_THAT(dataset->vocabulary, ElementsAre("a", "cat", "dog"));
  EXPECT_EQ(RegionShape::of(dataset->format), (RegionShape{1, 2, 1, 2, false}));
}

TEST_F(GroundingFolder, TakesATestFolderOfItsOwn) {
  write("train/captions.jsonl", as_bytes(lines(6)));
  write("train/regions.safetensors", features(6));
  write("test/captions.jsonl", as_bytes(lines(2)));
  write("test/regions.safetensors", features(2));
  EXPECT_EQ(load()->test.size(), 2u);
  fs::remove(folder_ / "test/regions.safetensors");
  EXPECT_EQ(load().status().code(), Code::kNotFound) << "features are missing";
  EXPECT_THAT(load().status().message(), HasSubstr("regions.safetensors"));
}

TEST_F(GroundingFolder, OneThingIsNotEnough) {
  write("captions.jsonl", as_bytes(lines(1)));
  write("regions.safetensors", features(1));
  EXPECT_THAT(load().status().message(), HasSubstr("begin with the same thing"));
}

}  // namespace
}  // namespace covey::data
