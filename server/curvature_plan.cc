#include "server/curvature_plan.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "common/plan/byte_budget.h"
#include "common/plan/qbert.h"

namespace covey::server {

namespace {

const std::vector<int> kWidths = {2, 3, 4, 5, 6, 7, 8};

/// A plan from two measured steps lost 5.5 points of a resnet20, from ten 1.2 (experiments/curvature).
constexpr std::int64_t kFewestMeasuredSteps = 10;

std::int64_t divided_up(std::int64_t count, std::int64_t by) {
  return (count + by - 1) / by;
}

/// Any rounds in a row, so many, hold that many measured steps: the server's optimiser counts on from round
/// to round and measures in every hessian_period-th step.
std::int64_t fewest_rounds(const config::Experiment& experiment) {
  return divided_up(kFewestMeasuredSteps * experiment.training.hessian_period,
                    std::max<std::int64_t>(experiment.federation.period, 1));
}

bool can_measure(const config::Experiment& experiment, std::uint32_t round) {
  return experiment.curvature.from != "users" || round >= experiment.federation.warmup_rounds;
}

/// The optimiser measures from the first round on.
bool has_measured_enough(const config::Experiment& experiment, std::uint32_t round) {
  return experiment.curvature.from != "optimizer" || round + 1 >= fewest_rounds(experiment);
}

/// The next round is one that sends models.
bool sends_after(const config::Federation& federation, std::uint32_t round) {
  return round + 1 >= federation.warmup_rounds && round + 1 < federation.rounds;
}

}  // namespace

std::uint32_t rounds_of_a_free_plan(const config::Experiment& experiment) {
  return static_cast<std::uint32_t>(std::max(fewest_rounds(experiment), experiment.download.plan_every));
}

bool plans_widths(const config::Experiment& experiment, std::uint32_t round, const WidthsInForce& widths) {
  const config::Download& download = experiment.download;
  if (!config::plans_widths(download) || !can_measure(experiment, round)) return false;
  if (!has_measured_enough(experiment, round) || !sends_after(experiment.federation, round)) return false;
  return !widths.planned_in || round - *widths.planned_in >= download.plan_every;
}

bool measures_curvature(const config::Experiment& experiment, std::uint32_t round,
                        const WidthsInForce& widths) {
  const config::Curvature& curvature = experiment.curvature;
  if (!config::measures_curvature(experiment) || !can_measure(experiment, round)) return false;
  // It costs nothing there, and a plan is made from the mean over several rounds.
  if (curvature.from == "optimizer" && experiment.download.codec == "hawq") return true;
  if (curvature.every > 0 && (round + 1) % curvature.every == 0) return true;
  return experiment.download.codec == "hawq" && plans_widths(experiment, round, widths);
}

std::vector<store::TensorTrace> combine(const std::vector<MemberAnswers>& members,
                                        const std::vector<std::string>& tensors) {
  std::vector<store::TensorTrace> traces;
  if (members.empty()) return traces;
  double samples = 0;
  for (const MemberAnswers& member : members) samples += member.samples;
  const std::size_t probes = members.front().values.size() / tensors.size();
  for (std::size_t t = 0; t < tensors.size(); ++t) {
    std::vector<double> answers(probes, 0);
    for (const MemberAnswers& member : members) {
      COVEY_CHECK(member.values.size() == probes * tensors.size(), member.values.size(), tensors.size());
      for (std::size_t p = 0; p < probes; ++p)
        answers[p] += member.samples / samples * member.values[p * tensors.size() + t];
    }
    double mean = 0;
    for (const double answer : answers) mean += answer / static_cast<double>(probes);
    double squares = 0;
    for (const double answer : answers) squares += (answer - mean) * (answer - mean);
    const double error = probes < 2 ? std::numeric_limits<double>::quiet_NaN()
                                    : std::sqrt(squares / static_cast<double>(probes * (probes - 1)));
    traces.push_back({tensors[t], mean, error});
  }
  return traces;
}

std::vector<store::TensorTrace> mean_of(const std::vector<std::vector<store::TensorTrace>>& rounds) {
  std::vector<store::TensorTrace> means = rounds.front();
  for (std::size_t t = 0; t < means.size(); ++t) {
    means[t].standard_error = std::numeric_limits<double>::quiet_NaN();
    double sum = 0;
    for (const auto& round : rounds) {
      COVEY_CHECK(round.size() == means.size() && round[t].tensor == means[t].tensor, means[t].tensor);
      sum += round[t].trace;
    }
    means[t].trace = sum / static_cast<double>(rounds.size());
  }
  return means;
}

Result<plan::BitPlan> first_plan(const config::Download& download, const Layout& layout) {
  if (download.size_ratio > 0) {
    auto plan = plan::widest_uniform_plan(layout, download.quantiser, download.size_ratio);
    if (!plan.ok()) return plan.status().with_context("download.size_ratio");
    return plan;
  }
  const int width = static_cast<int>(std::floor(download.mean_bits));
  if (download.codec == "qbert") return plan::alike_blocks_plan(layout, download.quantiser, width);
  return plan::uniform_plan(layout, download.quantiser, width);
}

Status check_plans(const config::Experiment& experiment, const Layout& layout, std::size_t labelled) {
  const config::Download& download = experiment.download;
  if (!config::plans_widths(download)) return ok_status();
  if (experiment.curvature.from == "optimizer" && download.codec == "hawq" &&
      fewest_rounds(experiment) >= experiment.federation.rounds)
    return invalid_argument("curvature.from: a plan from what the optimiser measures needs " +
                            std::to_string(kFewestMeasuredSteps) + " measured steps, which take " +
                            std::to_string(fewest_rounds(experiment)) +
                            " of federation.rounds = " + std::to_string(experiment.federation.rounds) +
                            ", allowed: fewer than all, by more rounds, a larger federation.period or a "
                            "smaller training.hessian_period; or server, users");
  const auto most = static_cast<std::size_t>(experiment.curvature.samples);
  const std::size_t measured = most > 0 ? std::min(most, labelled) : labelled;
  if (download.codec == "qbert" && measured < plan::kQbertParts)
    return invalid_argument(
        "download.codec: \"qbert\" compares " + std::to_string(plan::kQbertParts) +
        " parts of the server's labelled samples, here " + std::to_string(measured) +
        ", allowed: more of them (federation.labelled, curvature.samples), or another codec");
  return first_plan(download, layout).status().with_context("download.codec = \"" + download.codec + "\"");
}

Result<plan::BitPlan> plan_widths(const config::Download& download, const Layout& layout,
                                  Span<const float> model, const std::vector<store::TensorTrace>& traces) {
  std::vector<plan::LayerTrace> layers;
  for (const store::TensorTrace& trace : traces) layers.push_back({trace.tensor, trace.trace});
  COVEY_ASSIGN_OR_RETURN(auto sensitivities,
                         plan::layer_sensitivities(layout, model, layers, download.quantiser, kWidths));
  if (download.size_ratio > 0) {
    COVEY_ASSIGN_OR_RETURN(const double bytes, plan::limit_bytes(layout, model, download.quantiser,
                                                                 download.size_ratio, sensitivities));
    return plan::least_sensitive_within(sensitivities, download.quantiser, bytes);
  }
  return plan::least_sensitive_plan(sensitivities, download.quantiser, download.mean_bits);
}

}  // namespace covey::server
