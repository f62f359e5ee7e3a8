// What an engine does with curvature: who measures it, the widths of downloads that follow, the server's
// step.

#include "common/learn/server_step.h"
#include "common/program/codecs.h"
#include "common/wire/limits.h"
#include "server/engine.h"

namespace covey::server {

/// Users answer in one message.
Status Engine::check_probes() const {
  const config::Experiment& e = parts_.experiment;
  if (!config::measures_curvature(e) || e.curvature.from != "users") return ok_status();
  const std::size_t most = wire::kCurvatureAnswersMax / parameter_names_.size();
  if (probes_asked() <= most) return ok_status();
  return invalid_argument("curvature.probes: " + std::to_string(e.curvature.probes) + " of the " +
                          std::to_string(parameter_names_.size()) + " tensors of " + e.model.name +
                          " do not fit one message, allowed with curvature.from = \"users\": at most " +
                          std::to_string(most));
}

Result<std::shared_ptr<const quant::Codec>> Engine::download_codec(const plan::BitPlan& plan) const {
  COVEY_ASSIGN_OR_RETURN(auto codec, program::download_codec(parts_.experiment, plan, exchanged_));
  return std::shared_ptr<const quant::Codec>(std::move(codec));
}

Status Engine::use_widths(WidthsInForce widths) {
  COVEY_ASSIGN_OR_RETURN(download_codec_, download_codec(widths.plan));
  widths_ = std::move(widths);
  return ok_status();
}

Result<WidthsInForce> Engine::widths_after(const store::CommittedState& state) const {
  COVEY_ASSIGN_OR_RETURN(const auto stored, parts_.store->bit_plan(state.round));
  if (!stored) {
    COVEY_ASSIGN_OR_RETURN(plan::BitPlan first, first_plan(parts_.experiment.download, exchanged_));
    return WidthsInForce{std::move(first), {}};
  }
  COVEY_ASSIGN_OR_RETURN(plan::BitPlan plan, plan::parse_bit_plan(stored->plan));
  return WidthsInForce{std::move(plan), stored->round};
}

bool Engine::measures_curvature(const char* from) const {
  return parts_.experiment.curvature.from == from &&
         server::measures_curvature(parts_.experiment, core_.round(), widths_);
}

/// What a user answers is a guest's word: it counts only where it answers what was asked.
std::string Engine::problem_with_curvature(const wire::Report& report) const {
  const std::size_t asked = parameter_names_.size() * probes_asked();
  if (report.curvature_samples == 0 && report.curvature.empty()) return "";
  if (report.curvature_samples > 0 && report.curvature.size() == asked) return "";
  return std::to_string(report.curvature.size()) + " curvature answers, allowed: 0 or " +
         std::to_string(asked);
}

std::vector<store::TensorTrace> Engine::measured_curvature(const std::map<SlotId, SeatState>& states) const {
  std::vector<MemberAnswers> members;
  if (measures_curvature("optimizer") && !server_report_.traces.empty())
    members.push_back({1, server_report_.traces});
  if (server_curvature_.samples > 0)
    members.push_back({static_cast<double>(server_curvature_.samples), server_curvature_.values});
  if (!measures_curvature("users")) return combine(members, parameter_names_);
  for (const auto& [slot, seat] : seats_) {
    const SeatState state = states.at(slot);
    if (state != SeatState::kCounted && state != SeatState::kNothing) continue;
    const std::string problem = problem_with_curvature(seat.report);
    if (!problem.empty()) {
      parts_.logger->warn("round={} user={} {}", core_.round(), seat.user.value, problem);
    } else if (seat.report.curvature_samples > 0) {
      members.push_back({static_cast<double>(seat.report.curvature_samples), seat.report.curvature});
    }
  }
  return combine(members, parameter_names_);
}

Result<std::optional<WidthsInForce>> Engine::next_widths(
    std::uint32_t round, const std::vector<store::TensorTrace>& traces) const {
  const config::Experiment& e = parts_.experiment;
  const bool blocks = e.download.codec == "qbert";
  const bool measured_any = blocks ? !server_eigenvalues_.empty() : !traces.empty();
  if (!measured_any || !plans_widths(e, round, widths_)) return std::optional<WidthsInForce>();
  auto plan =
      blocks ? plan::qbert_plan(exchanged_, server_eigenvalues_, e.download.quantiser, e.download.mean_bits)
             : plan_by_traces(round, traces);
  if (!plan.ok()) {
    parts_.logger->warn("round={} the widths stay as they are: {}", round, plan.status().message());
    return std::optional<WidthsInForce>();
  }
  parts_.logger->info("round={} widths {}", round, plan::to_json(*plan));
  return std::optional<WidthsInForce>({*std::move(plan), round});
}

Result<plan::BitPlan> Engine::plan_by_traces(std::uint32_t round,
                                             const std::vector<store::TensorTrace>& traces) const {
  const config::Experiment& e = parts_.experiment;
  std::vector<std::vector<store::TensorTrace>> measured;
  if (e.curvature.from == "optimizer") {
    const std::uint32_t rounds = rounds_of_a_free_plan(e);
    COVEY_ASSIGN_OR_RETURN(auto earlier, parts_.store->curvature(round >= rounds ? round - rounds + 1 : 0));
    for (auto& [number, one] : earlier) measured.push_back(std::move(one));
  }
  measured.push_back(traces);
  return plan_widths(e.download, exchanged_, next_models_.average(), mean_of(measured));
}

/// The models after the server's step on what the users measured, which leaves next_velocity_ its state.
///   server  the server's own model where it trains instead of the users (warm-up); else empty
Result<average::GlobalModels> Engine::stepped(Span<const float> server) {
  if (!server.empty()) {
    return average::GlobalModels{{Values(server.begin(), server.end())}, {}};
  }
  if (averager_->update_count() == 0) return models_;
  // Gradients and curvature are averaged from zero, buffers from what they are.
  Values base(update_.value_count(), 0);
  const Layout buffers = exchanged_.without(TensorKind::kParameter);
  Values present(buffers.value_count());
  copy_shared_tensors(exchanged_, models_.average(), buffers, Span<float>(present));
  copy_shared_tensors(buffers, present, update_, Span<float>(base));
  COVEY_ASSIGN_OR_RETURN(const average::GlobalModels mean, averager_->finish({{base}, {}}, {}));
  Values model = models_.average();
  COVEY_RETURN_IF_ERROR(learn::server_step(parts_.experiment, core_.round(), exchanged_, update_,
                                           mean.average(), model, next_velocity_));
  return average::GlobalModels{{std::move(model)}, {}};
}

}  // namespace covey::server
