#include "server/engine.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <future>

#include "common/average/accumulator.h"
#include "common/average/momentum.h"
#include "common/average/registry.h"
#include "common/average/status_weight.h"
#include "common/learn/block_eigenvalues.h"
#include "common/learn/server_step.h"
#include "common/nn/state.h"
#include "common/quant/container.h"
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

ByteSpan raw_bytes(const Values& values) {
  return {reinterpret_cast<const std::uint8_t*>(values.data()), values.size() * sizeof(float)};
}

bool same_bytes(ByteSpan a, ByteSpan b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size()) == 0;
}

store::MemberState stored_state(SeatState state) {
  switch (state) {
    case SeatState::kDrawn:
    case SeatState::kOffered:
    case SeatState::kAbsent:
      return store::MemberState::kAbsent;
    case SeatState::kCounted:
      return store::MemberState::kCounted;
    case SeatState::kNothing:
      return store::MemberState::kNothing;
    case SeatState::kRefused:
      return store::MemberState::kRefused;
  }
  return store::MemberState::kAbsent;
}

store::Diversity stored_diversity(const average::MeasuredDiversity& measured) {
  using D = store::Diversity;
  return {measured.classifier_only ? D::Tensors::kClassifier : D::Tensors::kAll,
          measured.inside_groups ? D::Among::kGroup : D::Among::kRound, measured.nodes, measured.d};
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

// ---- what is committed
// ----------------------------------------------------------------------------------------------------

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
  COVEY_ASSIGN_OR_RETURN(models_.average, read_values(parts_.store->blobs(), state.average, exchanged_));
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
  Values initial(full_layout().value_count());
  nn::read_values(trainer->model(), full_layout(), Span<float>(initial));
  if (!parts_.experiment.model.start.empty()) {
    COVEY_ASSIGN_OR_RETURN(initial, read_first_model(parts_.experiment.model.start, full_layout()));
  }
  models_.average = learn::exchanged_values(full_layout(), std::move(initial), exchanged_);
  models_.masters.assign(groups_->group_count(), models_.average);
  COVEY_ASSIGN_OR_RETURN(plan::BitPlan first, first_plan(parts_.experiment.download, exchanged_));
  return use_widths({std::move(first), {}});
}

Result<Values> Engine::tested_model() const {
  return learn::starting_values(full_layout(), exchanged_, models_.average, server_state_);
}

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
  return status;
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
                              ByteSpan bytes) {
  const auto view = quant::ContainerView::parse(bytes, update_);
  const std::string problem = problem_with(view);
  note_problem(user, round, attempt, problem);
  arriving_ = view.ok() ? &*view : nullptr;
  const Status status = run(event::UpdateArrived{user, round, attempt, update, problem});
  arriving_ = nullptr;
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
  const Values& from = a.from_members ? next_models_.average : models_.average;
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
  if (probes > 0) {
    // After the steps: in alternate order that is the model which the next round sends.
    auto answers = learn::answer_curvature(trainer, task, steps.values, probes);
    if (answers.ok()) {
      steps.curvature = *std::move(answers);
    } else {
      steps.curvature_problem = answers.status().message();
    }
  }
  if (blocks) {
    const Stream draws(trainer.setup().experiment.seed,
                       {Purpose::kCurvature, task.round, task.attempt, kNoEntity});
    auto found = learn::block_eigenvalues(trainer, *task.samples, steps.values, plan::kQbertParts,
                                          plan::block_of, draws);
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
  COVEY_CHECK(arriving_ != nullptr, "an update that was not parsed is counted");
  const SeatData& seat = seats_.at(a.slot);
  if (diversity_meter_) diversity_meter_->add(seat.group, *arriving_);
  const std::uint32_t weight = weight_max() > 1 ? average::status_weight(seat.report.confidence) : 1;
  return averager_->add_update(seat.group, *arriving_, weight);
}

Status Engine::execute(const action::AnswerUpdate& a) {
  parts_.clients->answer_update(a.user, {a.round, a.attempt, a.update, a.accepted, a.reason});
  return ok_status();
}

Status Engine::execute(const action::Average& a) {
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
    for (std::size_t i = 0; i < change.size(); ++i) change[i] -= models_.average[i];
    diversity_meter_->add_server(change);
  }
  diversity_ = diversity_meter_->result();
  diversity_meter_.reset();
}

Status Engine::apply_momentum() {
  const double beta = parts_.experiment.averaging.server_momentum;
  if (beta == 0) return ok_status();
  return average::apply_momentum(exchanged_, beta, models_.average, next_velocity_, next_models_);
}

Status Engine::fold_in_server() {
  if (!core_.server_steps_after_members()) return ok_status();
  return average::apply_server_change(exchanged_, server_values_, next_models_);
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
  COVEY_ASSIGN_OR_RETURN(
      [[maybe_unused]] const std::size_t pruned,
      parts_.store->prune(static_cast<std::uint32_t>(parts_.experiment.federation.keep_rounds)));
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
  averager_.reset();
  diversity_meter_.reset();
  return parts_.store->void_attempt(a.round, a.attempt, "too few members before the deadline",
                                    member_records(a.seats), virtual_seconds());
}

