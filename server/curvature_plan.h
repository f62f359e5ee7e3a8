#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/config/experiment.h"
#include "common/plan/bit_plan.h"
#include "common/store/run_records.h"

namespace covey::server {

/// Widths of downloads and the round at whose end they were planned; none for those that a run begins with.
struct WidthsInForce {
  plan::BitPlan plan;
  std::optional<std::uint32_t> planned_in;
};

/// Whether `round` measures traces (qbert needs none), and whether it ends with a plan, if `widths` are in
/// force in it. Users can only be asked from the end of the warm-up on; with what the optimiser measures the
/// first plan waits for ten measured steps; nothing is planned that no later round would send.
bool measures_curvature(const config::Experiment& experiment, std::uint32_t round,
                        const WidthsInForce& widths);
bool plans_widths(const config::Experiment& experiment, std::uint32_t round, const WidthsInForce& widths);

/// The last rounds whose mean a plan from what the optimiser measures is made of: those since the last plan,
/// or more where they have fewer than ten measured steps.
std::uint32_t rounds_of_a_free_plan(const config::Experiment& experiment);

/// A member's answers to the probes of a round: probe after probe, a number for every tensor.
struct MemberAnswers {
  double samples = 0;
  Span<const double> values;
};

/// The traces of all members' measured samples together: means over the probes, with standard errors. Members
/// are summed in the given order, so that the sums have one value.
///   tensors  names, in the order of the answers
///   members  every one has tensors.size() * probes values, probes >= 1; none gives no traces
std::vector<store::TensorTrace> combine(const std::vector<MemberAnswers>& members,
                                        const std::vector<std::string>& tensors);

/// The mean of every tensor's traces over some rounds, all of which have the same tensors. At least one.
std::vector<store::TensorTrace> mean_of(const std::vector<std::vector<store::TensorTrace>>& rounds);

/// What a run begins with: all layers, or with qbert all blocks, at the same width, download.mean_bits
/// rounded down, or the widest that download.size_ratio allows.
///   errors  kInvalidArgument when that allows none, or a model has no blocks
Result<plan::BitPlan> first_plan(const config::Download& download, const Layout& layout);

/// Whether the limit of the widths leaves room for any, rounds are left for a plan, and what they are planned
/// by can be measured with `labelled` samples at the server; `layout` is what travels. Downloads that are not
/// planned pass.
Status check_plans(const config::Experiment& experiment, const Layout& layout, std::size_t labelled);

/// The plan of least sensitivity for `model`, whose tensors `layout` names, by the measured traces.
///   errors  those of plan::layer_sensitivities, plan::limit_bytes and plan::least_sensitive_plan
Result<plan::BitPlan> plan_widths(const config::Download& download, const Layout& layout,
                                  Span<const float> model, const std::vector<store::TensorTrace>& traces);

}  // namespace covey::server
