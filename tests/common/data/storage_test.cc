#include "common/data/partition/storage.h"
#include "common/base/image_shape.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/data/images.h"
#include "common/data/readers/image_file.h"
#include "common/data/registry.h"
#include "tests/common/data/support.h"

namespace covey::data {
namespace {

class StorageTest : public FolderFixture {
 protected:
  void SetUp() override {
    FolderFixture::SetUp();
    data_.glyph_train = 240;
    data_.glyph_test = 33;
    federation_.users = 5;
    federation_.labelled = 35;
    dataset_ = *load_dataset(data_, kSeed);
    partition_ = *make_partition(dataset_, data_, federation_, kSeed);
  }
  void write_all() {
    const Status status = write_partition(dataset_, partition_, folder_ / "out");
    ASSERT_TRUE(status.ok()) << status.message();
  }
  Result<ServerData> load_written() {
    config::Data written = data_;
    written.path = (folder_ / "out/server").string();
    return load_server_data(written, federation_, kSeed);
  }

  static constexpr std::uint64_t kSeed = 11;
  config::Data data_;
  config::Federation federation_;
  Dataset dataset_;
  Partition partition_;
};

TEST_F(StorageTest, UserFoldersHoldTheSameImagesInTheSameOrderWithoutLabels) {
  write_all();
  for (std::size_t k = 0; k < 5; ++k) {
    const auto images = load_user_samples(folder_ / "out" / ("user_000" + std::to_string(k)));
    ASSERT_TRUE(images.ok()) << images.status().message();
    EXPECT_EQ(images->format, dataset_.train.format);
    EXPECT_EQ(images->bytes, subset(dataset_.train, partition_.users[k]).bytes);
    EXPECT_EQ(images->labels, std::vector<std::int32_t>(partition_.users[k].size(), kNoLabel));
  }
}

TEST_F(StorageTest, ServerDataIsTheSameFromTheFolderAndFromTheFullSet) {
  write_all();
  const auto written = load_written();
  ASSERT_TRUE(written.ok()) << written.status().message();
  const auto full = load_server_data(data_, federation_, kSeed);
  ASSERT_TRUE(full.ok()) << full.status().message();
  for (const auto part : {&ServerData::labelled, &ServerData::test}) {
    EXPECT_EQ(((*written).*part).bytes, ((*full).*part).bytes);
    EXPECT_EQ(((*written).*part).labels, ((*full).*part).labels);
    EXPECT_EQ(((*written).*part).owners, ((*full).*part).owners);
  }
  EXPECT_EQ(written->labelled.size(), 30u);
  EXPECT_EQ(written->classes, full->classes);
  EXPECT_EQ(written->characters, full->characters);
  EXPECT_EQ(written->normalisation.mean, full->normalisation.mean);
  EXPECT_EQ(written->normalisation.stddev, full->normalisation.stddev);
}

TEST_F(StorageTest, NeverWritesIntoAFolderInUse) {
  write("out/notes.txt", as_bytes("mine"));
  const Status status = write_partition(dataset_, partition_, folder_ / "out");
  EXPECT_EQ(status.code(), Code::kInvalidArgument);
  EXPECT_FALSE(fs::exists(folder_ / "out/server"));
}

TEST_F(StorageTest, AnExtraFileInAUserFolderIsNamedAHiddenOneSkipped) {
  write_all();
  const fs::path user = folder_ / "out/user_0000";
  const std::size_t count = load_user_samples(user)->size();
  write("out/user_0000/.index", as_bytes("x"));
  EXPECT_EQ(load_user_samples(user)->size(), count);
  write("out/user_0000/readme.txt", as_bytes("x"));
  const Status status = load_user_samples(user).status();
  EXPECT_EQ(status.code(), Code::kInvalidArgument);
  EXPECT_NE(status.message().find("readme.txt"), std::string::npos) << status.message();
}

TEST_F(StorageTest, UserImagesMayLieInClassFoldersWhoseNamesAreNotUsed) {
  const ImageShape shape{1, 2, 2};
  write("user/b/1.png", encode_png(shape, pattern(4, 1)));
  write("user/a/2.png", encode_png(shape, pattern(4, 2)));
  const auto images = load_user_samples(folder_ / "user");
  ASSERT_TRUE(images.ok()) << images.status().message();
  EXPECT_EQ(images->labels, (std::vector<std::int32_t>{kNoLabel, kNoLabel}));
  EXPECT_EQ(Bytes(images->sample(0).begin(), images->sample(0).end()), pattern(4, 2));
  write("user/3.png", encode_png(shape, pattern(4, 3)));
  EXPECT_EQ(load_user_samples(folder_ / "user").status().code(), Code::kInvalidArgument) << "both kinds";
  EXPECT_EQ(load_user_samples(folder_ / "none").status().code(), Code::kNotFound);
  ASSERT_TRUE(make_directories(folder_ / "empty").ok());
  EXPECT_EQ(load_user_samples(folder_ / "empty").status().code(), Code::kInvalidArgument);
}

TEST_F(StorageTest, AnIncompleteServerFolderIsCorrupt) {
  write_all();
  for (const auto& entry : fs::recursive_directory_iterator(folder_ / "out/server/train")) {
    if (!entry.is_regular_file()) continue;
    fs::remove(entry.path());
    break;
  }
  EXPECT_EQ(load_written().status().code(), Code::kCorrupt);
}

TEST_F(StorageTest, AnotherNumberOfLabelledImagesIsRefused) {
  write_all();
  federation_.labelled = 50;
  const Status status = load_written().status();
  EXPECT_EQ(status.code(), Code::kInvalidArgument);
  EXPECT_NE(status.message().find("30 labelled samples"), std::string::npos) << status.message();
}

TEST_F(StorageTest, BrokenDescriptionsAreNamed) {
  write_all();
  const std::string good = *read_text_file(folder_ / "out/server/dataset.json");
  for (std::size_t length = 0; length + 2 < good.size(); length += 7) {
    write("out/server/dataset.json", as_bytes(std::string_view(good).substr(0, length)));
    ASSERT_EQ(load_written().status().code(), Code::kCorrupt) << length;
  }
  for (const auto& [key, value, wrong] : std::vector<std::tuple<std::string, std::string, std::string>>{
           {"classes", "0", "'classes': expected a whole number of 1 to 10000"},
           {"characters", "1", "'characters': expected true or false"},
           {"stddev", "[0]", "'stddev': expected a list of numbers of 1e-6 to 1000"},
           {"mean", "[\"x\"]", "'mean': expected a list of numbers"},
           {"mean", "[0, 0, 0]", "mean: has 3 numbers, allowed: 1, one per channel"},
           {"stddev", "[1, 1, 1]", "stddev: has 3 numbers"},
           {"sizes", "[1, 28]", "'sizes': an image has 3 sizes"},
           {"sizes", "[1, 28, -28]", "'sizes': expected a list of whole numbers"},
           {"sizes", "[1, 28, 27]", "the images are 28x28 pixels, 1 channel, dataset.json says 27x28"},
           {"kind", "7", "'kind': expected one of image, regions, text"},
           {"kind", "\"sound\"", "'kind': expected one of"},
           {"vocabulary", "[\"word\"]", "vocabulary: images have no words"},
           {"vocabulary", "[1]", "'vocabulary': expected a list of words"},
           {"task", "null", "'task': expected a text"},
           {"labelled", "-1", "'labelled': expected a whole number"}}) {
    nlohmann::json changed = nlohmann::json::parse(good);
    changed[key] = nlohmann::json::parse(value);
    const std::string text = changed.dump();
    write("out/server/dataset.json", as_bytes(text));
    const Status status = load_written().status();
    EXPECT_EQ(status.code(), Code::kCorrupt) << text;
    EXPECT_THAT(status.message(), ::testing::HasSubstr(wrong));
  }
}

}  // namespace
}  // namespace covey::data
