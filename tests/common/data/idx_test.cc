#include "common/data/readers/idx.h"
#include "common/base/image_shape.h"

#include "common/data/registry.h"
#include "tests/common/data/support.h"

namespace covey::data {
namespace {

TEST(Idx, RoundTripsImagesAndNumbers) {
  const auto pixels = pattern(2 * 3 * 5);
  const auto images = parse_idx_images(idx_file({2, 3, 5}, pixels));
  ASSERT_TRUE(images.ok()) << images.status().message();
  EXPECT_EQ(ImageShape::of(images->format), (ImageShape{1, 3, 5}));
  EXPECT_EQ(images->bytes, pixels);
  EXPECT_EQ(images->size(), 2u);
  EXPECT_EQ(*parse_idx_numbers(idx_file({4}, {9, 8, 7, 6})), (std::vector<std::uint8_t>{9, 8, 7, 6}));
}

TEST(Idx, RejectsTruncationAtEveryLengthAndExtraBytes) {
  Bytes file = idx_file({2, 3, 5}, pattern(30));
  for (std::size_t length = 0; length < file.size(); ++length) {
    const auto result = parse_idx_images(ByteSpan(file.data(), length));
    ASSERT_EQ(result.status().code(), Code::kCorrupt) << length;
    ASSERT_NE(result.status().message().find("at byte"), std::string::npos) << result.status().message();
  }
  file.push_back(0);
  EXPECT_EQ(parse_idx_images(file).status().code(), Code::kCorrupt);
}

TEST(Idx, RejectsAnotherMagicNamingTheByte) {
  for (std::size_t i = 0; i < 4; ++i) {
    Bytes file = idx_file({1, 2, 2}, pattern(4));
    file[i] ^= 1;
    const Status status = parse_idx_images(file).status();
    EXPECT_EQ(status.code(), Code::kCorrupt);
    EXPECT_NE(status.message().find("at byte " + std::to_string(i)), std::string::npos) << status.message();
  }
}

TEST(Idx, RejectsHugeSizesWithoutAllocatingThem) {
  EXPECT_EQ(parse_idx_images(idx_file({0xffffffffu, 0xffffffffu, 0xffffffffu}, {})).status().code(),
            Code::kCorrupt);
  EXPECT_EQ(parse_idx_images(idx_file({0x10000000u, 4, 4}, {1})).status().code(), Code::kCorrupt);
  EXPECT_EQ(parse_idx_images(idx_file({0, 2, 2000}, {})).status().code(), Code::kCorrupt);
  EXPECT_EQ(parse_idx_images(idx_file({0, 0, 4}, {})).status().code(), Code::kCorrupt);
}

class MnistTest : public FolderFixture {
 protected:
  void write_set(bool gzip) {
    put("train-images-idx3-ubyte", idx_file({4, 2, 2}, pattern(16)), gzip);
    put("train-labels-idx1-ubyte", idx_file({4}, {0, 1, 2, 9}), gzip);
    put("t10k-images-idx3-ubyte", idx_file({2, 2, 2}, pattern(8, 1)), gzip);
    put("t10k-labels-idx1-ubyte", idx_file({2}, {3, 4}), gzip);
  }
  void put(const std::string& name, const Bytes& bytes, bool gzip) {
    gzip ? write(name + ".gz", compressed(bytes, true)) : write(name, bytes);
  }
  Result<Dataset> load(const std::string& name = "mnist") {
    config::Data config;
    config.name = name;
    config.path = folder_.string();
    return load_dataset(config, 1);
  }
};

TEST_F(MnistTest, ReadsPlainAndGzipFilesAlike) {
  write_set(false);
  const auto plain = load();
  ASSERT_TRUE(plain.ok()) << plain.status().message();
  EXPECT_EQ(plain->train.labels, (std::vector<std::int32_t>{0, 1, 2, 9}));
  EXPECT_EQ(plain->test.bytes, pattern(8, 1));
  EXPECT_TRUE(plain->characters);
  fs::remove_all(folder_);
  write_set(true);
  const auto packed = load();
  ASSERT_TRUE(packed.ok()) << packed.status().message();
  EXPECT_EQ(packed->train.bytes, plain->train.bytes);
  EXPECT_EQ(packed->test.labels, plain->test.labels);
}

TEST_F(MnistTest, FashionMayBeFlippedDigitsMayNot) {
  write_set(false);
  EXPECT_FALSE(load("fashion")->characters);
  EXPECT_TRUE(load("mnist")->characters);
}

TEST_F(MnistTest, MissingFilesAreNamed) {
  const Status status = load().status();
  EXPECT_EQ(status.code(), Code::kNotFound);
  EXPECT_NE(status.message().find("train-images-idx3-ubyte.gz"), std::string::npos) << status.message();
}

TEST_F(MnistTest, CorruptFilesAreNamedWithTheByte) {
  write_set(false);
  write("t10k-images-idx3-ubyte", idx_file({2, 2, 2}, pattern(7)));
  Status status = load().status();
  EXPECT_EQ(status.code(), Code::kCorrupt);
  EXPECT_NE(status.message().find("t10k-images-idx3-ubyte"), std::string::npos) << status.message();
  EXPECT_NE(status.message().find("at byte 16"), std::string::npos) << status.message();

  write("t10k-images-idx3-ubyte", idx_file({3, 2, 2}, pattern(12)));
  status = load().status();
  EXPECT_EQ(status.code(), Code::kCorrupt) << "more images than labels";

  write("t10k-images-idx3-ubyte", idx_file({2, 2, 2}, pattern(8)));
  write("t10k-labels-idx1-ubyte", idx_file({2}, {3, 10}));
  status = load().status();
  EXPECT_EQ(status.code(), Code::kCorrupt) << "label outside the classes";
  EXPECT_NE(status.message().find("label 10"), std::string::npos) << status.message();
}

TEST_F(MnistTest, CorruptGzipIsNamed) {
  write_set(true);
  Bytes broken = compressed(idx_file({4, 2, 2}, pattern(16)), true);
  broken.resize(broken.size() - 5);
  write("train-images-idx3-ubyte.gz", broken);
  const Status status = load().status();
  EXPECT_EQ(status.code(), Code::kCorrupt);
  EXPECT_NE(status.message().find("train-images-idx3-ubyte.gz: at compressed byte"), std::string::npos)
      << status.message();
}

class FemnistTest : public FolderFixture {};

TEST_F(FemnistTest, KeepsOwnersInvertsInkAndHoldsOutASixth) {
  write("images-idx3-ubyte", idx_file({12, 1, 1}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}));
  write("labels-idx1-ubyte", idx_file({12}, std::vector<std::uint8_t>(12, 1)));
  write("clients-idx1-ubyte", idx_file({12}, {0, 0, 0, 0, 0, 0, 7, 7, 7, 7, 7, 7}));
  config::Data config;
  config.name = "femnist";
  config.path = folder_.string();
  const auto dataset = load_dataset(config, 1);
  ASSERT_TRUE(dataset.ok()) << dataset.status().message();
  EXPECT_EQ(dataset->test.bytes, (std::vector<std::uint8_t>{250, 244}));
  EXPECT_EQ(dataset->train.owners, (std::vector<std::uint32_t>{0, 0, 0, 0, 0, 7, 7, 7, 7, 7}));
  EXPECT_EQ(dataset->classes, 2);

  write("clients-idx1-ubyte", idx_file({11}, std::vector<std::uint8_t>(11, 0)));
  EXPECT_EQ(load_dataset(config, 1).status().code(), Code::kCorrupt);
}

}  // namespace
}  // namespace covey::data
