#include "common/nn/ode/block.h"

#include "common/nn/ode/checkpoint.h"

namespace covey::nn {

namespace {

std::int64_t calls_of(const OdeOptions& options) {
  return options.configuration == 2 ? 1 : options.steps * calls_of_step(options.method);
}

}  // namespace

OdeBlockImpl::OdeBlockImpl(const OdeBlockShape& shape, const OdeOptions& options) : options_(options) {
  for (int i = 1; i <= shape.convs; ++i) {
    const std::string number = std::to_string(i);
    const ConvOptions conv{shape.width, shape.width, shape.kernel, {1, shape.kernel / 2}, shape.bias};
    convs_.push_back(register_module("conv" + number, Conv(conv)));
    const NormLayer norm(shape.norm, shape.width, shape.groups, calls_of(options));
    norms_.push_back(register_module("norm" + number, norm));
    if (options.configuration > 0)
      evolutions_.push_back(
          register_module("conv" + number + "_evolution", Evolution(shape.width, shape.kernel)));
  }
}

torch::Tensor OdeBlockImpl::forward(const torch::Tensor& z, const DrawContext* draws) {
  if (!options_.checkpoint || !torch::GradMode::is_enabled()) return solve(z, draws);
  const Segment segment = [this](const torch::Tensor& from, const DrawContext* d) { return solve(from, d); };
  return checkpointed(segment, z, draws, parameters(), buffers());
}

torch::Tensor OdeBlockImpl::solve(const torch::Tensor& z, const DrawContext* draws) {
  if (options_.configuration == 2) return z + field(1, z, 0, draws);
  std::int64_t call = 0;
  return integrate([&](double t, const torch::Tensor& at) { return field(t, at, call++, draws); }, z,
                   options_.steps, options_.method);
}

torch::Tensor OdeBlockImpl::field(double t, const torch::Tensor& z, std::int64_t call,
                                  const DrawContext* draws) {
  torch::Tensor x = z;
  for (std::size_t i = 0; i < convs_.size(); ++i) {
    if (i > 0) x = torch::relu(x);
    const torch::Tensor& weight = convs_[i]->weight();
    x = convs_[i]->forward_with(evolutions_.empty() ? weight : evolutions_[i]->at(weight, t), x, draws);
    x = norms_[i](x, call);
  }
  return x;
}

void drop_checkpoints(torch::nn::Module& model) {
  for (const auto& module : model.modules(false)) {
    if (auto* block = dynamic_cast<OdeBlockImpl*>(module.get())) block->set_checkpoint(false);
  }
}

}  // namespace covey::nn
