#include "common/data/readers/emnist.h"
#include "common/base/image_shape.h"

#include "common/data/registry.h"
#include "tests/common/data/support.h"

namespace covey::data {
namespace {

TEST(Emnist, TranspositionIsUndone) {
  SampleSet images;
  images.format = ImageShape{1, 2, 3};
  images.bytes = {1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16};
  images.labels = {0, 0};
  transpose_images(images);
  EXPECT_EQ(ImageShape::of(images.format), (ImageShape{1, 3, 2}));
  EXPECT_EQ(images.bytes, (std::vector<std::uint8_t>{1, 4, 2, 5, 3, 6, 11, 14, 12, 15, 13, 16}));
}

TEST(Emnist, MappingLinesAreCounted) {
  EXPECT_EQ(*count_mapped_classes("1 65 97\n2 66 98\n"), 2);
  EXPECT_EQ(*count_mapped_classes("0 48\r\n1 49\r\n\r\n"), 2);
  EXPECT_EQ(count_mapped_classes("").status().code(), Code::kCorrupt);
  const Status status = count_mapped_classes("0 48\nx 49\n").status();
  EXPECT_NE(status.message().find("line 2"), std::string::npos) << status.message();
  EXPECT_EQ(count_mapped_classes("12\n").status().code(), Code::kCorrupt);
}

class EmnistFolderTest : public FolderFixture {
 protected:
  void write_split(const std::string& split, const std::vector<std::uint8_t>& labels) {
    const auto count = static_cast<std::uint32_t>(labels.size());
    for (const std::string part : {"train", "test"}) {
      write("emnist-" + split + "-" + part + "-images-idx3-ubyte",
            idx_file({count, 2, 2}, pattern(count * 4)));
      write("emnist-" + split + "-" + part + "-labels-idx1-ubyte", idx_file({count}, labels));
    }
  }
  Result<Dataset> load(const std::string& split = "") {
    config::Data config;
    config.name = "emnist";
    config.path = (split.empty() ? folder_ : folder_ / split).string();
    return load_dataset(config, 1);
  }
};

TEST_F(EmnistFolderTest, LettersStartAtZero) {
  write_split("letters", {1, 26, 2});
  const auto dataset = load();
  ASSERT_TRUE(dataset.ok()) << dataset.status().message();
  EXPECT_EQ(dataset->train.labels, (std::vector<std::int32_t>{0, 25, 1}));
  EXPECT_EQ(dataset->classes, 26);
}

TEST_F(EmnistFolderTest, ALetterWithLabelZeroIsCorrupt) {
  write_split("letters", {1, 0, 2});
  EXPECT_EQ(load().status().code(), Code::kCorrupt);
}

TEST_F(EmnistFolderTest, SplitsAreChosenByNameAndBalancedIsTheDefault) {
  write_split("letters", {1, 2});
  write_split("digits", {0, 9});
  const Status status = load().status();
  EXPECT_EQ(status.code(), Code::kInvalidArgument);
  EXPECT_NE(status.message().find("digits letters"), std::string::npos) << status.message();
  EXPECT_EQ(load("digits")->classes, 10);
  write_split("balanced", {0, 46});
  EXPECT_EQ(load()->classes, 47);
  EXPECT_EQ(load("byclass").status().code(), Code::kNotFound);
}

TEST_F(EmnistFolderTest, TheMappingSetsTheNumberOfClasses) {
  write_split("balanced", {0, 3});
  write("emnist-balanced-mapping.txt", as_bytes("0 48\n1 49\n2 50\n3 51\n4 52\n"));
  EXPECT_EQ(load()->classes, 5);
  write("emnist-balanced-mapping.txt", as_bytes("0 48\n1 49\n"));
  EXPECT_EQ(load().status().code(), Code::kCorrupt) << "label 3 of 2 classes";
}

}  // namespace
}  // namespace covey::data
