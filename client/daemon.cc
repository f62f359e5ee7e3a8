#include "client/daemon.h"

#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <numeric>

#include "common/data/partition/storage.h"
#include "common/learn/client_setup.h"
#include "common/learn/probe.h"
#include "common/program/startup.h"
#include "common/quant/container.h"

namespace covey::client {

namespace {

/// Chunks of a model that may be under way: enough to keep a link busy, little enough for a small device.
constexpr std::uint32_t kModelWindow = 8;
constexpr double kFlushSeconds = 1;
constexpr int kMessagesPerTurn = 64;

double monotonic_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

learn::Samples every_sample(const data::SampleSet& set) {
  learn::Samples samples;
  samples.indices.resize(set.size());
  std::iota(samples.indices.begin(), samples.indices.end(), 0u);
  return samples;
}

/// A finished task is stored as the very message that offers it.
Bytes stored_form(const Finished& f) {
  return wire::encode(wire::UpdateOffer{f.round, f.attempt, f.slot, f.model, f.nothing_to_report, f.update,
                                        f.update_bytes, f.report})
      .envelope;
}

Result<Finished> from_stored_form(const Bytes& bytes) {
  COVEY_ASSIGN_OR_RETURN(const wire::Message message,
                         wire::decode({bytes, {}, false}, wire::Side::kCoordinator));
  const auto* offer = std::get_if<wire::UpdateOffer>(&message);
  if (offer == nullptr) return corrupt("the stored update is not an update");
  return Finished{offer->round,  offer->attempt,      offer->slot,  offer->model, offer->nothing_to_report,
                  offer->update, offer->update_bytes, offer->report};
}

}  // namespace

Daemon::Daemon(DaemonParts parts)
    : parts_(std::move(parts)), core_(ClientSettings()), samples_(every_sample(*parts_.data)) {}

Daemon::~Daemon() {
  pool_.reset();  // its job uses this object
}

// ---- the loop

Status Daemon::run() {
  COVEY_RETURN_IF_ERROR(start());
  while (!exit_) COVEY_RETURN_IF_ERROR(serve_once());
  if (link_) link_->close(kFlushSeconds);
  COVEY_RETURN_IF_ERROR(parts_.store->settle());
  if (exit_->code != 0) return refused(exit_->text);
  parts_.logger->info("{}", exit_->text);
  return ok_status();
}

Status Daemon::start() {
  COVEY_ASSIGN_OR_RETURN(verifier_, security::Verifier::make(parts_.enrolment.signing_key));
  event::Started started;
  COVEY_ASSIGN_OR_RETURN(started.run_id, parts_.store->run_id());
  started.samples = samples_.size();
  COVEY_ASSIGN_OR_RETURN(const auto tentative, parts_.store->tentative());
  if (tentative) {
    COVEY_ASSIGN_OR_RETURN(started.tentative, from_stored_form(tentative->report));
    update_digest_ = started.tentative->update;
    if (!started.tentative->nothing_to_report) {
      COVEY_ASSIGN_OR_RETURN(Bytes update, parts_.store->tentative_update());
      update_ = std::make_shared<const Bytes>(std::move(update));
    }
  }
  return step(started);
}

Status Daemon::serve_once() {
  if (parts_.stop->requested()) return step(event::StopRequested{});
  const double timeout = std::max(0.0, core_.next_deadline() - monotonic_seconds());
  const std::vector<int> descriptors{pool_ready_.descriptor(), parts_.stop->descriptor()};
  if (link_) {
    COVEY_ASSIGN_OR_RETURN([[maybe_unused]] const auto ready, link_->wait(timeout, descriptors));
    COVEY_RETURN_IF_ERROR(take_messages());
  } else {
    program::wait_readable(descriptors, timeout);
  }
  pool_ready_.clear();
  if (pool_) pool_->run_completions(false);
  COVEY_RETURN_IF_ERROR(status_);
  return step(event::Tick{});
}

Status Daemon::take_messages() {
  for (int i = 0; i < kMessagesPerTurn && link_; ++i) {
    if (link_->link() == transport::Client::Link::kFailed) {
      const std::string why = link_->failure().message();
      link_.reset();
      return step(event::LinkLost{why});
    }
    const auto frames = link_->receive();
    if (!frames.ok()) {
      parts_.logger->warn("a message was dropped: {}", frames.status().message());
      continue;
    }
    if (!*frames) return ok_status();
    auto message = wire::decode(**frames, wire::Side::kClient);
    if (!message.ok()) {
      parts_.logger->warn("a message was dropped: {}", message.status().message());
      continue;
    }
    COVEY_RETURN_IF_ERROR(receive(*std::move(message)));
  }
  return ok_status();
}

Status Daemon::receive(wire::Message message) {
  COVEY_ASSIGN_OR_RETURN(const bool genuine, prepare(message));
  if (!genuine) return ok_status();
  if (const auto* chunk = std::get_if<wire::Chunk>(&message)) {
    COVEY_RETURN_IF_ERROR(take_chunk(*chunk));
    message = wire::Heartbeat{};
  }
  if (const auto* request = std::get_if<wire::ChunkRequest>(&message))
    COVEY_RETURN_IF_ERROR(serve_update(*request));
  if (auto* task = std::get_if<wire::Task>(&message)) take_model(*task);
  return step(event::Received{std::move(message)});
}

Result<bool> Daemon::prepare(const wire::Message& message) {
  if (const auto* welcome = std::get_if<wire::Welcome>(&message)) return accept_welcome(*welcome);
  if (const auto* task = std::get_if<wire::Task>(&message)) return accept_task(*task);
  return true;
}

// ---- what the coordinator says

Result<bool> Daemon::accept_welcome(const wire::Welcome& welcome) {
  const Status signature = verifier_->verify_settings(welcome.run_id, welcome.settings, welcome.signature);
  if (!signature.ok()) {
    parts_.logger->warn("a welcome was dropped: {}", signature.message());
    return false;
  }
  if (pool_ && welcome.run_id == run_id_ && welcome.settings == settings_text_) return true;
  COVEY_ASSIGN_OR_RETURN(next_settings_,
                         config::parse_client_settings(as_text(welcome.settings), "welcome", parts_.names));
  COVEY_RETURN_IF_ERROR(program::pin_numerics(next_settings_.experiment.numerics, parts_.argv));
  const auto setup = learn::training_setup(next_settings_);
  if (!setup.ok()) return setup.status().with_context("welcome");
  COVEY_RETURN_IF_ERROR(fit_samples(setup->spec));
  return true;
}

Status Daemon::fit_samples(const data::DataSpec& spec) {
  if (set_ && set_->format == spec.format && vocabulary_ == spec.vocabulary) return ok_status();
  // A job of the old settings reads the samples that it began with.
  while (pool_ && pool_->unfinished() > 0) pool_->run_completions(true);
  COVEY_ASSIGN_OR_RETURN(set_, data::fit_user_samples(parts_.data, spec));
  vocabulary_ = spec.vocabulary;
  samples_.set = set_.get();
  return ok_status();
}

Status Daemon::execute(const action::ApplyWelcome& a) {
  const wire::Welcome& welcome = a.welcome;
  if (pool_ && welcome.run_id == run_id_ && welcome.settings == settings_text_) return ok_status();
  // A job of the old settings ends first; the core drops its result.
  while (pool_ && pool_->unfinished() > 0) pool_->run_completions(true);
  COVEY_ASSIGN_OR_RETURN([[maybe_unused]] const bool new_run, parts_.store->begin_run(welcome.run_id));
  run_id_ = welcome.run_id;
  settings_text_ = welcome.settings;
  settings_ = next_settings_;
  COVEY_ASSIGN_OR_RETURN(setup_, learn::training_setup(settings_));
  COVEY_ASSIGN_OR_RETURN(pool_, learn::WorkerPool::make(setup_, 1, [this] { pool_ready_.signal(); }));
  parts_.logger->info("user={} welcome, run {}", welcome.user.value, run_id_.hex().substr(0, 12));
  send_probe();
  return ok_status();
}

void Daemon::send_probe() {
  probing_ = true;
  pool_->submit([this](learn::LocalTrainer& trainer) -> learn::WorkerPool::Completion {
    auto probe = learn::numeric_probe(trainer, setup_);
    ::malloc_trim(0);  // else what these steps took stays, in pieces, beside what the rounds take
    return [this, probe] { probed(probe); };
  });
}

void Daemon::probed(const Result<Digest>& probe) {
  probing_ = false;
  Status status = probe.ok() ? step(event::Probed{*probe}) : probe.status();
  if (status.ok() && fetch_after_probe_) status = execute(*std::exchange(fetch_after_probe_, std::nullopt));
  if (status_.ok()) status_ = status;
}

bool Daemon::accept_task(const wire::Task& task) {
  Status status =
      verifier_->verify_model({run_id_, task.round, task.attempt, task.group, task.model}, task.signature);
  const std::uint64_t bytes_max =
      pool_ ? quant::container_bytes_max(learn::exchanged_layout(pool_->layout(), settings_.experiment)) : 0;
  if (status.ok() && (task.model_bytes == 0 || task.model_bytes > bytes_max)) {
    status = refused("a model of " + std::to_string(task.model_bytes) + " bytes does not fit this run");
  }
  if (!status.ok()) parts_.logger->warn("the task of round {} was dropped: {}", task.round, status.message());
  return status.ok();
}

// Held until the core asks for it: it may have work that comes first.
void Daemon::take_model(wire::Task& task) {
  Bytes bytes = std::exchange(task.bytes, {});
  if (bytes.empty() || (model_ && model_digest_ == task.model)) return;
  if (sha256(bytes) == task.model) {
    came_along_ = {task.model, std::make_shared<Bytes>(std::move(bytes))};
  } else {
    parts_.logger->warn("the bytes with the task of round {} are not its model", task.round);
  }
}

Status Daemon::take_chunk(const wire::Chunk& chunk) {
  if (!receiver_ || receiver_->complete() || receiver_->digest() != chunk.digest) return ok_status();
  const Status status = receiver_->accept(chunk);
  if (!status.ok()) {
    receiver_.reset();
    link_.reset();
    return step(event::LinkLost{status.message()});
  }
  if (!receiver_->complete()) {
    ask_for_model();
    return ok_status();
  }
  model_digest_ = receiver_->digest();
  return step(event::ModelReady{model_digest_});
}

Status Daemon::serve_update(const wire::ChunkRequest& request) {
  if (!update_ || request.digest != update_digest_) {
    parts_.logger->info("an update was asked for that this device does not hold");
    return ok_status();
  }
  const auto send_part = [&](std::uint64_t offset, ByteSpan part) {
    if (link_)
      note_sent(
          link_->send_lent(wire::encode_envelope(wire::Chunk{request.digest, offset, {}}), update_, part));
    return ok_status();
  };
  const Status status = transport::serve_chunks(*update_, request, send_part);
  if (!status.ok()) parts_.logger->warn("a request was dropped: {}", status.message());
  return ok_status();
}

// ---- what the core decides

Status Daemon::step(Event event) {
  events_.push_back(std::move(event));
  if (stepping_) return ok_status();  // the loop below, further up the stack, takes it
  stepping_ = true;
  Status status;
  while (status.ok() && !events_.empty()) {
    const Event next = std::move(events_.front());
    events_.pop_front();
    for (const Action& action : core_.step(monotonic_seconds(), next)) {
      status = std::visit([this](const auto& a) { return execute(a); }, action);
      if (!status.ok()) break;
    }
  }
  stepping_ = false;
  return status;
}

Status Daemon::execute(const action::Connect&) {
  link_.reset();
  if (receiver_ && !receiver_->complete()) receiver_->restart();
  auto link = transport::Client::connect(parts_.enrolment.server, parts_.server_key.curve, parts_.keys);
  if (!link.ok()) {
    if (link.status().code() == Code::kInvalidArgument) return link.status();
    return step(event::LinkLost{link.status().message()});
  }
  link_ = *std::move(link);
  return step(event::Connected{});
}

void Daemon::send(wire::Message message) {
  if (link_) note_sent(link_->send(wire::encode(std::move(message))));
}

void Daemon::note_sent(const Status& status) const {
  // A link that failed shows in link() at the next turn; what is lost here is asked for again after it.
  if (!status.ok()) parts_.logger->debug("not sent: {}", status.message());
}

Status Daemon::execute(const action::Send& a) {
  if (a.with_update) {
    if (link_) note_sent(link_->send_lent(wire::encode_envelope(a.message), update_, *update_));
  } else {
    send(a.message);
  }
  return ok_status();
}

void Daemon::forget_update() {
  update_digest_ = Digest{};
  update_.reset();
}

Status Daemon::execute(const action::PromoteTentative&) {
  forget_update();
  return parts_.store->promote_tentative();
}

Status Daemon::execute(const action::DropTentative&) {
  forget_update();
  return parts_.store->drop_tentative();
}

Status Daemon::execute(const action::FetchModel& a) {
  if (probing_) {  // a small device has no room for both at once
    fetch_after_probe_ = a;
    return ok_status();
  }
  if (model_ && model_digest_ == a.model) return step(event::ModelReady{a.model});
  if (came_along_.bytes && came_along_.digest == a.model) {
    receiver_.reset();
    model_ = std::exchange(came_along_.bytes, nullptr);
    model_digest_ = a.model;
    return step(event::ModelReady{a.model});
  }
  if (!receiver_ || receiver_->complete() || receiver_->digest() != a.model) {
    model_digest_ = Digest{};
    receiver_.reset();  // with its hold on the model before
    model_ = std::make_shared<Bytes>();
    model_->reserve(a.bytes);
    receiver_ = std::make_unique<transport::ChunkReceiver>(
        a.model, a.bytes, kModelWindow, [model = model_](ByteSpan bytes) {
          model->insert(model->end(), bytes.begin(), bytes.end());
          return ok_status();
        });
  }
  ask_for_model();
  return ok_status();
}

void Daemon::ask_for_model() {
  while (const auto request = receiver_->next_request()) send(*request);
}

Status Daemon::execute(const action::Train& a) {
  COVEY_ASSIGN_OR_RETURN(const Bytes state_bytes, parts_.store->member_state());
  learn::MemberState state;
  if (!state_bytes.empty()) {
    COVEY_ASSIGN_OR_RETURN(state, learn::decode_member_state(state_bytes));
  }
  parts_.logger->info("round={} attempt={} training", a.task.round, a.task.attempt);
  pool_->submit([this, task = a.task, model = model_,
                 state = std::move(state)](learn::LocalTrainer& trainer) -> learn::WorkerPool::Completion {
    auto result = run_task(trainer, settings_.experiment,
                           {task.round, task.attempt, parts_.enrolment.user, task.curvature_probes}, *model,
                           samples_, state);
    return [this, task, result = std::move(result)]() mutable { trained(task, std::move(result)); };
  });
  return ok_status();
}

void Daemon::trained(const wire::Task& task, Result<TaskResult> result) {
  Status status;
  if (!result.ok()) {
    status = step(event::TrainingFailed{result.status().message()});
  } else {
    result_ = *std::move(result);
    if (!result_.curvature_problem.empty())
      parts_.logger->warn("round={} no curvature: {}", task.round, result_.curvature_problem);
    status = step(event::Trained{{task.round, task.attempt, task.slot, task.model, result_.nothing_to_report,
                                  sha256(result_.update), result_.update.size(), result_.report}});
  }
  if (status_.ok()) status_ = status;
}

Status Daemon::execute(const action::StoreTentative& a) {
  const Finished& f = a.finished;
  update_ = std::make_shared<const Bytes>(std::move(result_.update));
  update_digest_ = f.update;
  COVEY_RETURN_IF_ERROR(parts_.store->store_tentative(
      {f.round, f.attempt, f.slot, f.model, f.nothing_to_report, f.update, f.update_bytes, stored_form(f)},
      *update_, learn::encode_member_state(result_.tentative),
      {f.report.train_seconds, f.report.images, model_->size()}));
  result_ = {};
  return step(event::TentativeStored{});
}

Status Daemon::execute(const action::Log& a) {
  parts_.logger->log(a.warning ? spdlog::level::warn : spdlog::level::info, "{}", a.text);
  return ok_status();
}

Status Daemon::execute(const action::Exit& a) {
  exit_ = a;
  return ok_status();
}

}  // namespace covey::client
