#include "common/learn/tasks/classification.h"

#include "common/base/region_shape.h"

namespace covey::learn {

namespace {

using torch::nn::functional::cross_entropy;

class Classification final : public Task {
 public:
  Answers answers() const override { return Answers::kLabels; }

  torch::Tensor loss(const torch::Tensor& outputs, const torch::Tensor&,
                     const torch::Tensor& labels) const override {
    return cross_entropy(outputs, labels);
  }

  Score score(const torch::Tensor& outputs, const torch::Tensor&,
              const torch::Tensor& labels) const override {
    const auto summed = torch::nn::functional::CrossEntropyFuncOptions().reduction(torch::kSum);
    return {outputs.argmax(1).eq(labels).sum().item<double>(), static_cast<double>(labels.size(0)),
            cross_entropy(outputs.to(torch::kFloat64), labels, summed).item<double>()};
  }
};

}  // namespace

Result<std::unique_ptr<Task>> make_classification(const data::DataSpec& spec) {
  if (spec.format.kind == kRegionKind)
    return invalid_argument("task classification is one of images and texts, allowed: phrase-grounding");
  return std::unique_ptr<Task>(std::make_unique<Classification>());
}

}  // namespace covey::learn
