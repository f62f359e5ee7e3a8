#include "common/curvature/power_iteration.h"

#include <algorithm>
#include <cmath>

namespace covey::curvature {

namespace {

constexpr double kNegligible = 1e-12;  ///< of the largest value: what rounding leaves of a value of zero

/// |w - value v| by the values themselves: the difference of squares would cancel.
double residual_of(const ParameterVector& w, const ParameterVector& v, double value) {
  ParameterVector difference = zeros_like(w);
  add_scaled(difference, w, 1);
  add_scaled(difference, v, -value);
  return length(difference);
}

Result<Eigenpair> next_eigenpair(const Operator& apply, ParameterVector v,
                                 const std::vector<ParameterVector>& found, double largest,
                                 const PowerOptions& options) {
  Eigenpair pair;
  while (true) {
    orthogonalise(v, found);
    const double size = length(v);
    if (size == 0) {  // nothing is left beside what was found
      pair.vector = std::move(v);
      pair.converged = true;
      return pair;
    }
    scale(v, 1 / size);
    COVEY_ASSIGN_OR_RETURN(ParameterVector w, apply(v));
    ++pair.iterations;
    pair.value = inner_product(v, w);
    if (!std::isfinite(pair.value)) return internal_error("a product with the Hessian is not finite");
    orthogonalise(w, found);
    pair.residual = residual_of(w, v, pair.value);
    pair.converged =
        pair.residual <= std::max(options.tolerance * std::abs(pair.value), kNegligible * largest);
    if (pair.converged || pair.iterations >= options.iterations) {
      pair.vector = std::move(v);
      return pair;
    }
    v = std::move(w);
  }
}

}  // namespace

Result<std::vector<Eigenpair>> top_eigenpairs(const Operator& apply,
                                              const std::function<ParameterVector(int)>& start,
                                              const PowerOptions& options) {
  std::vector<Eigenpair> pairs;
  std::vector<ParameterVector> found;
  for (int j = 0; j < options.count; ++j) {
    const double largest = pairs.empty() ? 0 : std::abs(pairs.front().value);
    COVEY_ASSIGN_OR_RETURN(Eigenpair pair, next_eigenpair(apply, start(j), found, largest, options));
    found.push_back(pair.vector);
    pairs.push_back(std::move(pair));
  }
  return pairs;
}

}  // namespace covey::curvature
