#include "common/learn/objectives/self_training.h"

namespace covey::learn {

namespace {

class SelfTraining final : public Objective {
 public:
  View fitted_view() const override { return View::kWeak; }

  torch::Tensor unlabelled_loss(nn::Model& model, const Batch& batch,
                                PseudoLabeller& labeller) const override {
    const PseudoLabels labels = labeller.label_moving(eval_logits(model, batch.weak));
    labeller.count(labels);
    return masked_cross_entropy(model.forward(batch.weak), labels);
  }

 private:
  static torch::Tensor eval_logits(nn::Model& model, const torch::Tensor& images) {
    const torch::NoGradGuard no_grad;
    model.eval();
    torch::Tensor logits = model.forward(images);
    model.train();
    return logits;
  }
};

}  // namespace

Result<std::unique_ptr<Objective>> make_self_training(const data::DataSpec& spec) {
  COVEY_RETURN_IF_ERROR(check_has_classes("self-training", spec));
  return std::unique_ptr<Objective>(std::make_unique<SelfTraining>());
}

}  // namespace covey::learn
