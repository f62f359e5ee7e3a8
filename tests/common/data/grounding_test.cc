#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "common/base/region_shape.h"
#include "common/base/text_shape.h"
#include "common/data/partition/storage.h"
#include "common/data/readers/region_files.h"
#include "common/data/registry.h"
#include "tests/common/data/support.h"

namespace covey::data {
namespace {

config::Data small() {
  config::Data data;
  data.name = "grounding";
  data.grounding_train = 200;
  data.grounding_test = 50;
  return data;
}

/// The class that a phrase of the generator names.
std::string thing_of(const Phrase& phrase) {
  for (const std::string& word : words_of(phrase.words)) {
    if (word.compare(0, 5, "thing") == 0) return word;
  }
  return "";
}

double dot(const float* a, const float* b, std::size_t n) {
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i) sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  return sum;
}

TEST(GroundingData, PhrasesNameTheRegionThatTheyMean) {
  config::Data data = small();
  data.grounding_noise = 0;
  data.grounding_names = 1;
  data.grounding_fillers = 2;
  const auto dataset = load_dataset(data, 5);
  ASSERT_TRUE(dataset.ok()) << dataset.status().message();
  EXPECT_EQ(dataset->task, "phrase-grounding");
  EXPECT_EQ(RegionShape::of(dataset->format), (RegionShape{4, 64, 2, 3, true}));
  std::map<std::string, std::vector<float>> looks;
  for (std::size_t i = 0; i < dataset->train.size(); ++i) {
    const CaptionedImage sample = captioned_image(dataset->train, i);
    EXPECT_EQ(std::set<std::string>(sample.regions.begin(), sample.regions.end()).size(), 4u)
        << "all different";
    for (const Phrase& phrase : sample.phrases) {
      ASSERT_EQ(phrase.positives.size(), 1u);
      EXPECT_EQ(sample.regions[phrase.positives[0]], thing_of(phrase));
    }
    for (std::size_t k = 0; k < 4; ++k) {
      const std::vector<float> look(sample.features.begin() + static_cast<std::ptrdiff_t>(k * 64),
                                    sample.features.begin() + static_cast<std::ptrdiff_t>(k * 64 + 64));
      const auto known = looks.emplace(sample.regions[k], look).first->second;
      EXPECT_EQ(known, look) << "a class looks the same everywhere";
    }
  }
  ASSERT_EQ(looks.size(), 20u);
  for (const auto& a : looks) {
    for (const auto& b : looks)
      EXPECT_NEAR(dot(a.second.data(), b.second.data(), 64), a.first == b.first ? 1 : 0, 1e-6);
  }
}

TEST(GroundingData, ShuffledCaptionsMeanNothing) {
  config::Data data = small();
  data.grounding_names = 1;
  data.grounding_train = 1000;
  data.grounding_shuffled = true;
  const auto dataset = *load_dataset(data, 5);
  const auto share = [](const SampleSet& samples) {
    double right = 0;
    for (std::size_t i = 0; i < samples.size(); ++i) {
      const CaptionedImage sample = captioned_image(samples, i);
      right += sample.regions[sample.phrases[0].positives[0]] == thing_of(sample.phrases[0]) ? 1 : 0;
    }
    return right / static_cast<double>(samples.size());
  };
  EXPECT_LT(share(dataset.train), 0.1) << "one class in twenty";
  EXPECT_EQ(share(dataset.test), 1);
}

TEST(GroundingData, OwnersSeeDifferentClasses) {
  config::Data data = small();
  data.grounding_train = 2000;
  const auto classes_of_first = [&](double alpha) {
    data.grounding_alpha = alpha;
    const auto dataset = *load_dataset(data, 5);
    std::map<std::int32_t, int> counts;
    for (std::size_t i = 0; i < dataset.train.size(); ++i) {
      if (dataset.train.owners[i] == 0) ++counts[dataset.train.labels[i]];
    }
    int most = 0;
    for (const auto& entry : counts) most = std::max(most, entry.second);
    return most;
  };
  EXPECT_LT(classes_of_first(0), 30) << "of 200, ten are expected";
  EXPECT_GT(classes_of_first(0.1), 35);
}

TEST(GroundingData, ImpossibleSizesAreNamed) {
  const auto message = [](const char* key, std::int64_t config::Data::*member, std::int64_t value) {
    config::Data data = small();
    data.*member = value;
    const Status status = load_dataset(data, 1).status();
    EXPECT_EQ(status.code(), Code::kInvalidArgument);
    EXPECT_NE(status.message().find(key), std::string::npos) << status.message();
  };
  message("data.grounding_features is 10", &config::Data::grounding_features, 10);
  message("data.grounding_regions is 20", &config::Data::grounding_regions, 20);
  message("data.grounding_phrases is 5", &config::Data::grounding_phrases, 5);
  config::Data data = small();
  data.path = "/nowhere";
  EXPECT_EQ(load_dataset(data, 1).status().code(), Code::kInvalidArgument);
}

class GroundingStorage : public FolderFixture {};

TEST_F(GroundingStorage, WrittenPartitionsGiveUsersTheSameRowsWithoutAnswers) {
  config::Data data = small();
  data.grounding_fillers = 1;
  data.grounding_names = 0.8;
  config::Federation federation;
  federation.users = 3;
  federation.labelled = 40;
  data.partition = "iid";
  const auto dataset = *load_dataset(data, 2);
  const auto partition = *make_partition(dataset, data, federation, 2);
  ASSERT_TRUE(write_partition(dataset, partition, folder_ / "out").ok());

  config::Data written = data;
  written.path = (folder_ / "out/server").string();
  const auto server = load_server_data(written, federation, 2);
  ASSERT_TRUE(server.ok()) << server.status().message();
  const auto full = *load_server_data(data, federation, 2);
  EXPECT_EQ(server->labelled.bytes, full.labelled.bytes);
  EXPECT_EQ(server->labelled.labels, full.labelled.labels);
  EXPECT_EQ(server->test.bytes, full.test.bytes);
  EXPECT_EQ(server->vocabulary, full.vocabulary);
  EXPECT_EQ(server->task, "phrase-grounding");

  const RegionShape shape = RegionShape::of(dataset.format);
  for (std::size_t k = 0; k < 3; ++k) {
    auto loaded = load_user_samples(folder_ / "out" / ("user_000" + std::to_string(k)));
    ASSERT_TRUE(loaded.ok()) << loaded.status().message();
    const auto fitted = fit_user_samples(std::make_shared<const SampleSet>(*std::move(loaded)), *server);
    ASSERT_TRUE(fitted.ok()) << fitted.status().message();
    const SampleSet expected = subset(dataset.train, partition.users[k]);
    ASSERT_EQ((*fitted)->size(), expected.size());
    EXPECT_EQ((*fitted)->labels, std::vector<std::int32_t>(expected.size(), kNoLabel));
    const std::size_t seen = shape.at_answered() * sizeof(float);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const auto row = (*fitted)->sample(i);
      EXPECT_TRUE(std::equal(row.begin(), row.begin() + seen, expected.sample(i).begin()));
      EXPECT_TRUE(std::all_of(row.begin() + seen, row.end(), [](std::uint8_t byte) { return byte == 0; }))
          << "nobody knows on a device what a phrase means";
    }
  }
}

