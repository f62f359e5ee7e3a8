#include "common/nn/init.h"

#include <cmath>
#include <string>

#include "common/base/check.h"
#include "common/base/random.h"

namespace covey::nn {

namespace {

void fill_uniform(torch::Tensor tensor, double bound, Sequence draws) {
  COVEY_CHECK(tensor.is_contiguous() && tensor.device().is_cpu());
  float* values = tensor.data_ptr<float>();
  const auto scale = static_cast<float>(bound);
  for (std::int64_t i = 0; i < tensor.numel(); ++i) values[i] = (2 * draws.uniform() - 1) * scale;
}

double fan_in(const torch::Tensor& weight) {
  return static_cast<double>(weight.numel()) / static_cast<double>(weight.size(0));
}

/// Mean squares, and what they are divided by.
bool starts_at_one(const std::string& buffer) {
  return buffer == "running_var" || buffer == "power_sum" || buffer == "power_words";
}

/// The tensors that `module` holds itself, those of a norm or of coefficients at 0 but for its weight;
/// `prefix` is its own name with a dot behind.
void initialise_own(const torch::nn::Module& module, const std::string& prefix, const Stream& stream) {
  const auto parameters = module.named_parameters(false);
  for (const auto& item : parameters) {
    const torch::Tensor* weight = parameters.find("weight");
    const bool is_norm = weight == nullptr || weight->dim() == 1;
    if (!is_norm) {
      fill_uniform(item.value(), 1 / std::sqrt(fan_in(*weight)), {stream, fnv1a64(prefix + item.key())});
    } else {
      item.value().detach().fill_(item.key() == "weight" ? 1 : 0);
    }
  }
  for (const auto& item : module.named_buffers(false)) {
    item.value().detach().fill_(starts_at_one(item.key()) ? 1 : 0);
  }
}

}  // namespace

void initialise(torch::nn::Module& module, std::uint64_t seed) {
  const torch::NoGradGuard no_grad;
  const Stream stream(seed, StreamId{Purpose::kInit, 0, 0, kNoEntity});
  for (const auto& item : module.named_modules("", false)) {
    initialise_own(*item.value(), item.key() + ".", stream);
  }
}

}  // namespace covey::nn
