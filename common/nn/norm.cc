#include "common/nn/norm.h"

namespace covey::nn {

namespace {

constexpr double kEpsilon = 1e-5;
constexpr double kMomentum = 0.1;

}  // namespace

Result<Norm> parse_norm(const std::string& name) {
  if (name == "group") return Norm::kGroup;
  if (name == "batch") return Norm::kBatch;
  if (name == "none") return Norm::kNone;
  return invalid_argument("unknown norm '" + name + "'; known: group, batch, none");
}

NormLayerImpl::NormLayerImpl(Norm norm, std::int64_t channels, std::int64_t groups)
    : norm_(norm), groups_(groups) {
  if (norm == Norm::kNone) return;
  COVEY_CHECK(groups >= 1 && channels % groups == 0, channels, groups);
  weight_ = register_parameter("weight", torch::ones({channels}));
  bias_ = register_parameter("bias", torch::zeros({channels}));
  if (norm == Norm::kGroup) return;
  running_mean_ = register_buffer("running_mean", torch::zeros({channels}));
  running_var_ = register_buffer("running_var", torch::ones({channels}));
}

torch::Tensor NormLayerImpl::forward(const torch::Tensor& x) {
  switch (norm_) {
    case Norm::kGroup:
      if (function_) return function_->apply(x, groups_, weight_, bias_, kEpsilon);
      return torch::group_norm(x, groups_, weight_, bias_, kEpsilon);
    case Norm::kBatch:
      return torch::batch_norm(x, weight_, bias_, running_mean_, running_var_, is_training(), kMomentum,
                               kEpsilon, at::globalContext().userEnabledCuDNN());
    case Norm::kNone:
      return x;
  }
  return x;
}

}  // namespace covey::nn
