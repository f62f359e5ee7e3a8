#include "common/learn/rounded_weights.h"

#include "common/nn/state.h"

namespace covey::learn {

Result<std::unique_ptr<ExchangedTensors>> round_weights(nn::Model& model, const Layout& layout,
                                                        const Rounding& rounding) {
  Values values = nn::read_values(model, layout);
  COVEY_ASSIGN_OR_RETURN(Values rounded, rounding(values));
  COVEY_CHECK(rounded.size() == values.size(), rounded.size(), values.size());
  const auto parameters = model.named_parameters();
  std::vector<torch::Tensor> tensors;
  std::vector<torch::Tensor> contents;
  for (const TensorSpec& spec : layout.tensors()) {
    if (spec.kind != TensorKind::kParameter) continue;
    const torch::Tensor& parameter = parameters[spec.name];
    tensors.push_back(parameter);
    // A copy: the graph may outlive the flat array.
    contents.push_back(
        torch::from_blob(rounded.data() + spec.offset, parameter.sizes()).clone().to(parameter.device()));
  }
  return std::make_unique<ExchangedTensors>(std::move(tensors), contents);
}

}  // namespace covey::learn
