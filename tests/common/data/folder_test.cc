#include "common/base/image_shape.h"
#include "common/data/readers/image_file.h"
#include "common/data/registry.h"
#include "tests/common/data/support.h"

namespace covey::data {
namespace {

class FolderTest : public FolderFixture {
 protected:
  void put(const std::string& name, std::uint32_t salt, ImageShape shape = {1, 3, 4}) {
    write(name, encode_png(shape, pattern(shape.bytes(), salt)));
  }
  Result<Dataset> load() {
    config::Data config;
    config.name = "folder";
    config.path = folder_.string();
    return load_dataset(config, 1);
  }
};

TEST_F(FolderTest, ReadsTrainAndTestFolders) {
  put("train/cat/b.png", 2);
  put("train/cat/a.PNG", 1);
  put("train/dog/a.png", 3);
  put("test/dog/x.png", 4);
  write("train/.hidden", as_bytes("skipped"));
  const auto dataset = load();
  ASSERT_TRUE(dataset.ok()) << dataset.status().message();
  EXPECT_EQ(dataset->classes, 2);
  EXPECT_EQ(dataset->train.labels, (std::vector<std::int32_t>{0, 0, 1}));
  EXPECT_EQ(dataset->test.labels, (std::vector<std::int32_t>{1}));
  EXPECT_EQ(Bytes(dataset->train.sample(0).begin(), dataset->train.sample(0).end()), pattern(12, 1))
      << "sorted by name";
  EXPECT_FALSE(dataset->characters);
}

TEST_F(FolderTest, SplitsByNameWhenThereIsNoTestFolder) {
  for (std::uint32_t i = 0; i < 10; ++i) {
    put("cat/" + std::to_string(i) + ".png", i);
    put("dog/" + std::to_string(i) + ".png", 100 + i);
  }
  const auto dataset = load();
  ASSERT_TRUE(dataset.ok()) << dataset.status().message();
  EXPECT_EQ(dataset->train.size(), 16u);
  EXPECT_EQ(dataset->test.labels, (std::vector<std::int32_t>{0, 0, 1, 1}));
  EXPECT_EQ(Bytes(dataset->test.sample(0).begin(), dataset->test.sample(0).end()), pattern(12, 4));
}

TEST_F(FolderTest, NamesTheFileThatIsWrong) {
  put("train/cat/a.png", 1);
  put("test/cat/a.png", 1);
  put("train/cat/b.png", 2, {1, 4, 4});
  Status status = load().status();
  EXPECT_EQ(status.code(), Code::kInvalidArgument);
  EXPECT_NE(status.message().find("b.png"), std::string::npos) << status.message();

  write("train/cat/b.png", as_bytes("no image"));
  status = load().status();
  EXPECT_EQ(status.code(), Code::kCorrupt);
  EXPECT_NE(status.message().find("b.png"), std::string::npos) << status.message();

  fs::remove(folder_ / "train/cat/b.png");
  write("train/cat/notes.txt", as_bytes("x"));
  status = load().status();
  EXPECT_EQ(status.code(), Code::kInvalidArgument);
  EXPECT_NE(status.message().find("notes.txt"), std::string::npos) << status.message();
}

TEST_F(FolderTest, RejectsTestClassesWithoutTraining) {
  put("train/cat/a.png", 1);
  put("test/dog/a.png", 1);
  EXPECT_EQ(load().status().code(), Code::kInvalidArgument);
}

TEST_F(FolderTest, RejectsEmptyAndMissingFolders) {
  EXPECT_EQ(load().status().code(), Code::kInvalidArgument);
  fs::remove_all(folder_);
  EXPECT_EQ(load().status().code(), Code::kNotFound);
}

}  // namespace
}  // namespace covey::data
