#include "common/nn/ode/checkpoint.h"

#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>

#include <optional>

namespace covey::nn {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct Recipe : torch::CustomClassHolder {
  Segment segment;
  std::optional<DrawContext> draws;
  std::vector<torch::Tensor> buffers;

  const DrawContext* draws_or_null() const { return draws ? &*draws : nullptr; }
};

/// Puts tensors back to what they were.
class Restored {
 public:
  explicit Restored(std::vector<torch::Tensor> tensors) : tensors_(std::move(tensors)) {
    for (const torch::Tensor& tensor : tensors_) before_.push_back(tensor.clone());
  }
  ~Restored() {
    const torch::NoGradGuard no_grad;
    for (std::size_t i = 0; i < tensors_.size(); ++i) tensors_[i].copy_(before_[i]);
  }
  Restored(const Restored&) = delete;
  Restored& operator=(const Restored&) = delete;

 private:
  std::vector<torch::Tensor> tensors_;
  std::vector<torch::Tensor> before_;
};

/// Inputs: z, then the parameters. Gradients of functions run without a graph, so their forward has none.
struct Checkpointed : torch::autograd::Function<Checkpointed> {
  static torch::Tensor forward(AutogradContext* context, at::TensorList inputs,
                               const c10::intrusive_ptr<Recipe>& recipe) {
    context->save_for_backward(inputs.vec());
    context->saved_data["recipe"] = c10::IValue::make_capsule(recipe);
    return recipe->segment(inputs[0], recipe->draws_or_null());
  }

  static variable_list backward(AutogradContext* context, const variable_list& given) {
    TORCH_CHECK(!torch::GradMode::is_enabled(), "a checkpointed block has no second derivative");
    const auto capsule = context->saved_data["recipe"].toCapsule();
    const auto& recipe = static_cast<const Recipe&>(*capsule);
    variable_list inputs = context->get_saved_variables();
    inputs[0] = inputs[0].detach().requires_grad_();
    const Restored buffers(recipe.buffers);
    const torch::AutoGradMode with_graph(true);
    const torch::Tensor z = recipe.segment(inputs[0], recipe.draws_or_null());
    variable_list gradients =
        torch::autograd::grad({z}, inputs, {given[0]}, c10::nullopt, false, /*allow_unused=*/true);
    gradients.emplace_back();  // of the recipe
    return gradients;
  }
};

}  // namespace

torch::Tensor checkpointed(const Segment& segment, const torch::Tensor& z, const DrawContext* draws,
                           const std::vector<torch::Tensor>& parameters,
                           const std::vector<torch::Tensor>& buffers) {
  auto recipe = c10::make_intrusive<Recipe>();
  recipe->segment = segment;
  if (draws != nullptr) recipe->draws = *draws;
  recipe->buffers = buffers;
  variable_list inputs{z};
  inputs.insert(inputs.end(), parameters.begin(), parameters.end());
  return Checkpointed::apply(at::TensorList(inputs), recipe);
}

}  // namespace covey::nn
