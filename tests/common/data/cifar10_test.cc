#include "common/data/readers/cifar10.h"
#include "common/base/image_shape.h"

#include "common/data/registry.h"
#include "tests/common/data/support.h"

namespace covey::data {
namespace {

constexpr std::size_t kRecord = 3073;

Bytes batch(std::size_t count, std::uint32_t salt) {
  Bytes bytes = pattern(count * kRecord, salt);
  for (std::size_t i = 0; i < count; ++i) bytes[i * kRecord] = static_cast<std::uint8_t>((i + salt) % 10);
  return bytes;
}

TEST(Cifar10, KeepsPlanesAndLabels) {
  const Bytes bytes = batch(3, 4);
  SampleSet images;
  ASSERT_TRUE(parse_cifar10(bytes, images).ok());
  EXPECT_EQ(images.labels, (std::vector<std::int32_t>{4, 5, 6}));
  EXPECT_EQ(ImageShape::of(images.format), (ImageShape{3, 32, 32}));
  EXPECT_EQ(Bytes(images.sample(1).begin(), images.sample(1).end()),
            Bytes(bytes.begin() + kRecord + 1, bytes.begin() + 2 * kRecord));
}

TEST(Cifar10, RejectsPartialRecordsAndLabels) {
  Bytes bytes = batch(2, 0);
  SampleSet images;
  for (const std::size_t length :
       {std::size_t{0}, std::size_t{1}, kRecord - 1, kRecord + 1, 2 * kRecord - 1}) {
    const Status status = parse_cifar10(ByteSpan(bytes.data(), length), images);
    EXPECT_EQ(status.code(), Code::kCorrupt) << length;
  }
  bytes[kRecord] = 10;
  const Status status = parse_cifar10(bytes, images);
  EXPECT_EQ(status.code(), Code::kCorrupt);
  EXPECT_NE(status.message().find("at byte 3073"), std::string::npos) << status.message();
}

class Cifar10FolderTest : public FolderFixture {
 protected:
  void write_set(const std::string& prefix) {
    for (std::uint32_t i = 1; i <= 5; ++i)
      write(prefix + "data_batch_" + std::to_string(i) + ".bin", batch(4, i));
    write(prefix + "test_batch.bin", batch(4, 6));
  }
  Result<Dataset> load() {
    config::Data config;
    config.name = "cifar10";
    config.path = folder_.string();
    return load_dataset(config, 1);
  }
};

TEST_F(Cifar10FolderTest, TakesTheFolderOrItsParent) {
  write_set("cifar-10-batches-bin/");
  const auto parent = load();
  ASSERT_TRUE(parent.ok()) << parent.status().message();
  EXPECT_EQ(parent->train.size(), 20u);
  EXPECT_FALSE(parent->characters);
  fs::remove_all(folder_);
  write_set("");
  EXPECT_EQ(load()->train.bytes, parent->train.bytes);
}

TEST_F(Cifar10FolderTest, AMissingOrBrokenBatchIsNamed) {
  write_set("");
  write("data_batch_3.bin", Bytes(100, 0));
  Status status = load().status();
  EXPECT_EQ(status.code(), Code::kCorrupt);
  EXPECT_NE(status.message().find("data_batch_3.bin"), std::string::npos);
  fs::remove(folder_ / "data_batch_4.bin");
  write("data_batch_3.bin", batch(1, 0));
  status = load().status();
  EXPECT_EQ(status.code(), Code::kNotFound);
  EXPECT_NE(status.message().find("data_batch_4.bin"), std::string::npos);
}

}  // namespace
}  // namespace covey::data