TEST_F(GroundingStorage, AFolderWithOtherFilesOrFeaturesIsRefused) {
  CaptionedImage sample;
  sample.features = {1, 2};
  sample.regions = {"", ""};
  sample.phrases = {{"a dog", false, {}}};
  ASSERT_TRUE(make_directories(folder_ / "user").ok());
  ASSERT_TRUE(write_captions({sample}, false, folder_ / "user").ok());
  const auto samples = load_user_samples(folder_ / "user");
  ASSERT_TRUE(samples.ok()) << samples.status().message();
  DataSpec spec;
  spec.format = RegionShape{2, 4, 1, 1, false};
  const auto shared = std::make_shared<const SampleSet>(*samples);
  EXPECT_NE(fit_user_samples(shared, spec).status().message().find("have 1 features; this run needs 4"),
            std::string::npos);
  spec.format = TextShape{3};
  EXPECT_NE(fit_user_samples(shared, spec)
                .status()
                .message()
                .find("holds regions with captions; this run needs texts"),
            std::string::npos);
  write("user/more.jsonl", as_bytes("{}"));
  EXPECT_NE(
      load_user_samples(folder_ / "user").status().message().find("more.jsonl' would not be trained on"),
      std::string::npos);
  fs::remove(folder_ / "user/more.jsonl");
  write("user/notes.txt", as_bytes("mine"));
  EXPECT_NE(load_user_samples(folder_ / "user").status().message().find("notes.txt"), std::string::npos);
}

}  // namespace
}  // namespace covey::data
