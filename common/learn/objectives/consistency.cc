#include "common/learn/objectives/consistency.h"

namespace covey::learn {

namespace {

class Consistency final : public Objective {
 public:
  View fitted_view() const override { return View::kStrong; }

  torch::Tensor unlabelled_loss(nn::Model& model, const Batch& batch,
                                PseudoLabeller& labeller) const override {
    const auto logits = model.forward(torch::cat({batch.weak, batch.strong})).chunk(2);
    const PseudoLabels labels = labeller.label_moving(logits[0]);
    labeller.count(labels);
    return masked_cross_entropy(logits[1], labels);
  }
};

}  // namespace

Result<std::unique_ptr<Objective>> make_consistency(const data::DataSpec& spec) {
  COVEY_RETURN_IF_ERROR(check_has_classes("consistency", spec));
  return std::unique_ptr<Objective>(std::make_unique<Consistency>());
}

}  // namespace covey::learn
