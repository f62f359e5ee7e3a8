#include "common/learn/objective.h"

#include "common/learn/objectives/consistency.h"
#include "common/learn/objectives/self_training.h"
#include "common/learn/objectives/supervised.h"

namespace covey::learn {

torch::Tensor masked_cross_entropy(const torch::Tensor& logits, const PseudoLabels& labels) {
  using torch::nn::functional::cross_entropy;
  const auto options = torch::nn::functional::CrossEntropyFuncOptions().reduction(torch::kNone);
  return (cross_entropy(logits, labels.labels, options) * labels.mask).mean();
}

const Registry<ObjectiveMaker>& objective_registry() {
  static const Registry<ObjectiveMaker> registry = [] {
    Registry<ObjectiveMaker> r("objective");
    r.add("consistency", make_consistency);
    r.add("self-training", make_self_training);
    r.add("supervised", make_supervised);
    return r;
  }();
  return registry;
}

}  // namespace covey::learn
