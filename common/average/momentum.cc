#include "common/average/momentum.h"

#include "common/average/model_checks.h"

namespace covey::average {

namespace {

void move_tensor(const TensorSpec& tensor, double beta, Span<const float> before, Values& velocity,
                 GlobalModels& next) {
  for (std::size_t i = tensor.offset; i < tensor.offset + tensor.count; ++i) {
    const double kept = beta * static_cast<double>(velocity[i]);
    const double change = static_cast<double>(next.average()[i]) - static_cast<double>(before[i]);
    velocity[i] = static_cast<float>(kept + change);
    const auto move = [&](float& value) { value = static_cast<float>(static_cast<double>(value) + kept); };
    for (Values& master : next.masters) move(master[i]);
    if (next.masters.size() > 1) move(next.mean[i]);
  }
}

}  // namespace

Status apply_momentum(const Layout& layout, double beta, Span<const float> before, Values& velocity,
                      GlobalModels& next) {
  velocity.resize(before.size(), 0.0f);
  for (const TensorSpec& tensor : layout.tensors()) {
    if (tensor.kind == TensorKind::kParameter) move_tensor(tensor, beta, before, velocity, next);
  }
  return check_magnitudes(layout, next.average(), kFloatRange, "the average with its momentum");
}

}  // namespace covey::average
