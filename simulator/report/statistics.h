#pragma once

#include <vector>

#include "simulator/report/figure.h"

namespace covey::simulator {

/// Mean and sample standard deviation (n - 1) of the values that are numbers.
struct Sample {
  std::size_t count = 0;
  double mean = 0;  ///< NaN for no value
  double sd = 0;    ///< 0 for fewer than two values
};

Sample summarise(const std::vector<double>& values);

/// The mean at `x`; from two values on with a spread of one standard deviation to either side.
Point mean_point(double x, const Sample& sample);

}  // namespace covey::simulator
