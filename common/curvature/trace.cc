#include "common/curvature/trace.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace covey::curvature {

namespace {

constexpr int kProbesAtOnce = 10;  ///< between two looks at the stop rule

/// Mean and standard error of value(0) .. value(count - 1).
template <typename Value>
Estimate estimate_of(std::size_t count, const Value& value) {
  Estimate estimate;
  for (std::size_t i = 0; i < count; ++i) estimate.mean += value(i) / static_cast<double>(count);
  if (count < 2) {
    estimate.standard_error = std::numeric_limits<double>::infinity();
    return estimate;
  }
  double squares = 0;
  for (std::size_t i = 0; i < count; ++i) squares += std::pow(value(i) - estimate.mean, 2);
  estimate.standard_error = std::sqrt(squares / static_cast<double>(count - 1) / static_cast<double>(count));
  return estimate;
}

double total_of(const ProbeAnswer& answer) {
  return std::accumulate(answer.blocks.begin(), answer.blocks.end(), 0.0);
}

}  // namespace

Result<std::vector<ProbeAnswer>> answer_probes(const Hessian& hessian,
                                               const std::function<ParameterVector(std::uint32_t)>& probe,
                                               std::uint32_t first, std::uint32_t count) {
  const std::size_t blocks = hessian.parameters().size();
  std::vector<ProbeAnswer> answers(count, {std::vector<double>(blocks, 0)});
  COVEY_RETURN_IF_ERROR(hessian.for_each_batch([&](double share, const GradientGraph& graph) -> Status {
    for (std::uint32_t i = 0; i < count; ++i) {
      const ParameterVector z = probe(first + i);
      COVEY_ASSIGN_OR_RETURN(const ParameterVector product, graph.product(z));
      for (std::size_t l = 0; l < blocks; ++l)
        answers[i].blocks[l] += share * inner_product(z[l], product[l]);
    }
    return ok_status();
  }));
  for (const ProbeAnswer& answer : answers) {
    if (!std::isfinite(total_of(answer))) return internal_error("a product with the Hessian is not finite");
  }
  return answers;
}

TraceEstimate summarise(const std::vector<ProbeAnswer>& answers) {
  TraceEstimate estimate;
  estimate.probes = static_cast<int>(answers.size());
  estimate.total = estimate_of(answers.size(), [&](std::size_t i) { return total_of(answers[i]); });
  for (std::size_t l = 0; !answers.empty() && l < answers[0].blocks.size(); ++l)
    estimate.blocks.push_back(
        estimate_of(answers.size(), [&](std::size_t i) { return answers[i].blocks[l]; }));
  return estimate;
}

Result<TraceEstimate> estimate_trace(const Hessian& hessian,
                                     const std::function<ParameterVector(std::uint32_t)>& probe,
                                     const TraceOptions& options) {
  std::vector<ProbeAnswer> answers;
  while (true) {
    const int done = static_cast<int>(answers.size());
    const int wanted = done < options.probes_min ? options.probes_min - done : kProbesAtOnce;
    const int count = std::min(wanted, options.probes_max - done);
    COVEY_ASSIGN_OR_RETURN(auto more, answer_probes(hessian, probe, static_cast<std::uint32_t>(done),
                                                    static_cast<std::uint32_t>(count)));
    answers.insert(answers.end(), more.begin(), more.end());
    TraceEstimate estimate = summarise(answers);
    estimate.converged = estimate.total.standard_error <= options.tolerance * std::abs(estimate.total.mean);
    if (estimate.converged || estimate.probes >= options.probes_max) return estimate;
  }
}

}  // namespace covey::curvature
