#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/average/accumulator.h"
#include "common/average/registry.h"
#include "common/average/round_averager.h"
#include "tests/support/models.h"

namespace covey::average {

/// One round over `layout`, fed with updates as fp32 containers.
class Round {
 public:
  Round(Layout layout, std::uint32_t groups, std::uint32_t slots, Order order,
        const std::string& rule = "grouping", const RuleOptions& options = {}, std::uint32_t weight_max = 1)
      : layout_(std::move(layout)),
        averager_(layout_, **make_rule(rule, options), {groups, slots, order, weight_max}) {}

  Status try_add(std::uint32_t group, const Values& delta, std::uint32_t weight = 1) {
    const Bytes bytes = testing::encode("fp32", 8, layout_, delta);
    return averager_.add_update({group}, *quant::ContainerView::parse(bytes, layout_), weight);
  }
  Round& add(std::uint32_t group, const Values& delta, std::uint32_t weight = 1) {
    const Status status = try_add(group, delta, weight);
    EXPECT_TRUE(status.ok()) << status.message();
    return *this;
  }
  GlobalModels finish(const GlobalModels& committed, const Values& server = {}) const {
    return *averager_.finish(committed, server);
  }
  const RoundAverager& averager() const { return averager_; }

 private:
  Layout layout_;
  RoundAverager averager_;
};

inline Layout scalar() {
  return testing::layout_of({testing::parameter("w", {1})});
}

inline GlobalModels same_everywhere(const Values& values, std::size_t groups) {
  return {std::vector<Values>(groups, values), values};
}

inline std::vector<float> scalars(const std::vector<Values>& masters) {
  std::vector<float> values;
  for (const Values& master : masters) values.push_back(master[0]);
  return values;
}

}  // namespace covey::average
