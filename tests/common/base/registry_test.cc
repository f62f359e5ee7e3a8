#include "common/base/registry.h"

#include <gtest/gtest.h>

namespace covey {
namespace {

TEST(Registry, FindsByNameAndListsKnownNamesOtherwise) {
  Registry<int> registry("codec");
  registry.add("ptq", 1).add("fp32", 2);
  EXPECT_EQ(*registry.find("ptq"), 1);
  EXPECT_EQ(registry.find("psq").status().message(), "unknown codec 'psq'; known: fp32, ptq");
  EXPECT_EQ(registry.names(), (std::vector<std::string>{"fp32", "ptq"}));
}

}  // namespace
}  // namespace covey
