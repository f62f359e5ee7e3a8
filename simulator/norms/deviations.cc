#include "simulator/norms/deviations.h"

#include <cmath>

#include "common/base/check.h"

namespace covey::simulator {

namespace {

/// Adds up one figure's distances over all channels.
class MeanDistance {
 public:
  void add(double value, double centre, double scale) {
    if (scale == 0) return;
    sum_ += std::abs(value - centre) / scale;
    ++count_;
  }
  double value() const { return count_ == 0 ? 0 : sum_ / count_; }

 private:
  double sum_ = 0;
  double count_ = 0;
};

template <typename Figure>
double mean_of(const std::vector<BatchMoments>& batches, const Figure& figure) {
  double sum = 0;
  for (const BatchMoments& batch : batches) sum += figure(batch);
  return sum / static_cast<double>(batches.size());
}

}  // namespace

Deviations deviations_of(const std::vector<BatchMoments>& batches) {
  COVEY_CHECK(!batches.empty(), "no batch");
  MeanDistance mean;
  MeanDistance variance;
  MeanDistance square;
  for (std::size_t c = 0; c < batches.front().mean.size(); ++c) {
    const double mu = mean_of(batches, [c](const BatchMoments& b) { return b.mean[c]; });
    const double sigma2 = mean_of(batches, [c](const BatchMoments& b) { return b.variance[c]; });
    const double psi2 = mean_of(batches, [c](const BatchMoments& b) { return b.square[c]; });
    for (const BatchMoments& batch : batches) {
      mean.add(batch.mean[c], mu, std::sqrt(sigma2));
      variance.add(batch.variance[c], sigma2, sigma2);
      square.add(batch.square[c], psi2, psi2);
    }
  }
  return {mean.value(), variance.value(), square.value()};
}

}  // namespace covey::simulator
