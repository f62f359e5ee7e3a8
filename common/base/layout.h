#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "common/base/span.h"
#include "common/base/status.h"

namespace covey {

enum class TensorKind : std::uint8_t {
  kParameter = 0,  ///< learned by the optimiser
  kBuffer = 1,     ///< running statistics; never quantised
};

/// One tensor of a model, and where its values lie in the model's flat array.
struct TensorSpec {
  std::string name;
  std::vector<std::uint32_t> shape;
  TensorKind kind = TensorKind::kParameter;
  std::size_t offset = 0;  ///< in values
  std::size_t count = 0;   ///< product of shape (1 for a scalar)
};

/// The tensors of a model in order of name. Outside LibTorch a model is a Layout and one flat array of floats
/// in its order.
class Layout {
 public:
  Layout() = default;
  /// Sorts by name and computes offsets. kInvalidArgument on an empty or repeated name, or a zero dimension.
  static Result<Layout> make(std::vector<TensorSpec> tensors);

  const std::vector<TensorSpec>& tensors() const { return tensors_; }
  std::size_t value_count() const { return value_count_; }
  std::size_t fp32_bytes() const { return value_count_ * sizeof(float); }

  /// The same tensors without those of `kind`.
  Layout without(TensorKind kind) const;

  friend bool operator==(const Layout& a, const Layout& b);

 private:
  std::vector<TensorSpec> tensors_;
  std::size_t value_count_ = 0;
};

/// All values of a model, in the order of its Layout.
using Values = std::vector<float>;

/// Copies every tensor of `from` that `to` has too (same name and shape); the rest of `to_values` stays.
/// Joins the exchanged part of a model with the part that stays on a device.
void copy_shared_tensors(const Layout& from, Span<const float> from_values, const Layout& to,
                         Span<float> to_values);

}  // namespace covey
