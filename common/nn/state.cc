#include "common/nn/state.h"

namespace covey::nn {

namespace {

TensorSpec spec_of(const std::string& name, const torch::Tensor& tensor, TensorKind kind) {
  COVEY_CHECK(tensor.scalar_type() == torch::kFloat32, name, "is not a float tensor");
  TensorSpec spec;
  spec.name = name;
  for (const std::int64_t dim : tensor.sizes()) spec.shape.push_back(static_cast<std::uint32_t>(dim));
  spec.kind = kind;
  return spec;
}

/// Calls visit(tensor of the model, its spec) for every tensor of `layout`.
template <typename Visit>
void for_each_tensor(const Model& model, const Layout& layout, std::size_t value_count, const Visit& visit) {
  COVEY_CHECK(value_count == layout.value_count(), value_count, layout.value_count());
  const torch::NoGradGuard no_grad;
  const auto parameters = model.named_parameters();
  const auto buffers = model.named_buffers();
  COVEY_CHECK(parameters.size() + buffers.size() == layout.tensors().size(), "the layout of another model");
  for (const TensorSpec& spec : layout.tensors()) {
    const auto& tensors = spec.kind == TensorKind::kParameter ? parameters : buffers;
    const torch::Tensor* tensor = tensors.find(spec.name);
    COVEY_CHECK(tensor != nullptr && static_cast<std::size_t>(tensor->numel()) == spec.count, spec.name);
    visit(*tensor, spec);
  }
}

/// A float tensor over memory that somebody else owns. LibTorch has no tensors of constants.
torch::Tensor view_of(const float* values, const torch::Tensor& like) {
  return torch::from_blob(const_cast<float*>(values), like.sizes(), torch::kFloat32);
}

}  // namespace

Layout layout_of(const Model& model) {
  std::vector<TensorSpec> specs;
  for (const auto& item : model.named_parameters()) {
    specs.push_back(spec_of(item.key(), item.value(), TensorKind::kParameter));
  }
  for (const auto& item : model.named_buffers()) {
    specs.push_back(spec_of(item.key(), item.value(), TensorKind::kBuffer));
  }
  return *Layout::make(std::move(specs));
}

void read_values(const Model& model, const Layout& layout, Span<float> values) {
  for_each_tensor(model, layout, values.size(), [&](const torch::Tensor& tensor, const TensorSpec& spec) {
    view_of(values.data() + spec.offset, tensor).copy_(tensor);
  });
}

void write_values(Model& model, const Layout& layout, Span<const float> values) {
  for_each_tensor(model, layout, values.size(), [&](torch::Tensor tensor, const TensorSpec& spec) {
    tensor.copy_(view_of(values.data() + spec.offset, tensor));
  });
}

}  // namespace covey::nn
