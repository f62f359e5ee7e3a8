#include "simulator/norms/batch_statistics.h"

#include <cmath>
#include <map>
#include <numeric>

#include "common/base/random.h"
#include "common/learn/sample_batch.h"
#include "common/nn/device.h"
#include "common/nn/norm.h"
#include "common/nn/token_norm.h"

namespace covey::simulator {

namespace {

std::vector<double> as_doubles(const torch::Tensor& x) {
  const torch::Tensor values = x.to(torch::kCPU, torch::kFloat64).contiguous();
  return {values.data_ptr<double>(), values.data_ptr<double>() + values.numel()};
}

/// Of the rows of `rows` (values x channels), in float64.
BatchMoments moments_of(const torch::Tensor& rows) {
  const torch::Tensor x = rows.to(torch::kFloat64);
  return {as_doubles(x.mean(0)), as_doubles(x.var(0, false)), as_doubles(x.square().mean(0))};
}

/// Keeps the moments of every layer's inputs, batch by batch, for as long as it lives.
class Observer final : public nn::NormObserver, public nn::TokenNormObserver {
 public:
  explicit Observer(nn::Model& model) : model_(model) {
    for (const auto& item : model.named_modules("", false)) names_[item.value().get()] = item.key();
    observe(this, this);
  }
  ~Observer() override { observe(nullptr, nullptr); }
  Observer(const Observer&) = delete;
  Observer& operator=(const Observer&) = delete;

  void on_norm(const nn::NormLayerImpl& layer, const torch::Tensor& x, std::int64_t use) override {
    const std::string of_use = layer.uses() == 1 ? "" : " use " + std::to_string(use + 1);
    add(layer, of_use, x.permute({0, 2, 3, 1}).reshape({-1, x.size(1)}));
  }
  void on_tokens(const nn::TokenNorm& layer, const torch::Tensor& x, const torch::Tensor& mask) override {
    add(layer, "", x.masked_select(mask.to(torch::kBool)).view({-1, x.size(2)}));
  }

  std::vector<NormDeviations> deviations() const {
    std::vector<NormDeviations> found;
    for (const std::string& layer : order_) found.push_back({layer, deviations_of(batches_.at(layer))});
    return found;
  }

 private:
  void observe(nn::NormObserver* images, nn::TokenNormObserver* texts) {
    for (const auto& module : model_.modules(false)) {
      if (auto* layer = dynamic_cast<nn::NormLayerImpl*>(module.get())) layer->set_observer(images);
      if (auto* layer = dynamic_cast<nn::TokenNorm*>(module.get())) layer->set_observer(texts);
    }
  }

  void add(const torch::nn::Module& layer, const std::string& of_use, const torch::Tensor& rows) {
    const std::string name = names_.at(&layer) + of_use;
    auto& batches = batches_[name];
    if (batches.empty()) order_.push_back(name);
    batches.push_back(moments_of(rows));
  }

  nn::Model& model_;
  std::map<const torch::nn::Module*, std::string> names_;
  std::vector<std::string> order_;
  std::map<std::string, std::vector<BatchMoments>> batches_;
};

}  // namespace

Result<std::vector<NormDeviations>> batch_statistics(nn::Model& model, const data::SampleSet& samples,
                                                     const data::DataSpec& spec, std::size_t batches,
                                                     std::size_t batch, std::uint64_t seed) {
  if (samples.size() < batch)
    return invalid_argument("--batch: " + std::to_string(batch) + " samples of " +
                            std::to_string(samples.size()) +
                            " training samples, allowed: at most all of them");
  const torch::NoGradGuard no_grad;
  model.eval();
  Observer observer(model);
  const Stream stream(seed, {Purpose::kDataOrder, 0, 0, kNoEntity});
  std::vector<std::uint32_t> order(samples.size());
  for (std::size_t i = 0; i < batches; ++i) {
    std::iota(order.begin(), order.end(), 0u);
    Sequence(stream, i).shuffle(Span<std::uint32_t>(order));
    const Span<const std::uint32_t> drawn(order.data(), batch);
    model.forward(learn::sample_batch(samples, drawn, spec).to(nn::choose_device()));
  }
  std::vector<NormDeviations> found = observer.deviations();
  if (found.empty())
    return invalid_argument(
        "the model has no norm layers, allowed: one with layers that see images or words");
  for (const NormDeviations& layer : found) {
    const Deviations& d = layer.deviations;
    if (!std::isfinite(d.mean + d.variance + d.square))
      return invalid_argument("norm layer " + layer.layer + " sees values that are not finite");
  }
  return found;
}

}  // namespace covey::simulator
