#include "simulator/simulation.h"

#include <algorithm>
#include <chrono>
#include <limits>

#include "simulator/mpi/rank_workers.h"

namespace covey::simulator {

namespace {

/// So many voids of one round in a row are no accident.
constexpr std::uint32_t kAttemptsMax = 1000;

double monotonic_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace

Result<std::unique_ptr<Simulation>> Simulation::make(SimulationParts parts) {
  std::unique_ptr<Simulation> simulation(new Simulation(std::move(parts)));
  COVEY_RETURN_IF_ERROR(simulation->start());
  return simulation;
}

Simulation::~Simulation() {
  pool_.reset();  // its jobs use all the rest
}

Status Simulation::start() {
  users_ = make_user_data(parts_.experiment, *parts_.dataset, *parts_.partition);
  COVEY_ASSIGN_OR_RETURN(pool_, learn::WorkerPool::make(parts_.setup, parts_.threads, {}));
  workers_ = make_local_workers(*pool_, users_);
  if (parts_.ranks != nullptr)
    workers_ = std::make_unique<RankWorkers>(*parts_.ranks, std::move(workers_), parts_.threads);
  const config::Experiment& experiment = parts_.experiment;
  server::EngineParts engine;
  engine.experiment = experiment;
  engine.clock = monotonic_seconds;
  if (parts_.devices.empty()) {
    engine.experiment.federation.deadline_s = std::numeric_limits<double>::infinity();
  } else {
    engine.clock = [this] { return now_; };
    engine.stopwatch = monotonic_seconds;
    engine.deliver_server = [this](std::uint64_t images, std::function<void()> deliver) {
      deliver_server(images, std::move(deliver));
    };
  }
  engine.setup = parts_.setup;
  engine.server_samples = select_samples(parts_.dataset->train, parts_.partition->server, true);
  engine.test = &parts_.dataset->test;
  engine.store = parts_.store;
  engine.pool = pool_.get();
  engine.clients = this;
  engine.selector = parts_.selector;
  engine.observer = parts_.observer;
  engine.logger = parts_.logger;
  COVEY_ASSIGN_OR_RETURN(engine_, server::Engine::make(std::move(engine)));
  return load_user_states();
}

Status Simulation::load_user_states() {
  committed_.resize(users_.samples.size());
  COVEY_ASSIGN_OR_RETURN(const auto stored, parts_.store->device_states());
  for (const auto& [user, digest] : stored) {
    COVEY_CHECK(user.value < committed_.size(), user);
    COVEY_ASSIGN_OR_RETURN(const Bytes bytes, parts_.store->blobs().read(digest));
    COVEY_ASSIGN_OR_RETURN(committed_[user.value], learn::decode_member_state(bytes));
  }
  return ok_status();
}

std::size_t Simulation::state_key(UserId user, SlotId slot) const {
  return parts_.experiment.training.optimizer_state == "slot" ? slot.value : user.value;
}

Status Simulation::run() {
  for (std::uint32_t user = 0; user < users_.samples.size(); ++user) {
    COVEY_RETURN_IF_ERROR(engine_->user_connected(UserId{user}));
  }
  COVEY_RETURN_IF_ERROR(engine_->start());
  while (!engine_->finished() || workers_->unfinished() > 0) {
    if (parts_.stop_requested && parts_.stop_requested()) return ok_status();
    COVEY_ASSIGN_OR_RETURN(const std::size_t ran, workers_->run_completions(true));
    COVEY_RETURN_IF_ERROR(engine_->status());
    COVEY_RETURN_IF_ERROR(status_);
    if (engine_->finished() || workers_->unfinished() > 0) continue;
    COVEY_ASSIGN_OR_RETURN(const bool advanced, advance());
    if (ran == 0 && !advanced) return stands_still();
  }
  return ok_status();
}

// Every job that runs now began at this instant or before, so once none runs all arrivals are known.
Result<bool> Simulation::advance() {
  if (parts_.devices.empty()) return false;
  const auto deadline = engine_->next_deadline();
  if (!arrivals_.empty() && (!deadline || arrivals_.next_time() <= *deadline)) {
    now_ = std::max(now_, arrivals_.next_time());
    COVEY_RETURN_IF_ERROR(arrivals_.take_next()());
    COVEY_RETURN_IF_ERROR(engine_->status());
    return true;
  }
  if (!deadline) return false;
  if (engine_->core().attempt() >= kAttemptsMax) return false;
  now_ = std::max(now_, *deadline);
  COVEY_RETURN_IF_ERROR(engine_->tick());
  return true;
}

void Simulation::deliver_server(std::uint64_t images, std::function<void()> deliver) {
  const double took = static_cast<double>(images) / parts_.experiment.devices.server_images_per_second;
  arrivals_.add(now_ + took, kServerEntity, [deliver = std::move(deliver)] {
    deliver();
    return ok_status();
  });
}

std::optional<double> Simulation::trained_at(const server::OutgoingTask& task) const {
  const DeviceProfile& device = parts_.devices[task.user.value];
  const config::Experiment& experiment = parts_.experiment;
  if (!delivers(device, experiment.seed, task.round, task.attempt, task.user.value)) return std::nullopt;
  const auto images = static_cast<std::uint64_t>(experiment.federation.period * experiment.training.batch);
  const double took = seconds_until_trained(device, task.model_bytes->size(), images);
  if (took > task.seconds_left) return std::nullopt;  // too late whatever comes of it
  return now_ + took;
}

Status Simulation::stands_still() const {
  const std::string round = "round " + std::to_string(engine_->core().round()) + " cannot go on: ";
  if (engine_->core().attempt() >= kAttemptsMax) {
    return internal_error(round + "too few devices delivered in " + std::to_string(kAttemptsMax) +
                          " attempts; see [devices], federation.deadline_s and federation.min_updates");
  }
  // No deadline ends a simulated round: what nobody works on will never come.
  std::string seats;
  for (const auto& [slot, state] : engine_->core().seat_states()) {
    if (state != server::SeatState::kCounted && state != server::SeatState::kNothing)
      seats += (seats.empty() ? "" : ", ") + std::to_string(slot.value);
  }
  return internal_error(round + "no update counts from slot " + seats);
}

void Simulation::send_task(const server::OutgoingTask& task) {
  double trained = 0;
  if (!parts_.devices.empty()) {
    const auto at = trained_at(task);
    if (!at) return;
    trained = *at;
  }
  const learn::MemberState& state = committed_[state_key(task.user, task.slot)];
  workers_->submit(task, state, [this, task, trained](Result<client::TaskResult> result) {
    const Status status = parts_.devices.empty() ? task_finished(task, std::move(result))
                                                 : schedule(task, trained, std::move(result));
    if (status_.ok()) status_ = status;
  });
}

Status Simulation::schedule(const server::OutgoingTask& task, double trained,
                            Result<client::TaskResult> result) {
  if (!result.ok()) return result.status().with_context("user " + std::to_string(task.user.value));
  const double arrives =
      trained + seconds_until_arrived(parts_.devices[task.user.value], result->update.size());
  arrivals_.add(arrives, task.user.value, [this, task, result = std::move(result)]() mutable {
    return task_finished(task, std::move(result));
  });
  return ok_status();
}

Status Simulation::task_finished(const server::OutgoingTask& task, Result<client::TaskResult> result) {
  if (!result.ok()) return result.status().with_context("user " + std::to_string(task.user.value));
  if (!result->curvature_problem.empty()) {
    parts_.logger->warn("round={} user={} no curvature: {}", task.round, task.user.value,
                        result->curvature_problem);
  }
  // Nobody asks for these bytes by their digest, which would take longer than adding them.
  const Digest unnamed;
  tentative_[task.user] = {state_key(task.user, task.slot), std::move(result->tentative)};
  fetch_asked_ = false;
  COVEY_RETURN_IF_ERROR(engine_->update_offered(
      task.user, {task.round, task.attempt, task.slot, task.model, result->nothing_to_report, unnamed,
                  result->update.size(), result->report}));
  if (!fetch_asked_) return ok_status();
  return engine_->update_arrived(task.user, task.round, task.attempt, unnamed, result->update);
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