Status Engine::execute(const action::FinishRun&) {
  return ok_status();
}

// ---- commit
// ---------------------------------------------------------------------------------------------------------------

std::vector<store::MemberRecord> Engine::member_records(const std::map<SlotId, SeatState>& states) const {
  std::vector<store::MemberRecord> members;
  for (const auto& [slot, seat] : seats_) {
    store::MemberRecord member;
    member.seat = {slot, seat.user, seat.group};
    member.state = stored_state(states.at(slot));
    member.update = seat.update;
    member.bytes_down = seat.bytes_down;
    const bool arrived =
        member.state == store::MemberState::kCounted || member.state == store::MemberState::kRefused;
    member.bytes_up = arrived ? seat.bytes_up : 0;
    member.loss = seat.report.loss;
    member.mask_rate = seat.report.mask_rate;
    member.images = seat.report.images;
    member.train_seconds = seat.report.train_seconds;
    member.reason = seat.reason;
    members.push_back(std::move(member));
  }
  return members;
}

double Engine::virtual_seconds() const {
  return parts_.stopwatch ? parts_.clock() - round_started_->clock : 0;
}

store::RoundFigures Engine::figures(const std::vector<store::MemberRecord>& members) {
  store::RoundFigures f;
  f.seconds = real_seconds() - round_started_->real;
  f.virtual_seconds = virtual_seconds();
  f.server_loss = server_report_.loss;
  f.images = server_report_.images;
  f.pseudo_labels.assign(static_cast<std::size_t>(parts_.setup.spec.classes), 0);
  std::size_t counted = 0;
  std::size_t present = 0;
  for (const store::MemberRecord& member : members) {  // in slot order, so that sums of floats have one value
    f.bytes_down += member.bytes_down;
    f.bytes_up += member.bytes_up;
    if (member.bytes_down > 0) f.bytes_down_fp32 += exchanged_.fp32_bytes();
    if (member.bytes_up > 0) f.bytes_up_fp32 += update_.fp32_bytes();
    const bool is_counted = member.state == store::MemberState::kCounted;
    if (!is_counted && member.state != store::MemberState::kNothing) continue;
    ++present;
    f.mask_rate += member.mask_rate;
    const auto& labels = seats_.at(member.seat.slot).report.pseudo_labels;
    for (std::size_t c = 0; c < std::min(labels.size(), f.pseudo_labels.size()); ++c)
      f.pseudo_labels[c] += labels[c];
    if (!is_counted) continue;
    ++counted;
    f.user_loss += member.loss;
    f.images += member.images;
  }
  if (counted > 0) f.user_loss /= static_cast<double>(counted);
  if (present > 0) f.mask_rate /= static_cast<double>(present);
  std::tie(f.wire_bytes_up, f.wire_bytes_down) = parts_.clients->take_wire_bytes();
  for (const average::MeasuredDiversity& d : diversity_) f.diversity.push_back(stored_diversity(d));
  return f;
}

bool Engine::evaluation_due(std::uint32_t round) const {
  const config::Federation& f = parts_.experiment.federation;
  return (round + 1) % f.evaluate_every == 0 || round + 1 == f.rounds;
}

Result<store::CommitRecord> Engine::commit_record(const action::Commit& commit) {
  store::CommitRecord record;
  store::BlobStore& blobs = parts_.store->blobs();
  record.state.round = commit.round;
  record.state.attempt = commit.attempt;
  for (const Values& master : next_models_.masters) {
    COVEY_ASSIGN_OR_RETURN(const Digest digest, blobs.put(raw_bytes(master)));
    record.state.masters.push_back(digest);
  }
  // With one group its model is the average: one file, one digest.
  if (same_bytes(raw_bytes(next_models_.average), raw_bytes(next_models_.masters.front()))) {
    record.state.average = record.state.masters.front();
  } else {
    COVEY_ASSIGN_OR_RETURN(record.state.average, blobs.put(raw_bytes(next_models_.average)));
  }
  COVEY_ASSIGN_OR_RETURN(record.state.trainer_state,
                         blobs.put(learn::encode_member_state(next_server_state_)));
  if (!next_velocity_.empty()) {
    COVEY_ASSIGN_OR_RETURN(record.state.velocity, blobs.put(raw_bytes(next_velocity_)));
  }
  record.members = member_records(commit.seats);
  record.figures = figures(record.members);
  record.evaluate = evaluation_due(commit.round);
  std::vector<UserId> counted;
  for (const store::MemberRecord& member : record.members) {
    if (member.state == store::MemberState::kCounted) counted.push_back(member.seat.user);
  }
  record.device_states = parts_.clients->committed_device_states(counted);
  return record;
}

}  // namespace covey::server
