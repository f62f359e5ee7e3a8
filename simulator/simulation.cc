#include "simulator/simulation.h"

#include <chrono>
#include <limits>

namespace covey::simulator {

namespace {

double monotonic_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace

learn::Samples select_samples(const data::Images& images, std::vector<std::uint32_t> indices, bool labelled) {
  learn::Samples samples;
  samples.images = &images;
  samples.indices = std::move(indices);
  if (!labelled) return samples;
  for (const std::uint32_t index : samples.indices) samples.labels.push_back(images.labels[index]);
  return samples;
}

Result<std::unique_ptr<Simulation>> Simulation::make(SimulationParts parts) {
  std::unique_ptr<Simulation> simulation(new Simulation(std::move(parts)));
  COVEY_RETURN_IF_ERROR(simulation->start());
  return simulation;
}

Simulation::~Simulation() {
  pool_.reset();  // its jobs use the engine
}

Status Simulation::start() {
  for (std::uint32_t user = 0; user < parts_.partition->users.size(); ++user) {
    samples_.push_back(user_samples(user));
  }
  COVEY_ASSIGN_OR_RETURN(pool_, learn::WorkerPool::make(parts_.setup, parts_.threads, {}));
  server::EngineParts engine;
  engine.experiment = parts_.experiment;
  engine.experiment.federation.deadline_s = std::numeric_limits<double>::infinity();
  engine.setup = parts_.setup;
  engine.server_samples = select_samples(parts_.dataset->train, parts_.partition->server, true);
  engine.test = &parts_.dataset->test;
  engine.store = parts_.store;
  engine.pool = pool_.get();
  engine.clients = this;
  engine.selector = parts_.selector;
  engine.clock = monotonic_seconds;
  engine.observer = parts_.observer;
  engine.logger = parts_.logger;
  COVEY_ASSIGN_OR_RETURN(engine_, server::Engine::make(std::move(engine)));
  return load_user_states();
}

Status Simulation::load_user_states() {
  committed_.resize(samples_.size());
  COVEY_ASSIGN_OR_RETURN(const auto stored, parts_.store->device_states());
  for (const auto& [user, digest] : stored) {
    COVEY_CHECK(user.value < committed_.size(), user);
    COVEY_ASSIGN_OR_RETURN(const Bytes bytes, parts_.store->blobs().read(digest));
    COVEY_ASSIGN_OR_RETURN(committed_[user.value], learn::decode_member_state(bytes));
  }
  return ok_status();
}

learn::Samples Simulation::user_samples(std::uint32_t user) const {
  const bool labelled = parts_.experiment.training.objective == "supervised";
  learn::Samples samples = select_samples(parts_.dataset->train, parts_.partition->users[user], labelled);
  if (parts_.partition->labelled_users.empty()) return samples;
  samples.labels.assign(samples.size(), data::kNoLabel);
  for (const std::uint32_t index : parts_.partition->labelled_users[user]) {
    samples.indices.push_back(index);
    samples.labels.push_back(parts_.dataset->train.labels[index]);
  }
  return samples;
}

std::size_t Simulation::state_key(UserId user, SlotId slot) const {
  return parts_.experiment.training.optimizer_state == "slot" ? slot.value : user.value;
}

Status Simulation::run() {
  for (std::uint32_t user = 0; user < samples_.size(); ++user) {
    COVEY_RETURN_IF_ERROR(engine_->user_connected(UserId{user}));
  }
  COVEY_RETURN_IF_ERROR(engine_->start());
  while (!engine_->finished() || pool_->unfinished() > 0) {
    if (parts_.stop_requested && parts_.stop_requested()) return ok_status();
    const std::size_t ran = pool_->run_completions(true);
    COVEY_RETURN_IF_ERROR(engine_->status());
    COVEY_RETURN_IF_ERROR(status_);
    if (ran == 0 && !engine_->finished() && pool_->unfinished() == 0) return stands_still();
  }
  return ok_status();
}

Status Simulation::stands_still() const {
  // No deadline ends a simulated round: what nobody works on will never come.
  std::string seats;
  for (const auto& [slot, state] : engine_->core().seat_states()) {
    if (state != server::SeatState::kCounted && state != server::SeatState::kNothing)
      seats += (seats.empty() ? "" : ", ") + std::to_string(slot.value);
  }
  return internal_error("round " + std::to_string(engine_->core().round()) +
                        " cannot go on: no update counts from slot " + seats);
}

void Simulation::send_task(const server::OutgoingTask& task) {
  const learn::MemberState& state = committed_[state_key(task.user, task.slot)];
  pool_->submit([this, task, state](learn::LocalTrainer& trainer) -> learn::WorkerPool::Completion {
    auto result = client::run_task(trainer, parts_.experiment, {task.round, task.attempt, task.user},
                                   *task.model_bytes, samples_[task.user.value], state);
    return [this, task, result = std::move(result)]() mutable {
      const Status status = task_finished(task, std::move(result));
      if (status_.ok()) status_ = status;
    };
  });
}

Status Simulation::task_finished(const server::OutgoingTask& task, Result<client::TaskResult> result) {
  if (!result.ok()) return result.status().with_context("user " + std::to_string(task.user.value));
  const Digest digest = sha256(result->update);
  tentative_[task.user] = {state_key(task.user, task.slot), std::move(result->tentative)};
  fetch_asked_ = false;
  COVEY_RETURN_IF_ERROR(engine_->update_offered(
      task.user, {task.round, task.attempt, task.slot, task.model, result->nothing_to_report, digest,
                  result->update.size(), result->report}));
  if (!fetch_asked_) return ok_status();
  return engine_->update_arrived(task.user, task.round, task.attempt, digest, result->update);
}

void Simulation::fetch_update(UserId, const Digest&) {
  // The bytes follow as soon as the engine has dealt with the offer.
  fetch_asked_ = true;
}

void Simulation::answer_update(UserId user, const wire::UpdateAnswer& answer) {
  if (!answer.accepted)
    parts_.logger->warn("round={} user={} not counted: {}", answer.round, user.value, answer.reason);
}

std::vector<std::pair<UserId, Digest>> Simulation::committed_device_states(
    const std::vector<UserId>& counted) {
  std::vector<std::pair<UserId, Digest>> stored;
  for (const UserId user : counted) {
    auto& [key, state] = tentative_.at(user);
    committed_[key] = std::move(state);
    if (committed_[key].empty()) continue;
    const auto digest = parts_.store->blobs().put(learn::encode_member_state(committed_[key]));
    if (!digest.ok()) {
      status_ = digest.status();
      continue;
    }
    stored.emplace_back(UserId{static_cast<std::uint32_t>(key)}, *digest);
  }
  tentative_.clear();
  return stored;
}

}  // namespace covey::simulator
