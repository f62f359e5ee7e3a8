#include "common/data/registry.h"

#include "common/data/images.h"
#include "common/data/partition/registry.h"
#include "tests/common/data/support.h"

namespace covey::data {
namespace {

TEST(DataRegistry, ListsEveryReaderAndPartition) {
  EXPECT_EQ(dataset_registry().names(),
            (std::vector<std::string>{"agnews", "cifar10", "emnist", "fashion", "femnist", "folder", "glyphs",
                                      "grounding", "grounding-folder", "mnist", "shakespeare", "sst2", "svhn",
                                      "text-folder", "text-lines"}));
  EXPECT_EQ(partition_registry().names(),
            (std::vector<std::string>{"classes", "dirichlet", "iid", "natural", "shards"}));
}

TEST(DataRegistry, AnUnknownNameIsAnsweredWithTheKnownOnes) {
  config::Data config;
  config.name = "imagenet";
  const Status status = load_dataset(config, 1).status();
  EXPECT_EQ(status.code(), Code::kInvalidArgument);
  EXPECT_NE(status.message().find("cifar10"), std::string::npos) << status.message();
}

TEST(DataRegistry, LimitsTakeAClassBalancedSeededSubset) {
  config::Data config;
  config.glyph_train = 500;
  config.glyph_test = 100;
  const auto whole = load_dataset(config, 3);
  config.train_limit = 105;
  config.test_limit = 20;
  const auto limited = load_dataset(config, 3);
  ASSERT_TRUE(limited.ok()) << limited.status().message();
  EXPECT_EQ(limited->train.size(), 105u);
  EXPECT_EQ(limited->test.size(), 20u);
  for (const auto& members : positions_by_class(limited->train, 10)) {
    EXPECT_GE(members.size(), 10u);
    EXPECT_LE(members.size(), 11u);
  }
  EXPECT_EQ(load_dataset(config, 3)->train.bytes, limited->train.bytes);
  config.train_limit = 500;
  EXPECT_EQ(load_dataset(config, 3)->train.bytes, whole->train.bytes);
  config.train_limit = -1;
  EXPECT_EQ(load_dataset(config, 3).status().code(), Code::kInvalidArgument);
}

TEST(Images, LimitsAreCheckedBeforeMemoryIsTaken) {
  EXPECT_TRUE(check_image_limits({3, 32, 32}, 1000000).ok());
  EXPECT_FALSE(check_image_limits({3, 1024, 1024}, 1000000).ok());
  EXPECT_FALSE(check_image_limits({1, 1, 1}, kImagesMax + 1).ok());
  EXPECT_FALSE(check_image_limits({2, 32, 32}, 1).ok());
  EXPECT_FALSE(check_image_limits({1, 0, 32}, 1).ok());
  EXPECT_FALSE(check_image_limits({1, 32, 1025}, 1).ok());
}

}  // namespace
}  // namespace covey::data
