#include "common/learn/pseudo_labels.h"

#include <numeric>

namespace covey::learn {

namespace {

// A running mean over about ten batches: long enough to be smooth, short enough to follow a round of a few
// steps.
constexpr double kRunningMeanDecay = 0.9;
constexpr double kSmallestMean = 1e-6;

}  // namespace

PseudoLabeller::PseudoLabeller(const config::Training& training, int classes)
    : threshold_(training.threshold),
      alignment_(training.alignment),
      accepted_(static_cast<std::size_t>(classes), 0) {}

PseudoLabels PseudoLabeller::threshold(const torch::Tensor& probabilities, const torch::Tensor& mean) const {
  torch::Tensor p = probabilities;
  if (alignment_ > 0) {
    p = p / mean.clamp_min(kSmallestMean).pow(alignment_);
    p = p / p.sum(1, true);
  }
  auto [confidence, label] = p.max(1);
  return {label, confidence.ge(threshold_).to(torch::kFloat32)};
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
  return threshold(p, running_mean_);
}

PseudoLabels PseudoLabeller::label_round(const torch::Tensor& logits) const {
  const torch::NoGradGuard no_grad;
  const torch::Tensor p = torch::softmax(logits.detach(), 1);
  return threshold(p, p.mean(0));
}

void PseudoLabeller::count(const PseudoLabels& labels) {
  const torch::Tensor label = labels.labels.to(torch::kCPU).contiguous();
  const torch::Tensor mask = labels.mask.to(torch::kCPU).contiguous();
  const std::int64_t* label_data = label.data_ptr<std::int64_t>();
  const float* mask_data = mask.data_ptr<float>();
  for (std::int64_t i = 0; i < label.numel(); ++i) {
    if (mask_data[i] != 0) ++accepted_[static_cast<std::size_t>(label_data[i])];
  }
  seen_ += static_cast<std::uint64_t>(label.numel());
}

double PseudoLabeller::mask_rate() const {
  const auto accepted = std::accumulate(accepted_.begin(), accepted_.end(), std::uint64_t{0});
  return seen_ == 0 ? 0 : static_cast<double>(accepted) / static_cast<double>(seen_);
}

}  // namespace covey::learn
