#pragma once

#include "common/learn/optimizer.h"

namespace covey::learn {

/// What Adam and its kin keep: running means of the gradient and of the square of what scales it, and the
/// number of steps.
class Moments {
 public:
  explicit Moments(std::vector<torch::Tensor> parameters) : parameters_(std::move(parameters)) {}

  /// Begins a step; the first one starts from zeros.
  void begin_step();
  void reset();

  std::size_t size() const { return parameters_.size(); }
  torch::Tensor parameter(std::size_t i) const { return parameters_[i]; }
  torch::Tensor& first(std::size_t i) { return first_[i]; }
  torch::Tensor& second(std::size_t i) { return second_[i]; }
  /// Steps that were begun.
  std::int64_t steps() const { return steps_; }

  /// As those of Optimizer. Exact up to 2^24 steps.
  Values state() const;
  Status restore(Span<const float> state);

 private:
  std::vector<torch::Tensor> parameters_;
  std::vector<torch::Tensor> first_;
  std::vector<torch::Tensor> second_;
  std::int64_t steps_ = 0;
};

}  // namespace covey::learn
