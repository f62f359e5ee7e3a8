#include "client/client_core.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "common/base/check.h"
#include "common/base/random.h"
#include "common/wire/limits.h"

namespace covey::client {

namespace {

template <typename Work>
std::string round_name(const Work& work) {
  return "round " + std::to_string(work.round);
}

bool belongs_to(const Finished& finished, const wire::Task& task) {
  return finished.round == task.round && finished.attempt == task.attempt && finished.model == task.model;
}

}  // namespace

std::vector<Action> ClientCore::step(double now, const Event& event) {
  now_ = now;
  const bool starts = std::holds_alternative<event::Started>(event);
  COVEY_CHECK(!starts || link_ == Link::kNew, "started twice");
  if (link_ == Link::kDone || (link_ == Link::kNew && !starts)) return {};
  std::visit([this](const auto& e) { handle(e); }, event);
  return std::exchange(actions_, {});
}

double ClientCore::next_deadline() const {
  if (link_ == Link::kNew || link_ == Link::kDone) return std::numeric_limits<double>::infinity();
  if (link_ == Link::kDown) return reconnect_at_;
  const double silence = last_heard_ + settings_.silence_max_s;
  return link_ == Link::kWelcomed ? std::min(silence, last_sent_ + settings_.heartbeat_every_s) : silence;
}

// ---- the link

void ClientCore::handle(const event::Started& e) {
  tentative_ = e.tentative;
  samples_ = e.samples;
  run_id_ = e.run_id;
  connect();
}

void ClientCore::connect() {
  link_ = Link::kConnecting;
  last_heard_ = now_;
  actions_.emplace_back(action::Connect{});
}

void ClientCore::handle(const event::Connected&) {
  if (link_ != Link::kConnecting) return;
  link_ = Link::kGreeting;
  last_heard_ = now_;
  greet();
}

void ClientCore::greet() {
  send(wire::Hello{probe_, samples_, tentative_.has_value()});
}

void ClientCore::handle(const event::Probed& e) {
  probe_ = e.probe;
  if (link_ == Link::kWelcomed) greet();
}

void ClientCore::send(wire::Message message, bool with_update) {
  last_sent_ = now_;
  actions_.emplace_back(action::Send{std::move(message), with_update});
}

void ClientCore::handle(const event::LinkLost& e) {
  if (link_ != Link::kDown) lose_link(e.why);
}

void ClientCore::lose_link(const std::string& why) {
  // A session that ends at once is no success: only one that lasted starts the back-off anew.
  const bool lasted = link_ == Link::kWelcomed && now_ - session_.since >= settings_.silence_max_s;
  if (lasted) failures_ = 0;
  const double ceiling =
      std::min(settings_.backoff_max_s, settings_.backoff_first_s * std::pow(2.0, std::min(failures_, 20u)));
  Sequence jitter(Stream(settings_.jitter_seed, {Purpose::kBackoff, 0, 0, kNoEntity}), failures_);
  reconnect_at_ = now_ + ceiling * (0.5 + 0.5 * jitter.uniform_double());
  ++failures_;
  link_ = Link::kDown;
  // The coordinator sends the task again in the next session, if it still wants it.
  if (work_ == Work::kFetching) work_ = Work::kIdle;
  log(true, why + "; trying again in " + std::to_string(reconnect_at_ - now_) + " s");
}

void ClientCore::handle(const event::Tick&) {
  if (link_ == Link::kDown) {
    if (now_ >= reconnect_at_) connect();
    return;
  }
  if (now_ >= last_heard_ + settings_.silence_max_s) return lose_link("no word from the coordinator");
  if (link_ == Link::kWelcomed && now_ >= last_sent_ + settings_.heartbeat_every_s) send(wire::Heartbeat{});
}

void ClientCore::handle(const event::Received& e) {
  // Before the greeting only remains of an earlier session can arrive.
  if (link_ != Link::kGreeting && link_ != Link::kWelcomed) return;
  std::visit([this](const auto& message) { on(message); }, e.message);
  // A coordinator that talks but never welcomes must not keep the client waiting.
  if (link_ == Link::kWelcomed) last_heard_ = now_;
}

void ClientCore::on(const wire::Welcome& welcome) {
  if (link_ != Link::kGreeting) return;
  link_ = Link::kWelcomed;
  session_ = {};
  session_.since = now_;
  forget_other_run(welcome.run_id);
  actions_.emplace_back(action::ApplyWelcome{welcome});
  if (work_ == Work::kOffering) offer();
}

void ClientCore::forget_other_run(const Digest& run_id) {
  const bool other = run_id_ && *run_id_ != run_id;
  run_id_ = run_id;
  if (!other) return;
  log(true, "the coordinator runs another experiment than before; what is left of the old one is dropped");
  if (tentative_) actions_.emplace_back(action::DropTentative{});
  tentative_.reset();
  task_.reset();
  waiting_.reset();
  if (!busy()) work_ = Work::kIdle;  // a job under way ends first; overtaken() then drops its result
}

void ClientCore::on(const wire::Error& error) {
  switch (error.code) {
    case wire::ErrorCode::kNotEnrolled:
    case wire::ErrorCode::kVersion:
    case wire::ErrorCode::kBadToken:
      return exit(1, error.text);
    case wire::ErrorCode::kSuperseded:
      return exit(1, "superseded: " + error.text);
    case wire::ErrorCode::kMalformed:
    case wire::ErrorCode::kRefused:
      // For example a coordinator that was restarted and does not know this session: greet it again.
      return lose_link("the coordinator refused a message: " + error.text);
  }
}

void ClientCore::on(const wire::Finished& finished) {
  exit(0, "the run is complete after " + std::to_string(finished.rounds) + " rounds");
}

void ClientCore::handle(const event::StopRequested&) {
  if (link_ == Link::kWelcomed) send(wire::Goodbye{});
  exit(0, "stopped");
}

void ClientCore::exit(int code, std::string text) {
  link_ = Link::kDone;
  actions_.emplace_back(action::Exit{code, std::move(text)});
}

// ---- the work

bool ClientCore::same_work(const wire::Task& task) const {
  return task_ && task_->round == task.round && task_->attempt == task.attempt && task_->model == task.model;
}

void ClientCore::on(const wire::Task& task) {
  if (link_ != Link::kWelcomed) return;
  const std::pair<std::uint32_t, std::uint32_t> number(task.round, task.attempt);
  if (session_.newest && number < *session_.newest) return;  // overtaken on its way
  session_.newest = number;
  if (busy()) {
    // The trainer cannot be called back; its result is dropped when another task waits.
    waiting_ = same_work(task) ? std::nullopt : std::optional<wire::Task>(task);
    return;
  }
  if (work_ == Work::kFetching && same_work(task)) return;
  begin(task);  // a stored update is offered again: the coordinator asks because it waits for it
}

void ClientCore::begin(const wire::Task& task) {
  task_ = task;
  if (tentative_ && belongs_to(*tentative_, task)) return offer();
  settle_tentative(task);
  work_ = Work::kIdle;
  if (link_ != Link::kWelcomed) return;  // the task comes again after the next welcome
  work_ = Work::kFetching;
  actions_.emplace_back(action::FetchModel{task.model, task.model_bytes});
}

void ClientCore::begin_waiting() {
  work_ = Work::kIdle;
  if (waiting_) begin(*std::exchange(waiting_, std::nullopt));
}

void ClientCore::settle_tentative(const wire::Task& task) {
  if (!tentative_) return;
  const bool counted = task.counted_before && task.last_counted_round == tentative_->round &&
                       task.last_counted_attempt == tentative_->attempt;
  if (counted) {
    actions_.emplace_back(action::PromoteTentative{});
  } else {
    actions_.emplace_back(action::DropTentative{});
  }
  tentative_.reset();
}

void ClientCore::handle(const event::ModelReady& e) {
  if (work_ != Work::kFetching || task_->model != e.model) return;
  work_ = Work::kTraining;
  actions_.emplace_back(action::Train{*task_});
}

void ClientCore::handle(const event::Trained& e) {
  if (work_ != Work::kTraining) return;
  if (overtaken()) {
    log(false, round_name(e.finished) + " is over; its result is dropped");
    return begin_waiting();
  }
  COVEY_CHECK(belongs_to(e.finished, *task_), e.finished.round, task_->round);
  work_ = Work::kStoring;
  tentative_ = e.finished;
  actions_.emplace_back(action::StoreTentative{e.finished});
}

void ClientCore::handle(const event::TrainingFailed& e) {
  if (work_ != Work::kTraining) return;
  if (!overtaken()) return exit(1, e.reason);
  log(true, "training for a round that is over failed: " + e.reason);
  begin_waiting();
}

void ClientCore::handle(const event::TentativeStored&) {
  if (work_ != Work::kStoring) return;
  // Stored for a run that is gone by now.
  if (!tentative_) actions_.emplace_back(action::DropTentative{});
  if (overtaken()) return begin_waiting();
  offer();
}

void ClientCore::offer() {
  work_ = Work::kOffering;
  if (link_ != Link::kWelcomed) return;  // after the next welcome
  const Finished& f = *tentative_;
  // Once a session and for a task of that session: an offer that is repeated may find its update there.
  const bool first = session_.newest && session_.offered != f.update;
  const bool with_update = first && task_ && task_->update_with_offer && !f.nothing_to_report &&
                           f.update_bytes <= wire::kChunkBytes;
  session_.offered = f.update;
  send(wire::UpdateOffer{f.round, f.attempt, f.slot, f.model, f.nothing_to_report, f.update, f.update_bytes,
                         f.report},
       with_update);
}

void ClientCore::on(const wire::UpdateAnswer& answer) {
  if (work_ != Work::kOffering || answer.round != tentative_->round ||
      answer.attempt != tentative_->attempt || answer.update != tentative_->update) {
    return;
  }
  work_ = Work::kIdle;
  if (answer.accepted) {
    log(false, round_name(answer) + ": update accepted");
  } else {
    log(true, round_name(answer) + ": update refused: " + answer.reason);
  }
}

}  // namespace covey::client
