#include "common/learn/mixup.h"

namespace covey::learn {

double mixing_share(double alpha, Sequence draws) {
  const double first = draws.gamma(alpha);
  const double second = draws.gamma(alpha);
  const double sum = first + second;
  // For a small alpha both can be too small for a double: Beta(alpha, alpha) then is close to a coin.
  if (sum > 0) return first / sum;
  return draws.coin() ? 1 : 0;
}

torch::Tensor mixed_images(const Batch& fix, const Batch& mix, double share) {
  return fix.weak * share + mix.weak * (1 - share);
}

torch::Tensor mixed_cross_entropy(const torch::Tensor& logits, const Batch& fix, const Batch& mix,
                                  double share) {
  using torch::nn::functional::cross_entropy;
  return cross_entropy(logits, fix.labels) * share + cross_entropy(logits, mix.labels) * (1 - share);
}

}  // namespace covey::learn
