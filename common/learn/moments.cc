#include "common/learn/moments.h"

#include "common/learn/flat_state.h"

namespace covey::learn {

void Moments::begin_step() {
  ++steps_;
  if (!first_.empty()) return;
  for (const auto& parameter : parameters_) {
    first_.push_back(torch::zeros_like(parameter.detach()));
    second_.push_back(torch::zeros_like(parameter.detach()));
  }
}

void Moments::reset() {
  first_.clear();
  second_.clear();
  steps_ = 0;
}

Values Moments::state() const {
  Values flat;
  if (steps_ == 0) return flat;
  flat.reserve(2 * value_count(parameters_) + 1);
  append_values(first_, flat);
  append_values(second_, flat);
  flat.push_back(static_cast<float>(steps_));
  return flat;
}

Status Moments::restore(Span<const float> state) {
  reset();
  if (state.empty()) return ok_status();
  COVEY_RETURN_IF_ERROR(check_state_size(state, 2 * value_count(parameters_) + 1));
  const float steps = state[state.size() - 1];
  if (!(steps >= 1 && steps <= 16777216.0f)) return corrupt("optimiser state has no number of steps");
  std::size_t offset = 0;
  first_ = take_tensors(state, offset, parameters_);
  second_ = take_tensors(state, offset, parameters_);
  steps_ = static_cast<std::int64_t>(steps);
  return ok_status();
}

}  // namespace covey::learn
