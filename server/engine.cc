#include "server/engine.h"

#include <algorithm>

#include "common/average/accumulator.h"
#include "common/average/momentum.h"
#include "common/average/status_weight.h"
#include "common/learn/block_eigenvalues.h"
#include "common/learn/server_step.h"
#include "common/quant/container.h"

namespace covey::server {

namespace {

/// Updates of so many bytes are worth a thread while they are added.
constexpr std::size_t kBesideLoopBytes = 1 << 20;

}  // namespace

// ---- events
// ---------------------------------------------------------------------------------------------------------------

Status Engine::run(Event event) {
  events_.push_back(std::move(event));
  if (running_) return ok_status();  // the loop below, further up the stack, takes it
  running_ = true;
  Status status;
  while (status.ok() && !events_.empty()) {
    const Event next = std::move(events_.front());
    events_.pop_front();
    for (const Action& action : core_.step(parts_.clock(), next)) {
      status = std::visit([this](const auto& a) { return execute(a); }, action);
      if (!status.ok()) break;
    }
  }
  running_ = false;
  if (!status.ok() || !std::exchange(outdated_, false)) return status;
  const auto keep = static_cast<std::uint32_t>(parts_.experiment.federation.keep_rounds);
  return parts_.store->prune(keep).status();
}

Status Engine::start() {
  COVEY_RETURN_IF_ERROR(evaluate_what_a_crash_left());
  return run(event::Started{});
}
Status Engine::user_connected(UserId user) {
  return run(event::UserConnected{user});
}
Status Engine::user_left(UserId user) {
  return run(event::UserLeft{user});
}
Status Engine::tick() {
  return run(event::Tick{});
}

void Engine::SeatData::take(const wire::UpdateOffer& offer) {
  report = offer.report;
  bytes_up = offer.update_bytes;
  update = offer.update;
}

Engine::SeatData* Engine::seat_of(UserId user) {
  for (auto& [slot, seat] : seats_) {
    if (seat.user == user) return &seat;
  }
  return nullptr;
}

Status Engine::update_offered(UserId user, const wire::UpdateOffer& offer) {
  const bool current = offer.round == core_.round() && offer.attempt == core_.attempt();
  SeatData* seat = current ? seat_of(user) : nullptr;
  if (seat != nullptr && offer.nothing_to_report && !seat->update) seat->take(offer);
  offers_[user] = offer;
  return run(event::UpdateOffered{user, offer.round, offer.attempt, offer.update, offer.nothing_to_report});
}

std::string Engine::problem_with(const Result<quant::ContainerView>& update) const {
  if (!update.ok()) return update.status().message();
  const auto slots = static_cast<std::uint32_t>(parts_.experiment.federation.communicating);
  return average::check_update(*update, average::magnitude_limit(slots, weight_max())).message();
}

std::uint32_t Engine::weight_max() const {
  return parts_.experiment.averaging.weights == "status" ? average::kWeightMax : 1;
}

void Engine::note_problem(UserId user, std::uint32_t round, std::uint32_t attempt,
                          const std::string& problem) {
  const bool current = round == core_.round() && attempt == core_.attempt();
  SeatData* seat = current ? seat_of(user) : nullptr;
  if (seat != nullptr) seat->reason = problem;
}

Status Engine::update_arrived(UserId user, std::uint32_t round, std::uint32_t attempt, const Digest& update,
                              ByteSpan bytes, std::shared_ptr<const void> owner) {
  if (bytes.size() < kBesideLoopBytes) owner.reset();
  arriving_ =
      std::make_shared<Arriving>(Arriving{quant::ContainerView::parse(bytes, update_), std::move(owner)});
  const std::string problem = problem_with(arriving_->update);
  note_problem(user, round, attempt, problem);
  const Status status = run(event::UpdateArrived{user, round, attempt, update, problem});
  arriving_.reset();
  return status;
}

Status Engine::update_failed(UserId user, std::uint32_t round, std::uint32_t attempt, const Digest& update,
                             const std::string& problem) {
  note_problem(user, round, attempt, problem);
  return run(event::UpdateArrived{user, round, attempt, update, problem});
}

// ---- actions
// --------------------------------------------------------------------------------------------------------------

Status Engine::begin_models() {
  const config::Federation& f = parts_.experiment.federation;
  average::RoundShape shape;
  shape.groups = groups_->group_count();
  shape.slots = static_cast<std::uint32_t>(f.communicating);
  shape.weight_max = weight_max();
  shape.order = core_.server_steps_beside_members() ? average::Order::kParallel : average::Order::kAlternate;
  averager_ = std::make_unique<average::RoundAverager>(update_, *rule_, shape);
  diversity_meter_.reset();
  diversity_.clear();
  if (f.diversity_every > 0 && (core_.round() + 1) % f.diversity_every == 0)
    diversity_meter_ = std::make_unique<average::DiversityMeter>(exchanged_, shape.groups);
  if (seats_.empty() || !downloads_.empty()) return ok_status();
  COVEY_ASSIGN_OR_RETURN(downloads_, encode_downloads(models_, *download_codec_));
  return ok_status();
}

Result<std::vector<Engine::Download>> Engine::encode_downloads(const average::GlobalModels& models,
                                                               const quant::Codec& codec) const {
  std::vector<Download> downloads;
  for (const Values& master : models.masters) {
    COVEY_ASSIGN_OR_RETURN(Bytes bytes, quant::encode_model(codec, exchanged_, master, quant::CodecDraws()));
    const Digest digest = sha256(bytes);
    downloads.push_back({std::make_shared<const Bytes>(std::move(bytes)), digest});
  }
  return downloads;
}

Status Engine::execute(const action::StoreAttempt& a) {
  if (!round_started_)
    round_started_ = Start{parts_.clock() - std::exchange(earlier_virtual_s_, 0), real_seconds()};
  seats_.clear();
  offers_.clear();
  std::vector<store::Seat> stored;
  for (const Seat& seat : a.seats) {
    const GroupId group = groups_->group_of(seat.slot);
    seats_[seat.slot] = {seat.user, group, {}, {}, 0, 0, {}};
    stored.push_back({seat.slot, seat.user, group});
  }
  COVEY_RETURN_IF_ERROR(parts_.store->begin_attempt(a.round, a.attempt, stored));
  COVEY_RETURN_IF_ERROR(begin_models());
  next_server_state_ = server_state_;
  next_velocity_ = velocity_;
  server_report_ = {};
  server_curvature_ = {};
  server_eigenvalues_ = {};
  return run(event::AttemptStored{});
}

Status Engine::execute(const action::SendTask& a) {
  SeatData& seat = seats_.at(a.slot);
  const Download& download = downloads_[seat.group.value];
  seat.bytes_down = download.bytes->size();
  COVEY_ASSIGN_OR_RETURN(const auto last_counted, parts_.store->last_counted(a.user));
  const std::uint32_t probes = measures_curvature("users") ? probes_asked() : 0;
  parts_.clients->send_task({a.user, a.slot, seat.group, a.round, a.attempt, download.digest, download.bytes,
                             a.seconds_left, last_counted, probes});
  return ok_status();
}

Status Engine::execute(const action::TrainServer& a) {
  const Values& from = (a.from_members ? next_models_ : models_).average();
  COVEY_ASSIGN_OR_RETURN(Values start,
                         learn::starting_values(full_layout(), exchanged_, from, server_state_));
  learn::LocalTask task{a.round, a.attempt, kServerEntity, "supervised", &parts_.server_samples};
  if (parts_.experiment.download.qat) {
    task.rounding = [this, codec = download_codec_](const Values& weights) {
      return quant::rounded(*codec, full_layout(), weights);
    };
  }
  const std::uint32_t probes = measures_curvature("server") ? probes_asked() : 0;
  const bool blocks =
      parts_.experiment.download.codec == "qbert" && plans_widths(parts_.experiment, core_.round(), widths_);
  auto job = [this, task, probes, blocks,
              start = ServerSteps{{}, {}, {}, {}, std::move(start), server_state_.optimizer}](
                 learn::LocalTrainer& trainer) mutable -> learn::WorkerPool::Completion {
    auto steps = train_server(trainer, task, probes, blocks, std::move(start));
    return [this, steps = std::move(steps)]() mutable {
      const std::uint64_t images = steps.ok() ? steps->report.images : 0;
      auto deliver = [this, steps = std::move(steps)]() mutable { server_trained(std::move(steps)); };
      if (!parts_.deliver_server) return deliver();
      parts_.deliver_server(images, std::move(deliver));
    };
  };
  parts_.pool->submit(std::move(job), true);
  return ok_status();
}

Result<Engine::ServerSteps> Engine::train_server(learn::LocalTrainer& trainer, const learn::LocalTask& task,
                                                 std::uint32_t probes, bool blocks, ServerSteps steps) {
  COVEY_ASSIGN_OR_RETURN(steps.report, trainer.train(task, steps.values, steps.optimizer));
  const auto most_samples = static_cast<std::size_t>(trainer.setup().experiment.curvature.samples);
  if (probes > 0) {
    // After the steps: in alternate order that is the model which the next round sends.
    auto answers = learn::answer_curvature(trainer, task, steps.values, {probes, most_samples});
    if (answers.ok()) {
      steps.curvature = *std::move(answers);
    } else {
      steps.curvature_problem = answers.status().message();
    }
  }
  if (blocks) {
    const Stream draws(trainer.setup().experiment.seed,
                       {Purpose::kCurvature, task.round, task.attempt, kNoEntity});
    learn::Samples samples = *task.samples;
    learn::keep_first(most_samples, samples);
    auto found =
        learn::block_eigenvalues(trainer, samples, steps.values, plan::kQbertParts, plan::block_of, draws);
    if (found.ok()) {
      steps.eigenvalues = *std::move(found);
    } else {
      steps.curvature_problem = found.status().message();
    }
  }
  return steps;
}

void Engine::server_trained(Result<ServerSteps> steps) {
  if (!steps.ok()) {
    status_ = steps.status().with_context("the server's own steps");
    return;
  }
  if (!steps->curvature_problem.empty())
    parts_.logger->warn("round={} no curvature: {}", core_.round(), steps->curvature_problem);
  server_report_ = std::move(steps->report);
  server_curvature_ = std::move(steps->curvature);
  server_eigenvalues_ = std::move(steps->eigenvalues);
  next_server_state_.optimizer = std::move(steps->optimizer);
  if (exchanged_.value_count() != full_layout().value_count())
    next_server_state_.buffers = learn::buffer_values(full_layout(), steps->values);
  server_values_ = learn::exchanged_values(full_layout(), std::move(steps->values), exchanged_);
  const Status status = run(event::ServerTrained{});
  if (status_.ok()) status_ = status;
}

Status Engine::execute(const action::FetchUpdate& a) {
  seats_.at(a.slot).take(offers_.at(a.user));
  parts_.clients->fetch_update(a.user, a.update);
  return ok_status();
}

Status Engine::execute(const action::CountUpdate& a) {
  COVEY_CHECK(arriving_ != nullptr && arriving_->update.ok(), "an update that was not parsed is counted");
  const SeatData& seat = seats_.at(a.slot);
  const std::uint32_t weight = weight_max() > 1 ? average::status_weight(seat.report.confidence) : 1;
  finish_adding();
  if (arriving_->owner == nullptr) {
    add(seat.group, *arriving_->update, weight);
  } else {
    // The loop takes the next update off the sockets meanwhile.
    adding_ = std::async(std::launch::async, [this, group = seat.group, arriving = arriving_, weight] {
      add(group, *arriving->update, weight);
    });
  }
  return ok_status();
}

void Engine::add(GroupId group, const quant::ContainerView& update, std::uint32_t weight) {
  if (diversity_meter_) diversity_meter_->add(group, update);
  const Status added = averager_->add_update(group, update, weight);
  COVEY_CHECK(added.ok(), "an update that passed its checks:", added.message());
}

void Engine::finish_adding() {
  if (adding_.valid()) adding_.get();
}

Status Engine::execute(const action::AnswerUpdate& a) {
  parts_.clients->answer_update(a.user, {a.round, a.attempt, a.update, a.accepted, a.reason});
  return ok_status();
}

Status Engine::execute(const action::Average& a) {
  finish_adding();
  const Span<const float> server = a.with_server ? Span<const float>(server_values_) : Span<const float>();
  if (takes_the_step()) {
    COVEY_ASSIGN_OR_RETURN(next_models_, stepped(server));
    averager_.reset();
    return run(event::Averaged{});
  }
  COVEY_ASSIGN_OR_RETURN(next_models_, averager_->finish(models_, server));
  const bool averaged = averager_->update_count() > 0;
  averager_.reset();
  measure_diversity(server);
  if (averaged) COVEY_RETURN_IF_ERROR(apply_momentum());
  return run(event::Averaged{});
}

void Engine::measure_diversity(Span<const float> server) {
  if (!diversity_meter_) return;
  if (!server.empty()) {
    Values change(server.begin(), server.end());
    for (std::size_t i = 0; i < change.size(); ++i) change[i] -= models_.average()[i];
    diversity_meter_->add_server(change);
  }
  diversity_ = diversity_meter_->result();
  diversity_meter_.reset();
}

Status Engine::apply_momentum() {
  const double beta = parts_.experiment.averaging.server_momentum;
  if (beta == 0) return ok_status();
  return average::apply_momentum(exchanged_, beta, models_.average(), next_velocity_, next_models_);
}

Status Engine::fold_in_server() {
  if (!core_.server_steps_after_members()) return ok_status();
  return average::apply_server_change(exchanged_, std::move(server_values_), next_models_);
}

bool Engine::downloads_follow(std::uint32_t round) const {
  const config::Federation& f = parts_.experiment.federation;
  return round + 1 >= f.warmup_rounds && round + 1 < f.rounds;
}

Status Engine::execute(const action::Commit& a) {
  COVEY_RETURN_IF_ERROR(fold_in_server());
  downloads_.clear();
  std::vector<store::TensorTrace> traces = measured_curvature(a.seats);
  COVEY_ASSIGN_OR_RETURN(auto planned, next_widths(a.round, traces));
  if (planned) COVEY_RETURN_IF_ERROR(use_widths(*planned));
  // What the next round sends is encoded while this round's models go to disk: its members wait for both.
  std::future<Result<std::vector<Download>>> downloads;
  if (downloads_follow(a.round))
    downloads =
        std::async(std::launch::async, [this] { return encode_downloads(next_models_, *download_codec_); });
  COVEY_ASSIGN_OR_RETURN(store::CommitRecord record, commit_record(a));
  record.figures.curvature = std::move(traces);
  if (planned) record.bit_plan = plan::to_json(widths_.plan);
  COVEY_RETURN_IF_ERROR(parts_.store->commit_round(record));
  if (downloads.valid()) {
    COVEY_ASSIGN_OR_RETURN(downloads_, downloads.get());
  }
  models_ = std::move(next_models_);
  server_state_ = std::move(next_server_state_);
  velocity_ = std::move(next_velocity_);
  round_started_.reset();
  outdated_ = true;
  const auto counted =
      std::count_if(record.members.begin(), record.members.end(),
                    [](const store::MemberRecord& m) { return m.state == store::MemberState::kCounted; });
  parts_.observer->committed({record.state,
                              record.figures,
                              static_cast<std::uint32_t>(record.members.size()),
                              static_cast<std::uint32_t>(counted),
                              {}});
  if (record.evaluate) {
    COVEY_ASSIGN_OR_RETURN(Values values, tested_model());
    evaluate(a.round, std::move(values), download_codec_);
  }
  return run(event::Committed{});
}

Status Engine::execute(const action::VoidAttempt& a) {
  parts_.logger->warn("round={} attempt={} void: too few members before the deadline", a.round, a.attempt);
  finish_adding();
  averager_.reset();
  diversity_meter_.reset();
  return parts_.store->void_attempt(a.round, a.attempt, "too few members before the deadline",
                                    member_records(a.seats), virtual_seconds());
}

Status Engine::execute(const action::FinishRun&) {
  return ok_status();
}

}  // namespace covey::server
