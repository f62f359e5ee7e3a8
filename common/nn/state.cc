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

/// Calls visit(tensor of the model, its spec) for every tensor of `layout`, in order.
template <typename Visit>
void for_each_tensor(const Model& model, const Layout& layout, const Visit& visit) {
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

Values read_values(const Model& model, const Layout& layout) {
  Values values;
  values.reserve(layout.value_count());
  for_each_tensor(model, layout, [&](const torch::Tensor& tensor, const TensorSpec& spec) {
    const torch::Tensor flat = tensor.to(torch::kCPU).contiguous();
    values.insert(values.end(), flat.data_ptr<float>(), flat.data_ptr<float>() + spec.count);
  });
  return values;
}

void write_values(Model& model, const Layout& layout, Span<const float> values) {
  COVEY_CHECK(values.size() == layout.value_count(), values.size(), layout.value_count());
  for_each_tensor(model, layout, [&](torch::Tensor tensor, const TensorSpec& spec) {
    // LibTorch has no tensors of constants.
    auto* data = const_cast<float*>(values.data() + spec.offset);
    tensor.copy_(torch::from_blob(data, tensor.sizes(), torch::kFloat32));
  });
}

}  // namespace covey::nn
