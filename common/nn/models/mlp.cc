#include "common/nn/models/mlp.h"

#include "common/base/image_shape.h"
#include "common/nn/limits.h"
#include "common/nn/linear.h"

namespace covey::nn {

namespace {

constexpr std::int64_t kMlpHidden = 64;

class Mlp final : public Model {
 public:
  explicit Mlp(const ModelOptions& options) {
    const auto pixels = static_cast<std::int64_t>(ImageShape::of(options.samples).bytes());
    hidden_ = register_module("hidden", Linear(pixels, kMlpHidden));
    classifier_ = register_module("classifier", Linear(kMlpHidden, options.classes));
  }

  torch::Tensor forward(torch::Tensor x) override {
    return classifier_(torch::relu(hidden_(x.flatten(1), draws())), draws());
  }

 private:
  Linear hidden_{nullptr};
  Linear classifier_{nullptr};
};

}  // namespace

Result<std::shared_ptr<Model>> make_mlp(const ModelOptions& options) {
  COVEY_RETURN_IF_ERROR(check_images("mlp", options));
  return std::shared_ptr<Model>(std::make_shared<Mlp>(options));
}

}  // namespace covey::nn
