#include "common/curvature/block_mean.h"

#include <gtest/gtest.h>

namespace covey::curvature {
namespace {

torch::Tensor means(const torch::Tensor& values, const std::string& blocks, std::int64_t size = 0) {
  const torch::Tensor found = block_mean(values, *parse_blocks(blocks, size));
  EXPECT_EQ(found.sizes(), values.sizes());
  return found;
}

TEST(BlockMean, AveragesKernelsOfConvolutions) {
  const torch::Tensor values = torch::arange(2 * 3 * 2 * 2, torch::kFloat64).view({2, 3, 2, 2});
  for (const std::string blocks : {"kernel", "row"}) {
    const torch::Tensor found = means(values, blocks);
    EXPECT_EQ(found[0][0][0][0].item<double>(), 1.5);
    EXPECT_EQ(found[1][2][1][0].item<double>(), 21.5);
  }
  EXPECT_TRUE(means(values, "none").equal(values));
  EXPECT_EQ(means(torch::tensor({{{1.0, 3.0}}}), "kernel")[0][0][1].item<double>(), 2);
}

TEST(BlockMean, AveragesRowsOfMatricesOnlyWhereAsked) {
  const torch::Tensor values = torch::tensor({{1.0, 3.0}, {5.0, 7.0}});
  EXPECT_TRUE(means(values, "kernel").equal(values));
  EXPECT_TRUE(means(values, "row").equal(torch::tensor({{2.0, 2.0}, {6.0, 6.0}})));
}

TEST(BlockMean, LeavesVectorsAndScalarsAlone) {
  for (const torch::Tensor& values : {torch::tensor({1.0, 3.0}), torch::tensor(4.0)}) {
    for (const std::string blocks : {"none", "kernel", "row"})
      EXPECT_TRUE(means(values, blocks).equal(values));
  }
  EXPECT_EQ(means(torch::tensor(4.0), "block", 8).item<double>(), 4);
}

TEST(BlockMean, AveragesBlocksOfAFixedSizeAndAShorterTail) {
  const torch::Tensor values = torch::tensor({{1.0, 3.0, 5.0}, {7.0, 2.0, 4.0}, {9.0, 1.0, 6.0}});
  const torch::Tensor expected = torch::tensor({{4.0, 4.0, 4.0}, {4.0, 4.0, 4.0}, {4.0, 4.0, 6.0}});
  EXPECT_TRUE(means(values, "block", 4).equal(expected));
  EXPECT_TRUE(means(torch::tensor({2.0, 4.0}), "block", 100).equal(torch::tensor({3.0, 3.0})));
}

TEST(BlockMean, KnowsItsNames) {
  EXPECT_EQ(parse_blocks("spatial", 0).status().code(), Code::kInvalidArgument);
}

}  // namespace
}  // namespace covey::curvature
