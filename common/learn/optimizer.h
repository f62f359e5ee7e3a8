#pragma once

#include <memory>
#include <vector>

#include "common/base/layout.h"
#include "common/base/registry.h"
#include "common/config/experiment.h"
#include "common/curvature/parameter_vector.h"
#include "common/nn/torch.h"

namespace covey::learn {

/// Changes a model's parameters from their gradients. Bound to one replica; state starts empty.
class Optimizer {
 public:
  virtual ~Optimizer() = default;

  /// Whether the next step needs the curvature of its loss besides the gradient.
  virtual bool needs_curvature() const { return false; }

  /// One step with learning rate `rate` from the gradients that lie in the parameters; it may overwrite them.
  ///   curvature  where needs_curvature(), an estimate of the Hessian's diagonal, a tensor for every
  ///              parameter, with its sign: z * Hz for random signs z; else empty
  virtual void step(double rate, const curvature::ParameterVector& curvature) = 0;

  /// Forgets all state.
  virtual void reset() = 0;

  /// All state as one flat array; empty after reset. `restore` takes what `state` gave; kCorrupt on another
  /// size.
  virtual Values state() const = 0;
  virtual Status restore(Span<const float> state) = 0;
};

using OptimizerMaker = std::unique_ptr<Optimizer> (*)(std::vector<torch::Tensor> parameters,
                                                      const config::Training&);

/// adahessian | adam | adamw | sgd.
const Registry<OptimizerMaker>& optimizer_registry();

}  // namespace covey::learn
