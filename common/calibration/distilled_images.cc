#include "common/calibration/distilled_images.h"

#include <torch/optim/adam.h>

#include <cmath>
#include <limits>

#include "common/base/image_shape.h"

namespace covey::calibration {

namespace {

torch::Tensor noise(const std::vector<std::int64_t>& shape, std::uint64_t seed) {
  StreamId id;
  id.purpose = Purpose::kDistilled;
  Sequence draws(Stream(seed, id), 0);
  torch::Tensor images = torch::empty(shape);
  float* values = images.data_ptr<float>();
  for (std::int64_t i = 0; i < images.numel(); ++i) values[i] = static_cast<float>(draws.normal());
  return images;
}

/// Lowers a rate when the loss stands still.
class Plateau {
 public:
  explicit Plateau(const DistilOptions& options) : options_(options), rate_(options.rate) {}

  double rate() const { return rate_; }
  /// Whether `loss` is the least so far.
  bool improves(double loss) {
    if (loss < best_) {
      best_ = loss;
      waited_ = 0;
      return true;
    }
    if (++waited_ > options_.patience) {
      rate_ = std::max(rate_ / 10, options_.rate_min);
      waited_ = 0;
    }
    return false;
  }

 private:
  const DistilOptions& options_;
  double rate_;
  double best_ = std::numeric_limits<double>::infinity();
  int waited_ = 0;
};

/// No gradient of the weights is asked for: half of a backward.
class Frozen {
 public:
  explicit Frozen(const nn::Model& model) : parameters_(model.parameters()) { set(false); }
  ~Frozen() { set(true); }
  Frozen(const Frozen&) = delete;
  Frozen& operator=(const Frozen&) = delete;

 private:
  void set(bool requires_grad) {
    for (torch::Tensor& parameter : parameters_) parameter.set_requires_grad(requires_grad);
  }

  std::vector<torch::Tensor> parameters_;
};

}  // namespace

Result<Distilled> distil(nn::Model& model, const SampleFormat& format, const DistilOptions& options) {
  if (format.kind != kImageKind)
    return invalid_argument("ZeroQ makes images, and the samples of this model are of kind " + format.kind +
                            ", allowed: " + kImageKind);
  model.eval();
  COVEY_ASSIGN_OR_RETURN(const auto loss, StatisticsLoss::make(model, options.statistics));
  const Frozen frozen(model);
  std::vector<std::int64_t> sizes = format.dims;
  sizes.insert(sizes.begin(), options.images);
  torch::Tensor images = noise(sizes, options.seed).to(model.parameters().front().device()).requires_grad_();
  torch::optim::Adam adam({images}, torch::optim::AdamOptions(options.rate));
  Plateau plateau(options);
  Distilled result;
  for (int i = 0; i <= options.iterations; ++i) {
    const torch::Tensor value = loss->of(images);
    const auto number = value.item<double>();
    if (!std::isfinite(number)) return internal_error("the loss of the distilled images is not finite");
    if (i == 0) result.loss_first = number;
    if (plateau.improves(number)) {
      result.images = images.detach().clone();
      result.loss = number;
    }
    if (i == options.iterations) break;
    adam.zero_grad();
    value.backward();
    static_cast<torch::optim::AdamOptions&>(adam.param_groups()[0].options()).lr(plateau.rate());
    adam.step();
  }
  return result;
}

}  // namespace covey::calibration
