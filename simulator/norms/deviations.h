#pragma once

#include <string>
#include <vector>

namespace covey::simulator {

/// What one batch gives a norm layer: mean, variance and mean square of each channel or feature.
struct BatchMoments {
  std::vector<double> mean;
  std::vector<double> variance;
  std::vector<double> square;
};

/// How far batches lie from their mean: the mean over batches and channels of the distance between a batch's
/// figure and the mean of all batches, the mean's in standard deviations of its channel, the others as shares
/// of themselves. 0 where all batches are alike. Channels that are constant (variance 0) are left out of
/// `mean` and `variance`, those that are 0 of `square`.
struct Deviations {
  double mean = 0;      ///< of mu, which batch norm takes from a batch
  double variance = 0;  ///< of sigma^2, likewise
  double square = 0;    ///< of psi^2, the mean square that power norm takes
};

/// Of the same number of channels in every batch; at least one batch.
///   source  Shen et al.: PowerNorm (arXiv 2003.07845), section 3, which shows such distances in training
Deviations deviations_of(const std::vector<BatchMoments>& batches);

}  // namespace covey::simulator
