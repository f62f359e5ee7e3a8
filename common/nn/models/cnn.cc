#include "common/nn/models/cnn.h"

#include "common/base/image_shape.h"
#include "common/nn/limits.h"
#include "common/nn/linear.h"
#include "common/nn/models/layers.h"

namespace covey::nn {

namespace {

constexpr std::int64_t kCnnGroups = 8;
constexpr std::int64_t kWidths[] = {16, 32, 64};

class Cnn final : public Model {
 public:
  explicit Cnn(const ModelOptions& options) {
    const bool bias = options.norm == Norm::kNone;
    std::int64_t in = ImageShape::of(options.samples).channels;
    for (std::size_t i = 0; i < 3; ++i) {
      const std::string number = std::to_string(i + 1);
      convs_[i] = register_module("conv" + number, conv3x3(in, kWidths[i], bias));
      norms_[i] = register_module("norm" + number, NormLayer(options.norm, kWidths[i], kCnnGroups));
      in = kWidths[i];
    }
    classifier_ = register_module("classifier", Linear(in, options.classes));
  }

  torch::Tensor forward(torch::Tensor x) override {
    for (std::size_t i = 0; i < 3; ++i) {
      if (i > 0) x = torch::max_pool2d(x, 2);
      x = torch::relu(norms_[i](convs_[i](x, draws())));
    }
    return classifier_(x.mean({2, 3}), draws());
  }

 private:
  Conv convs_[3] = {nullptr, nullptr, nullptr};
  NormLayer norms_[3] = {nullptr, nullptr, nullptr};
  Linear classifier_{nullptr};
};

}  // namespace

Result<std::shared_ptr<Model>> make_cnn(const ModelOptions& options) {
  COVEY_RETURN_IF_ERROR(check_images("cnn", options, 4));
  return std::shared_ptr<Model>(std::make_shared<Cnn>(options));
}

}  // namespace covey::nn
