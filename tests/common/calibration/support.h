#pragma once

#include "common/base/random.h"
#include "common/nn/conv.h"
#include "common/nn/linear.h"
#include "common/nn/model.h"
#include "common/nn/norm.h"

namespace covey::calibration::testing {

/// A convolution of the image, a norm layer and a linear layer, with keyed weights.
class SmallModel final : public nn::Model {
 public:
  explicit SmallModel(nn::Norm kind) {
    conv_ = register_module("conv", nn::Conv(nn::ConvOptions{1, 4, 3, {1, 1}, true}));
    norm_ = register_module("norm", nn::NormLayer(kind, 4, 2));
    linear_ = register_module("linear", nn::Linear(4 * 6 * 6, 3));
    std::uint64_t item = 0;
    const torch::NoGradGuard no_grad;
    for (torch::Tensor parameter : parameters()) {
      if (parameter.dim() < 2) continue;
      Sequence draws(Stream(3, {}), item++);
      float* values = parameter.data_ptr<float>();
      for (std::int64_t i = 0; i < parameter.numel(); ++i)
        values[i] = 0.3f * static_cast<float>(draws.normal());
    }
  }

  torch::Tensor forward(torch::Tensor images) override {
    return linear_(torch::relu(norm_(conv_(images, nullptr))).flatten(1), nullptr);
  }

  nn::NormLayer& norm() { return norm_; }

 private:
  nn::Conv conv_{nullptr};
  nn::NormLayer norm_{nullptr};
  nn::Linear linear_{nullptr};
};

/// N images of 6 x 6: normal values around `mean`.
inline torch::Tensor normal_images(std::int64_t count, float mean, float deviation, std::uint64_t item) {
  Sequence draws(Stream(11, {}), item);
  torch::Tensor images = torch::empty({count, 1, 6, 6});
  float* values = images.data_ptr<float>();
  for (std::int64_t i = 0; i < images.numel(); ++i)
    values[i] = mean + deviation * static_cast<float>(draws.normal());
  return images;
}

/// Lets the norm layer see many batches of such images, as training does.
inline void show_images(SmallModel& model, float mean, float deviation) {
  const torch::NoGradGuard no_grad;
  model.train();
  for (std::uint64_t batch = 0; batch < 80; ++batch)
    model.forward(normal_images(16, mean, deviation, 100 + batch));
  model.eval();
}

}  // namespace covey::calibration::testing
