// The diversity of a round on changes that can be computed by hand (ssfl.md 5).

#include "common/average/diversity_meter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "common/base/random.h"
#include "tests/support/models.h"

namespace covey::average {
namespace {

using testing::buffer;
using testing::layout_of;
using testing::parameter;
using testing::uniform_values;

class Members {
 public:
  explicit Members(Layout layout, std::uint32_t groups = 1)
      : layout_(std::move(layout)), meter_(layout_, groups) {}
  Members& add(const Values& change, std::uint32_t group = 0) {
    const Bytes bytes = testing::encode("fp32", 8, layout_, change);
    meter_.add({group}, *quant::ContainerView::parse(bytes, layout_));
    return *this;
  }
  Members& server(const Values& change) {
    meter_.add_server(change);
    return *this;
  }
  MeasuredDiversity one(bool classifier_only, bool inside_groups) const {
    for (const MeasuredDiversity& measured : meter_.result()) {
      if (measured.classifier_only == classifier_only && measured.inside_groups == inside_groups)
        return measured;
    }
    ADD_FAILURE() << "not measured";
    return {};
  }
  MeasuredDiversity round() const { return one(false, false); }
  const DiversityMeter& meter() const { return meter_; }

 private:
  Layout layout_;
  DiversityMeter meter_;
};

Layout plane() {
  return layout_of({parameter("w", {2})});
}

TEST(DiversityMeter, IsOneWhenAllChangeAlike) {
  Members members(plane());
  members.add({3, 4}).add({3, 4}).add({3, 4});
  EXPECT_DOUBLE_EQ(members.round().d, 1);
  EXPECT_EQ(members.round().nodes, 3);
}

TEST(DiversityMeter, IsTheNumberOfNodesWhenChangesAreOrthogonal) {
  Members members(layout_of({parameter("w", {3})}));
  members.add({2, 0, 0}).add({0, 2, 0}).add({0, 0, -2});
  EXPECT_DOUBLE_EQ(members.round().d, 3);
}

TEST(DiversityMeter, FollowsBothFormsOnAHandMadeCase) {
  Members members(plane());
  members.add({1, 0}).add({1, 2});
  // Lengths 1 + 5, sum (2, 2) of length 8: Delta = 6 / 8 and D = 2 * Delta.
  EXPECT_DOUBLE_EQ(members.round().d, 1.5);
  EXPECT_DOUBLE_EQ(members.round().d / members.round().nodes, 0.75);
}

TEST(DiversityMeter, DoesNotChangeWithTheScale) {
  Members members(plane());
  members.add({0.25f, 0}).add({0.25f, 0.5f});
  EXPECT_DOUBLE_EQ(members.round().d, 1.5);
}

TEST(DiversityMeter, CountsTheServerAsANode) {
  Members members(plane());
  members.add({1, 0}).server({1, 2});
  EXPECT_DOUBLE_EQ(members.round().d, 1.5);
  EXPECT_EQ(members.round().nodes, 2);
}

TEST(DiversityMeter, MeasuresInsideGroupsOverAllMembers) {
  Members members(plane(), 2);
  members.add({1, 0}, 0).add({1, 2}, 0).add({0, 1}, 1);
  const MeasuredDiversity inside = members.one(false, true);
  EXPECT_DOUBLE_EQ(inside.d, (2 * 1.5 + 1 * 1) / 3);
  EXPECT_DOUBLE_EQ(inside.nodes, (2 * 2 + 1 * 1) / 3.0);
  EXPECT_EQ(members.round().nodes, 3);
}

TEST(DiversityMeter, LooksAtTheClassifierAlone) {
  Members members(layout_of({parameter("a.weight", {1}), parameter("classifier.weight", {2})}));
  members.add({100, 1, 0}).add({-7, 1, 2});
  EXPECT_DOUBLE_EQ(members.one(true, false).d, 1.5);
  EXPECT_NE(members.round().d, 1.5);
}

TEST(DiversityMeter, LeavesBuffersOut) {
  Members members(layout_of({parameter("w", {2}), buffer("x.running_mean", {1})}));
  members.add({1, 0, 50}).add({1, 2, -9});
  EXPECT_DOUBLE_EQ(members.round().d, 1.5);
}

TEST(DiversityMeter, IsNotANumberWhenChangesCancelOut) {
  Members members(plane());
  members.add({1, 2}).add({-1, -2});
  EXPECT_TRUE(std::isnan(members.round().d));
}

TEST(DiversityMeter, HasNothingToSayWithoutUpdates) {
  EXPECT_TRUE(Members(plane()).meter().result().empty());
}

TEST(DiversityMeter, OrderOfArrivalChangesNoBit) {
  std::vector<std::uint32_t> order = {0, 1, 2, 3, 4, 5, 6};
  Sequence sequence(Stream(4, {}), 0);
  std::vector<double> results;
  for (int shuffle = 0; shuffle < 10; ++shuffle) {
    Members members(layout_of({parameter("w", {50})}));
    for (const std::uint32_t k : order) members.add(uniform_values(50, -1e3f, 1e-3f, k));
    results.push_back(members.round().d);
    sequence.shuffle(Span<std::uint32_t>(order));
  }
  for (const double result : results) EXPECT_EQ(result, results[0]);
}

TEST(DiversityMeter, ReadsCodesLikeValues) {
  const Layout layout = layout_of({parameter("w", {200})});
  DiversityMeter coded(layout, 1);
  DiversityMeter plain(layout, 1);
  for (std::uint32_t k = 0; k < 3; ++k) {
    const Bytes codes = testing::encode("ptq", 4, layout, uniform_values(200, -1, 1, k));
    const auto view = quant::ContainerView::parse(codes, layout);
    coded.add({0}, *view);
    const Bytes values = testing::encode("fp32", 8, layout, view->decode());
    plain.add({0}, *quant::ContainerView::parse(values, layout));
  }
  EXPECT_NEAR(coded.result()[0].d, plain.result()[0].d, 1e-9);
}

}  // namespace
}  // namespace covey::average
