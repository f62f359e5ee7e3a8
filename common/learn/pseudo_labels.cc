#include "common/learn/pseudo_labels.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace covey::learn {

namespace {

// A running mean over about ten batches: long enough to be smooth, short enough to follow a round of a few
// steps.
constexpr double kRunningMeanDecay = 0.9;
constexpr double kSmallestMean = 1e-6;

PseudoLabels above(const torch::Tensor& probabilities, double threshold) {
  auto [confidence, label] = probabilities.max(1);
  const torch::Tensor mask = confidence.ge(threshold).to(torch::kFloat32);
  return {label, mask, mask};
}

PseudoLabels above_adaptive(const torch::Tensor& probabilities, double threshold) {
  auto [confidence, label] = probabilities.max(1);
  const torch::Tensor mean = probabilities.mean(0);
  const torch::Tensor limits = confidence.mean() * (mean / mean.max());
  return {label, confidence.ge(limits.index_select(0, label)).to(torch::kFloat32),
          confidence.ge(threshold).to(torch::kFloat32)};
}

}  // namespace

PseudoLabeller::PseudoLabeller(const config::Training& training, int classes)
    : threshold_(training.threshold),
      adaptive_(training.threshold_rule == "adaptive"),
      alignment_(training.alignment),
      classes_(classes) {}

torch::Tensor PseudoLabeller::aligned(const torch::Tensor& probabilities, const torch::Tensor& mean) const {
  if (alignment_ == 0) return probabilities;
  const torch::Tensor p = probabilities / mean.clamp_min(kSmallestMean).pow(alignment_);
  return p / p.sum(1, true);
}

PseudoLabels PseudoLabeller::label_moving(const torch::Tensor& logits) {
  const torch::NoGradGuard no_grad;
  const torch::Tensor p = torch::softmax(logits.detach(), 1);
  if (alignment_ > 0) {
    const torch::Tensor batch_mean = p.mean(0);
    running_mean_ = running_mean_.defined()
                        ? running_mean_ * kRunningMeanDecay + batch_mean * (1 - kRunningMeanDecay)
                        : batch_mean;
  }
  return above(aligned(p, running_mean_), threshold_);
}

PseudoLabels PseudoLabeller::label_round(const torch::Tensor& logits) const {
  const torch::NoGradGuard no_grad;
  const torch::Tensor raw = torch::softmax(logits.detach(), 1);
  const torch::Tensor p = aligned(raw, raw.mean(0));
  return adaptive_ ? above_adaptive(p, threshold_) : above(p, threshold_);
}

void PseudoLabeller::count(const PseudoLabels& labels) {
  const auto options = torch::TensorOptions(torch::kFloat64).device(labels.mask.device());
  if (!accepted_.defined()) accepted_ = torch::zeros({classes_}, options);
  accepted_.index_add_(0, labels.labels, labels.mask.to(torch::kFloat64));
  seen_ += labels.labels.numel();
}

std::vector<std::uint32_t> PseudoLabeller::accepted_per_class() const {
  std::vector<std::uint32_t> counts(static_cast<std::size_t>(classes_), 0);
  if (!accepted_.defined()) return counts;
  const torch::Tensor cpu = accepted_.to(torch::kCPU);
  const double* values = cpu.data_ptr<double>();
  std::transform(values, values + classes_, counts.begin(),
                 [](double count) { return static_cast<std::uint32_t>(count); });
  return counts;
}

double PseudoLabeller::mask_rate() const {
  const auto counts = accepted_per_class();
  const auto accepted = std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
  return seen_ == 0 ? 0 : static_cast<double>(accepted) / static_cast<double>(seen_);
}

double mean_confidence(const torch::Tensor& logits) {
  const torch::NoGradGuard no_grad;
  const torch::Tensor largest = torch::amax(torch::softmax(logits, 1), 1);
  const double mean = largest.to(torch::kFloat64).mean().item<double>();
  return std::isfinite(mean) ? std::clamp(mean, 0.0, 1.0) : 0;
}

}  // namespace covey::learn
