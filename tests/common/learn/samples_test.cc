#include "common/learn/samples.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/common/learn/hand_made.h"

namespace covey::learn {
namespace {

Stream stream(std::uint32_t round = 0) {
  return {1, StreamId{Purpose::kDataOrder, round, 0, 4}};
}

std::vector<std::uint32_t> take(SampleOrder& order, int batches) {
  std::vector<std::uint32_t> all;
  for (int i = 0; i < batches; ++i) {
    const auto batch = order.next();
    all.insert(all.end(), batch.begin(), batch.end());
  }
  return all;
}

TEST(SampleOrder, ShowsEverySampleOncePerPass) {
  SampleOrder order(12, 4, stream());
  for (int pass = 0; pass < 3; ++pass) {
    const auto seen = take(order, 3);
    EXPECT_EQ(std::set<std::uint32_t>(seen.begin(), seen.end()).size(), 12u);
  }
}

TEST(SampleOrder, DropsTheIncompleteBatch) {
  SampleOrder order(11, 4, stream());
  for (int pass = 0; pass < 3; ++pass) {
    const auto seen = take(order, 2);
    EXPECT_EQ(std::set<std::uint32_t>(seen.begin(), seen.end()).size(), 8u) << "no sample twice in a pass";
  }
}

TEST(SampleOrder, ShufflesAnewEachPassAndEachRound) {
  SampleOrder order(12, 12, stream());
  SampleOrder again(12, 12, stream());
  SampleOrder other_round(12, 12, stream(1));
  const auto first = take(order, 1);
  EXPECT_EQ(take(again, 1), first);
  EXPECT_NE(take(order, 1), first);
  EXPECT_NE(take(other_round, 1), first);
}

TEST(SampleOrder, ASmallMemberUsesAllInEveryStep) {
  SampleOrder order(3, 64, stream());
  EXPECT_EQ(order.batch(), 3u);
  for (int step = 0; step < 3; ++step) {
    const auto seen = take(order, 1);
    EXPECT_EQ(std::set<std::uint32_t>(seen.begin(), seen.end()), (std::set<std::uint32_t>{0, 1, 2}));
  }
}

TEST(SampleOrder, WithReplacementABatchMayBeLargerThanTheMember) {
  SampleOrder order(3, 8, stream(), Drawing::kWithReplacement);
  SampleOrder again(3, 8, stream(), Drawing::kWithReplacement);
  EXPECT_EQ(order.batch(), 8u);
  const auto first = take(order, 1);
  EXPECT_EQ(take(again, 1), first);
  EXPECT_NE(take(order, 1), first);
  const auto many = take(order, 50);
  EXPECT_EQ(std::set<std::uint32_t>(many.begin(), many.end()), (std::set<std::uint32_t>{0, 1, 2}));
}

TEST(Samples, AllSamplesKeepTheirLabels) {
  const data::SampleSet images = testing::striped_images(4);
  const Samples samples = all_samples(images);
  EXPECT_EQ(samples.indices, (std::vector<std::uint32_t>{0, 1, 2, 3}));
  EXPECT_EQ(samples.labels, (std::vector<std::int32_t>{0, 1, 2, 0}));
}

}  // namespace
}  // namespace covey::learn
