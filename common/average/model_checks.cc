#include "common/average/model_checks.h"

#include <algorithm>
#include <atomic>
#include <cmath>

#include "common/base/pieces.h"

namespace covey::average {

namespace {

constexpr std::string_view kVarianceSuffix = "running_var";

bool is_variance(const TensorSpec& tensor) {
  const std::string_view name = tensor.name;
  return tensor.kind == TensorKind::kBuffer && name.size() >= kVarianceSuffix.size() &&
         name.substr(name.size() - kVarianceSuffix.size()) == kVarianceSuffix;
}

}  // namespace

// Updates are differences with rounding noise, so a variance near zero can come out below it.
void clamp_variances(const Layout& layout, Values& values) {
  for (const TensorSpec& tensor : layout.tensors()) {
    if (!is_variance(tensor)) continue;
    for (float& value : Span<float>(values).subspan(tensor.offset, tensor.count))
      value = std::max(value, 0.0f);
  }
}

Status check_magnitudes(const Layout& layout, Span<const float> values, double limit,
                        const std::string& model) {
  COVEY_CHECK(values.size() == layout.value_count(), values.size(), layout.value_count());
  const auto inside = [limit](float value) {  // false for NaN
    return std::fabs(static_cast<double>(value)) < limit;
  };
  std::atomic<unsigned> outside = 0;
  in_pieces(values.size(), [&](std::size_t begin, std::size_t end) {
    // Without a way out of the loop, so that it vectorises: nearly always all values are inside.
    unsigned found = 0;
    for (const float value : values.subspan(begin, end - begin))
      found |= static_cast<unsigned>(!inside(value));
    outside |= found;
  });
  if (outside == 0) return ok_status();
  for (const TensorSpec& tensor : layout.tensors()) {
    for (const float value : values.subspan(tensor.offset, tensor.count)) {
      if (inside(value)) continue;
      return internal_error("tensor " + tensor.name + " of " + model + " holds " + std::to_string(value) +
                            ", allowed is less than " + std::to_string(limit) + ": the training diverged");
    }
  }
  return ok_status();
}

}  // namespace covey::average
