#pragma once

#include <gtest/gtest.h>

#include "common/curvature/parameter_vector.h"

namespace covey::curvature::testing {

/// Equal but for rounding in float64.
inline void expect_close(const ParameterVector& a, const ParameterVector& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i)
    EXPECT_LE((a[i] - b[i]).abs().max().item<double>(), 1e-12 * (1 + b[i].abs().max().item<double>())) << i;
}

}  // namespace covey::curvature::testing
