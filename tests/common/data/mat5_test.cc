#include "common/data/readers/mat5.h"

#include "common/data/registry.h"
#include "tests/common/data/mat5_builder.h"

namespace covey::data {
namespace {

TEST(Mat5, ReadsHeadersOfPlainAndCompressedArrays) {
  const Bytes x = mat_array("X", {2, 3, 4}, pattern(24));
  for (const Bytes& variable : {x, mat_compressed(x)}) {
    const auto variables = inspect_mat5(mat_file({variable}));
    ASSERT_TRUE(variables.ok()) << variables.status().message();
    ASSERT_EQ(variables->size(), 1u);
    EXPECT_EQ((*variables)[0].name, "X");
    EXPECT_EQ((*variables)[0].dimensions, (std::vector<std::uint32_t>{2, 3, 4}));
    EXPECT_EQ((*variables)[0].array_class, kMatUint8Class);
    EXPECT_EQ((*variables)[0].value_count, 24u);
  }
}

TEST(Mat5, RejectsTruncationAtEveryLength) {
  const Bytes x = mat_array("X", {2, 3, 4}, pattern(24));
  for (const Bytes& file : {mat_file({x}), mat_file({mat_compressed(x)})}) {
    for (std::size_t length = 0; length < file.size(); ++length) {
      if (length == 128) continue;  // a file without variables is whole
      const auto result = inspect_mat5(ByteSpan(file.data(), length));
      ASSERT_EQ(result.status().code(), Code::kCorrupt) << length;
    }
  }
}

TEST(Mat5, SurvivesEveryFlippedByte) {
  const Bytes file = mat_file({mat_array("X", {2, 3, 4}, pattern(24))});
  for (std::size_t i = 0; i < file.size(); ++i) {
    for (const int flip : {0x01, 0x80, 0xff}) {
      Bytes broken = file;
      broken[i] = static_cast<std::uint8_t>(broken[i] ^ flip);
      const auto result = inspect_mat5(broken);
      if (result.ok()) {
        ASSERT_EQ((*result)[0].value_count, 24u) << i;
      }
    }
  }
}

TEST(Mat5, RejectsSizesThatDisagree) {
  EXPECT_FALSE(inspect_mat5(mat_file({mat_array("X", {2, 3, 5}, pattern(24))})).ok());
  EXPECT_FALSE(inspect_mat5(mat_file({mat_array("X", {-1, 3}, pattern(24))})).ok());
  EXPECT_FALSE(inspect_mat5(mat_file({mat_array("X", {1 << 20, 1 << 20, 1 << 20}, pattern(24))})).ok());
  EXPECT_FALSE(inspect_mat5(mat_file({mat_array("X", {24}, pattern(24))})).ok());
}

class SvhnTest : public FolderFixture {
 protected:
  void write_set(const std::vector<std::int32_t>& x_size, const std::vector<std::uint8_t>& labels,
                 bool packed) {
    std::size_t values = 1;
    for (const std::int32_t size : x_size) values *= static_cast<std::size_t>(size);
    pixels_ = pattern(values);
    const Bytes x = mat_array("X", x_size, pixels_);
    const Bytes y = mat_array("y", {static_cast<std::int32_t>(labels.size()), 1}, labels);
    const Bytes file = packed ? mat_file({mat_compressed(x), mat_compressed(y)}) : mat_file({x, y});
    write("train_32x32.mat", file);
    write("test_32x32.mat", file);
  }
  Result<Dataset> load() {
    config::Data config;
    config.name = "svhn";
    config.path = folder_.string();
    return load_dataset(config, 1);
  }
  std::vector<std::uint8_t> pixels_;
};

TEST_F(SvhnTest, ReadsColumnMajorImagesAndTurnsTenIntoZero) {
  for (const bool packed : {false, true}) {
    write_set({32, 32, 3, 2}, {10, 3}, packed);
    const auto dataset = load();
    ASSERT_TRUE(dataset.ok()) << dataset.status().message();
    EXPECT_EQ(dataset->train.labels, (std::vector<std::int32_t>{0, 3}));
    EXPECT_TRUE(dataset->characters);
    // Value (row 5, column 7, channel 2, image 1) in both orders.
    EXPECT_EQ(dataset->train.sample(1)[(2 * 32 + 5) * 32 + 7], pixels_[5 + 32 * (7 + 32 * (2 + 3 * 1))]);
  }
}

TEST_F(SvhnTest, RejectsOtherSizesAndLabels) {
  write_set({32, 31, 3, 2}, {1, 2}, true);
  EXPECT_EQ(load().status().code(), Code::kCorrupt);
  write_set({32, 32, 3, 2}, {1, 2, 3}, true);
  EXPECT_EQ(load().status().code(), Code::kCorrupt);
  write_set({32, 32, 3, 2}, {1, 11}, true);
  EXPECT_EQ(load().status().code(), Code::kCorrupt);
  write("train_32x32.mat", as_bytes("MATLAB 7.3 MAT-file"));
  const Status status = load().status();
  EXPECT_EQ(status.code(), Code::kCorrupt);
  EXPECT_NE(status.message().find("train_32x32.mat"), std::string::npos) << status.message();
}

TEST_F(SvhnTest, AMissingFileIsNamed) {
  const Status status = load().status();
  EXPECT_EQ(status.code(), Code::kNotFound);
  EXPECT_NE(status.message().find("train_32x32.mat"), std::string::npos) << status.message();
}

}  // namespace
}  // namespace covey::data
