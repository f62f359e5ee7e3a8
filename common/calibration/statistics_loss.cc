#include "common/calibration/statistics_loss.h"

#include <map>

#include "common/nn/ode/block.h"

namespace covey::calibration {

/// Mean and deviation of every channel.
struct ChannelShape {
  torch::Tensor mean;       // C, or N x C for every image
  torch::Tensor deviation;  // the same
};

namespace {

constexpr double kFloor = 1e-6;      // below the root of a variance
constexpr double kInputShare = 0.1;  // of the inputs of group norm
constexpr double kBatchesMin = 50;   // after so many, moments are what was seen but for half a percent

ChannelShape shape_of(const nn::ChannelMoments& moments) {
  const torch::Tensor variance = (moments.square - moments.mean.square()).clamp_min(0);
  return {moments.mean, (variance + kFloor).sqrt()};
}

/// Of a batch, or of every image with the unbiased deviation of its pixels.
ChannelShape shape_of(const torch::Tensor& x, const nn::ChannelMoments& images, Statistics statistics) {
  if (statistics == Statistics::kBatch) return shape_of(images.of_batch());
  const auto pixels = static_cast<double>(x.size(2) * x.size(3));
  const torch::Tensor variance =
      (images.square - images.mean.square()).clamp_min(0) * (pixels / (pixels - 1));
  return {images.mean, (variance + kFloor).sqrt()};
}

/// Summed over the channels; over images a mean.
torch::Tensor distance(const ChannelShape& a, const ChannelShape& b, const torch::Tensor& scale) {
  const torch::Tensor squares =
      ((a.mean - b.mean) / scale).square() + ((a.deviation - b.deviation) / scale).square();
  return squares.dim() == 1 ? squares.sum() : squares.sum(1).mean();
}

torch::Tensor distance(const ChannelShape& a, const ChannelShape& b) {
  return distance(a, b, torch::ones({1}, a.mean.options()));
}

}  // namespace

/// Adds up a forward's distances, layer by layer.
class StatisticsLoss::Observer final : public nn::NormObserver {
 public:
  explicit Observer(Statistics statistics) : statistics_(statistics) {}

  void remember(nn::NormLayerImpl& layer) {
    Remembered& remembered = layers_[&layer];
    for (std::int64_t use = 0; use < layer.uses(); ++use)
      remembered.inputs.push_back(shape_of(layer.input_moments(use)));
    if (layer.norm() == nn::Norm::kGroup) remembered.output = shape_of(layer.output_moments());
    layer.set_observer(this);
  }

  void begin(const torch::Tensor& images) {
    const ChannelShape wanted{torch::zeros({images.size(1)}, images.options()),
                              torch::ones({images.size(1)}, images.options())};
    sum_ = distance(shape_of(images, nn::image_moments(images), statistics_), wanted);
  }

  void on_norm(const nn::NormLayerImpl& layer, const torch::Tensor& x, std::int64_t use) override {
    const Remembered& wanted = layers_.at(&layer);
    const ChannelShape& wanted_input = wanted.inputs[static_cast<std::size_t>(use)];
    const nn::ChannelMoments images = nn::image_moments(x);
    const ChannelShape input = shape_of(x, images, statistics_);
    if (layer.norm() == nn::Norm::kBatch) {
      sum_ = sum_ + distance(input, wanted_input);
      return;
    }
    sum_ = sum_ + distance(shape_of(x, layer.normalised(images), statistics_), wanted.output) +
           kInputShare * distance(input, wanted_input, wanted_input.deviation);
  }

  const torch::Tensor& sum() const { return sum_; }

 private:
  struct Remembered {
    std::vector<ChannelShape> inputs;  // of each use
    ChannelShape output;
  };

  Statistics statistics_;
  std::map<const nn::NormLayerImpl*, Remembered> layers_;
  torch::Tensor sum_;
};

StatisticsLoss::StatisticsLoss(nn::Model& model, Statistics statistics)
    : model_(model), observer_(std::make_unique<Observer>(statistics)) {}

Result<std::unique_ptr<StatisticsLoss>> StatisticsLoss::make(nn::Model& model, Statistics statistics) {
  std::unique_ptr<StatisticsLoss> loss(new StatisticsLoss(model, statistics));
  nn::drop_checkpoints(model);  // what norms are given needs its graph
  std::size_t layers = 0;
  for (const auto& item : model.named_modules("", false)) {
    auto* layer = dynamic_cast<nn::NormLayerImpl*>(item.value().get());
    if (layer == nullptr || layer->norm() == nn::Norm::kNone) continue;
    if (!layer->input_moments().mean.defined())
      return invalid_argument("norm layer " + item.key() +
                              " remembers nothing of its data: train with model.norm = \"batch\", or with "
                              "model.moments = true");
    if (layer->norm() == nn::Norm::kGroup && layer->moments_count() < kBatchesMin)
      return invalid_argument("norm layer " + item.key() + " has seen too few batches");
    loss->observer_->remember(*layer);
    ++layers;
  }
  if (layers == 0)
    return invalid_argument("the model has no norm layers, so it remembers nothing of its data");
  return loss;
}

StatisticsLoss::~StatisticsLoss() {
  for (const auto& module : model_.modules(false)) {
    if (auto* layer = dynamic_cast<nn::NormLayerImpl*>(module.get())) layer->set_observer(nullptr);
  }
}

torch::Tensor StatisticsLoss::of(const torch::Tensor& images) {
  observer_->begin(images);
  model_.forward(images);
  return observer_->sum();
}

}  // namespace covey::calibration
