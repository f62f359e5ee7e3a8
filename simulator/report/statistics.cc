#include "simulator/report/statistics.h"

#include <cmath>
#include <limits>

namespace covey::simulator {

Sample summarise(const std::vector<double>& values) {
  Sample sample;
  double sum = 0;
  for (const double value : values) {
    if (std::isnan(value)) continue;
    sum += value;
    ++sample.count;
  }
  if (sample.count == 0) {
    sample.mean = std::numeric_limits<double>::quiet_NaN();
    return sample;
  }
  sample.mean = sum / static_cast<double>(sample.count);
  if (sample.count == 1) return sample;
  double squares = 0;
  for (const double value : values) {
    if (!std::isnan(value)) squares += (value - sample.mean) * (value - sample.mean);
  }
  sample.sd = std::sqrt(squares / static_cast<double>(sample.count - 1));
  return sample;
}

Point mean_point(double x, const Sample& sample) {
  Point point{x, sample.mean, std::nullopt};
  if (sample.count > 1) point.spread = Spread{sample.mean - sample.sd, sample.mean + sample.sd};
  return point;
}

}  // namespace covey::simulator
