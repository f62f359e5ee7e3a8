#pragma once

#include <map>
#include <string>
#include <vector>

#include "common/base/layout.h"
#include "common/plan/pareto.h"
#include "common/quant/registry.h"

namespace covey::plan {

/// The curvature of one tensor: the trace of its block of the Hessian.
struct LayerTrace {
  std::string name;
  double trace = 0;
};

/// trace / n * |Q_b(W) - W|^2 of every tensor that a container quantises, for every width
/// (quantization.md B.1). Q rounds to nearest. A mean curvature below a millionth of the largest, negative
/// ones included, counts as that millionth; where none is positive, all count alike.
struct LayerSensitivity {
  std::string name;
  std::size_t values = 0;       ///< or multiplications, after limit_operations
  std::vector<Choice> choices;  ///< one for every width; cost in bits, those of values alone
};

/// The squared error of a tensor that goes through `codec` with nearest rounding.
Result<double> nearest_error(const quant::Codec& codec, const TensorSpec& tensor, Span<const float> values);

/// The sensitivities of the quantised tensors of `layout`, in its order.
///   values  of the model
///   traces  by tensor name; one for every quantised tensor
///   codec   registered name of the quantiser that the widths are for
///   errors  kInvalidArgument naming a tensor without a trace, or one that is not finite
Result<std::vector<LayerSensitivity>> layer_sensitivities(const Layout& layout, Span<const float> values,
                                                          const std::vector<LayerTrace>& traces,
                                                          const std::string& codec,
                                                          const std::vector<int>& widths);

/// Makes bit operations the cost that a plan limits: every value of a layer counts as often as it is
/// multiplied with (quantization.md B.3, where activations have one width).
///   multiplications  of every layer, by name
///   errors           kInvalidArgument naming a layer without any
Status limit_operations(const std::map<std::string, std::uint64_t>& multiplications,
                        std::vector<LayerSensitivity>& layers);

}  // namespace covey::plan
