#include "common/learn/objective.h"

#include "common/learn/objectives/consistency.h"
#include "common/learn/objectives/contrastive.h"
#include "common/learn/objectives/self_training.h"
#include "common/learn/objectives/supervised.h"
#include "common/learn/task.h"

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
    r.add("contrastive", make_contrastive);
    r.add("self-training", make_self_training);
    r.add("supervised", make_supervised);
    return r;
  }();
  return registry;
}

Result<std::unique_ptr<Objective>> make_objective(const std::string& name, const data::DataSpec& spec) {
  COVEY_ASSIGN_OR_RETURN(const ObjectiveMaker make, objective_registry().find(name));
  return make(spec);
}

Status check_has_classes(const char* objective, const data::DataSpec& spec) {
  COVEY_ASSIGN_OR_RETURN(const auto task, make_task(spec));
  if (task->answers() == Answers::kLabels) return ok_status();
  const bool annotated = task->answers() == Answers::kAnnotated;
  return invalid_argument(
      std::string("training.objective = \"") + objective + "\" guesses classes, and the data set's task, " +
      spec.task + ", has none, allowed: " +
      (annotated ? "contrastive" : "supervised (every sample says itself what is right)"));
}

}  // namespace covey::learn
