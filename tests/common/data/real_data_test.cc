// The readers on published data, in the layouts that the sets are published in: in the folder that COVEY_DATA
// names, else in shared/data beside the checkout. A test whose set is not there is skipped.

#include <gtest/gtest.h>

#include <cstdlib>

#include "common/base/file.h"
#include "common/data/partition/partition.h"
#include "common/data/registry.h"

namespace covey::data {
namespace {

class RealData : public ::testing::Test {
 protected:
  /// Skips the test unless the set's folder is there with this file of it.
  void find(const std::string& folder, const std::string& file) {
    const char* named = std::getenv("COVEY_DATA");
    const fs::path root = named != nullptr ? fs::path(named) : fs::path(COVEY_SOURCE_DIR) / "../shared/data";
    path_ = root / folder;
    if (!fs::exists(path_ / file))
      GTEST_SKIP() << path_ / file << " is not there; COVEY_DATA names its folder";
  }
  Dataset load(const std::string& name) {
    config::Data config;
    config.name = name;
    config.path = path_.string();
    auto dataset = load_dataset(config, 1);
    EXPECT_TRUE(dataset.ok()) << dataset.status().message();
    return dataset.ok() ? *std::move(dataset) : Dataset{};
  }
  fs::path path_;
};

double mean_pixel(const SampleSet& images) {
  double sum = 0.0;
  for (const std::uint8_t pixel : images.bytes) sum += pixel;
  return sum / static_cast<double>(images.bytes.size()) / 255.0;
}

TEST_F(RealData, Cifar10) {
  find("cifar-10-batches-bin", "test_batch.bin");
  if (IsSkipped()) return;
  const Dataset dataset = load("cifar10");
  EXPECT_EQ(dataset.train.size(), 50000u);
  EXPECT_EQ(dataset.test.size(), 10000u);
  EXPECT_NEAR(mean_pixel(dataset.train), (0.4914 + 0.4822 + 0.4465) / 3.0, 0.005);
}

TEST_F(RealData, Mnist) {
  find("mnist", "t10k-images-idx3-ubyte.gz");
  if (IsSkipped()) return;
  const Dataset dataset = load("mnist");
  EXPECT_EQ(dataset.train.size(), 60000u);
  EXPECT_EQ(dataset.test.size(), 10000u);
  EXPECT_NEAR(mean_pixel(dataset.train), 0.1307, 0.0005);
}

TEST_F(RealData, EmnistLetters) {
  find("emnist", "emnist-letters-test-images-idx3-ubyte.gz");
  if (IsSkipped()) return;
  const Dataset dataset = load("emnist");
  EXPECT_EQ(dataset.classes, 26);
  EXPECT_EQ(dataset.train.size(), 41600u);
  EXPECT_TRUE(dataset.characters);
}

TEST_F(RealData, Svhn) {
  find("svhn", "test_32x32.mat");
  if (IsSkipped()) return;
  const Dataset dataset = load("svhn");
  EXPECT_EQ(dataset.train.size(), 100u);
  EXPECT_EQ(dataset.test.size(), 30u);
  const std::vector<std::int32_t> first = {4, 5, 4, 4, 9, 7, 7, 9, 8, 3, 7, 0};
  EXPECT_TRUE(std::equal(first.begin(), first.end(), dataset.train.labels.begin()));
}

TEST_F(RealData, FemnistWithItsNaturalPartition) {
  find("femnist_digits12", "clients-idx1-ubyte");
  if (IsSkipped()) return;
  const Dataset dataset = load("femnist");
  EXPECT_EQ(dataset.train.size() + dataset.test.size(), 5997u);
  EXPECT_LT(mean_pixel(dataset.train), 0.3) << "light ink on black";
  config::Data data;
  data.partition = "natural";
  config::Federation federation;
  federation.users = 12;
  federation.labelled = 100;
  const auto partition = make_partition(dataset, data, federation, 1);
  ASSERT_TRUE(partition.ok()) << partition.status().message();
  EXPECT_EQ(partition->users.size(), 12u);
}

}  // namespace
}  // namespace covey::data
