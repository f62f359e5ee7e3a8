// How an engine begins: from what the store holds, or from the first model.

#include <algorithm>
#include <cmath>

#include "common/average/registry.h"
#include "common/learn/server_step.h"
#include "common/nn/state.h"
#include "server/engine.h"
#include "server/stored_model.h"

namespace covey::server {

namespace {

RoundSettings round_settings(const config::Experiment& experiment) {
  const config::Federation& f = experiment.federation;
  RoundSettings settings;
  settings.users = static_cast<std::uint32_t>(f.users);
  settings.communicating = static_cast<std::uint32_t>(f.communicating);
  settings.rounds = static_cast<std::uint32_t>(f.rounds);
  settings.warmup_rounds = static_cast<std::uint32_t>(f.warmup_rounds);
  settings.order = f.order == "parallel" ? Order::kParallel : Order::kAlternate;
  if (f.labels_at == "users") settings.order = Order::kUsersOnly;
  settings.only_connected = f.selection == "available";
  settings.min_updates = static_cast<std::uint32_t>(f.min_updates);
  settings.deadline_s = f.deadline_s;
  return settings;
}

std::uint32_t selected_count(const config::Federation& f) {
  const double asked = std::ceil(static_cast<double>(f.communicating) * (1 + f.over_select));
  return static_cast<std::uint32_t>(std::min(asked, static_cast<double>(f.users)));
}

/// What the last committed round took: its answers may have been lost in a crash.
Result<std::map<UserId, TakenUpdate>> taken_updates(const store::RunStore& run) {
  std::map<UserId, TakenUpdate> taken;
  COVEY_ASSIGN_OR_RETURN(const auto latest, run.latest());
  if (!latest) return taken;
  COVEY_ASSIGN_OR_RETURN(const auto members, run.members(latest->round, latest->attempt));
  for (const store::MemberRecord& member : members) {
    const bool present =
        member.state == store::MemberState::kCounted || member.state == store::MemberState::kNothing;
    if (present && member.update) taken[member.seat.user] = {latest->round, latest->attempt, *member.update};
  }
  return taken;
}

}  // namespace

Result<std::unique_ptr<Engine>> Engine::make(EngineParts parts) {
  if (!parts.selector) {
    parts.selector = make_random_selector(parts.experiment.seed, selected_count(parts.experiment.federation));
  }
  COVEY_ASSIGN_OR_RETURN(const store::NextAttempt next, parts.store->next_attempt());
  RoundCore::Resume resume;
  resume.round = next.round;
  if (next.begun || next.attempt > 0) resume.attempt = next.attempt;
  if (next.begun) {
    for (const store::Seat& seat : next.seats) resume.seats.push_back({seat.slot, seat.user});
  }
  COVEY_ASSIGN_OR_RETURN(resume.taken, taken_updates(*parts.store));
  RoundCore core(round_settings(parts.experiment), parts.selector, resume);
  std::unique_ptr<Engine> engine(new Engine(std::move(parts), std::move(core)));
  engine->earlier_virtual_s_ = next.virtual_seconds;
  COVEY_RETURN_IF_ERROR(engine->load());
  return engine;
}

Engine::Engine(EngineParts parts, RoundCore core) : parts_(std::move(parts)), core_(std::move(core)) {}

Status Engine::load() {
  exchanged_ = learn::exchanged_layout(full_layout(), parts_.experiment);
  update_ = learn::update_layout(exchanged_, parts_.experiment);
  parameter_names_ = learn::parameter_names(full_layout());
  COVEY_RETURN_IF_ERROR(prepare_averaging());
  COVEY_RETURN_IF_ERROR(check_probes());
  COVEY_ASSIGN_OR_RETURN(const auto latest, parts_.store->latest());
  return latest ? load_committed(*latest) : start_from_scratch();
}

Status Engine::prepare_averaging() {
  const config::Experiment& e = parts_.experiment;
  COVEY_ASSIGN_OR_RETURN(rule_,
                         average::make_rule(e.averaging.rule, {e.averaging.server_share, e.averaging.trim}));
  COVEY_ASSIGN_OR_RETURN(groups_, rule_->group_map(static_cast<std::uint32_t>(e.federation.communicating),
                                                   static_cast<std::uint32_t>(e.averaging.groups)));
  return ok_status();
}

Status Engine::load_committed(const store::CommittedState& state) {
  for (const Digest& digest : state.masters) {
    COVEY_ASSIGN_OR_RETURN(Values values, read_values(parts_.store->blobs(), digest, exchanged_));
    models_.masters.push_back(std::move(values));
  }
  if (models_.masters.size() != groups_->group_count())
    return corrupt("the stored run has another number of groups");
  if (models_.masters.size() > 1) {
    COVEY_ASSIGN_OR_RETURN(models_.mean, read_values(parts_.store->blobs(), state.average, exchanged_));
  }
  COVEY_ASSIGN_OR_RETURN(server_state_, read_server_state(parts_.store->blobs(), state));
  if (state.velocity) {
    COVEY_ASSIGN_OR_RETURN(velocity_, takes_the_step()
                                          ? read_values(parts_.store->blobs(), *state.velocity)
                                          : read_values(parts_.store->blobs(), *state.velocity, exchanged_));
  }
  COVEY_ASSIGN_OR_RETURN(WidthsInForce widths, widths_after(state));
  return use_widths(std::move(widths));
}

Status Engine::start_from_scratch() {
  // A replica of its own: those of the pool belong to their threads.
  COVEY_ASSIGN_OR_RETURN(const auto trainer, learn::LocalTrainer::make(parts_.setup));
  Values initial = nn::read_values(trainer->model(), full_layout());
  if (!parts_.experiment.model.start.empty()) {
    COVEY_ASSIGN_OR_RETURN(initial, read_first_model(parts_.experiment.model.start, full_layout()));
  }
  models_.masters.assign(groups_->group_count(),
                         learn::exchanged_values(full_layout(), std::move(initial), exchanged_));
  if (models_.masters.size() > 1) models_.mean = models_.masters.front();
  COVEY_ASSIGN_OR_RETURN(plan::BitPlan first, first_plan(parts_.experiment.download, exchanged_));
  return use_widths({std::move(first), {}});
}

Result<Values> Engine::tested_model() const {
  return learn::starting_values(full_layout(), exchanged_, models_.average(), server_state_);
}

}  // namespace covey::server
