#include "client/client_core.h"

#include <algorithm>
#include <cmath>

#include "common/base/check.h"
#include "common/base/random.h"

namespace covey::client {

std::vector<Action> ClientCore::step(double now, const Event& event) {
  now_ = now;
  std::visit([this](const auto& e) { handle(e); }, event);
  return std::exchange(actions_, {});
}

double ClientCore::next_deadline() const {
  if (link_ == Link::kDown) return reconnect_at_;
  const double silence = last_heard_ + settings_.silence_max_s;
  return link_ == Link::kWelcomed ? std::min(silence, last_sent_ + settings_.heartbeat_every_s) : silence;
}

void ClientCore::handle(const event::Started& e) {
  tentative_ = e.tentative;
  probe_ = e.probe;
  samples_ = e.samples;
  link_ = Link::kConnecting;
  last_heard_ = now_;
  actions_.push_back(action::Connect{});
}

void ClientCore::handle(const event::Connected&) {
  if (link_ != Link::kConnecting) return;
  link_ = Link::kGreeting;
  last_heard_ = last_sent_ = now_;
  actions_.push_back(action::Send{wire::Hello{probe_, samples_, tentative_.has_value()}});
}

void ClientCore::handle(const event::Received& e) {
  last_heard_ = now_;
  std::visit([this](const auto& message) { on(message); }, e.message);
}

void ClientCore::on(const wire::Welcome& welcome) {
  if (link_ != Link::kGreeting) return;
  link_ = Link::kWelcomed;
  failures_ = 0;
  actions_.push_back(action::ApplyWelcome{welcome});
}

bool ClientCore::same_work(const wire::Task& task) const {
  return task_ && task_->round == task.round && task_->attempt == task.attempt && task_->model == task.model;
}

void ClientCore::on(const wire::Task& task) {
  if (link_ != Link::kWelcomed) return;
  if (work_ == Work::kTraining || work_ == Work::kStoring) {
    // The trainer cannot be called back; its result is dropped when a newer task waits.
    if (!same_work(task)) waiting_ = task;
    return;
  }
  begin(task);
}

void ClientCore::begin(const wire::Task& task) {
  task_ = task;
  if (tentative_ && tentative_->round == task.round && tentative_->attempt == task.attempt &&
      tentative_->model == task.model) {
    return offer();
  }
  settle_tentative(task);
  work_ = Work::kFetching;
  actions_.push_back(action::FetchModel{task.model, task.model_bytes});
}

void ClientCore::settle_tentative(const wire::Task& task) {
  if (!tentative_) return;
  const bool counted = task.counted_before && task.last_counted_round == tentative_->round &&
                       task.last_counted_attempt == tentative_->attempt;
  if (counted) {
    actions_.push_back(action::PromoteTentative{});
  } else {
    actions_.push_back(action::DropTentative{});
  }
  tentative_.reset();
}

void ClientCore::handle(const event::ModelReady& e) {
  if (work_ != Work::kFetching || !task_ || task_->model != e.model) return;
  work_ = Work::kTraining;
  actions_.push_back(action::Train{*task_});
}

void ClientCore::handle(const event::Trained& e) {
  COVEY_CHECK(work_ == Work::kTraining);
  if (waiting_) {
    const wire::Task next = *std::exchange(waiting_, std::nullopt);
    work_ = Work::kIdle;
    log(false, "round " + std::to_string(e.finished.round) + " is over; its result is dropped");
    return begin(next);
  }
  work_ = Work::kStoring;
  tentative_ = e.finished;
  actions_.push_back(action::StoreTentative{e.finished});
}

void ClientCore::handle(const event::TrainingFailed& e) {
  actions_.push_back(action::Exit{1, e.reason});
}

void ClientCore::handle(const event::TentativeStored&) {
  COVEY_CHECK(work_ == Work::kStoring);
  work_ = Work::kIdle;
  if (waiting_) return begin(*std::exchange(waiting_, std::nullopt));
  offer();
}

void ClientCore::offer() {
  work_ = Work::kOffering;
  if (link_ != Link::kWelcomed)
    return;  // the task comes again after the next welcome, and then so does this offer
  const Finished& f = *tentative_;
  last_sent_ = now_;
  actions_.push_back(action::Send{wire::UpdateOffer{
      f.round, f.attempt, task_->slot, f.model, f.nothing_to_report, f.update, f.update_bytes, f.report}});
}

void ClientCore::on(const wire::UpdateAnswer& answer) {
  if (work_ != Work::kOffering || !tentative_ || answer.update != tentative_->update) return;
  work_ = Work::kIdle;
  const std::string round = "round " + std::to_string(answer.round);
  if (answer.accepted) {
    log(false, round + ": update accepted");
  } else {
    log(true, round + ": update refused: " + answer.reason);
  }
}

void ClientCore::on(const wire::Error& error) {
  switch (error.code) {
    case wire::ErrorCode::kNotEnrolled:
    case wire::ErrorCode::kVersion:
    case wire::ErrorCode::kBadToken:
      actions_.push_back(action::Exit{1, error.text});
      return;
    case wire::ErrorCode::kSuperseded:
      actions_.push_back(action::Exit{1, "superseded: " + error.text});
      return;
    case wire::ErrorCode::kMalformed:
    case wire::ErrorCode::kRefused:
      log(true, "the coordinator refused a message: " + error.text);
  }
}

void ClientCore::on(const wire::Finished& finished) {
  actions_.push_back(
      action::Exit{0, "the run is complete after " + std::to_string(finished.rounds) + " rounds"});
}

void ClientCore::handle(const event::Tick&) {
  if (link_ == Link::kDown) {
    if (now_ < reconnect_at_) return;
    link_ = Link::kConnecting;
    last_heard_ = now_;
    actions_.push_back(action::Connect{});
    return;
  }
  if (now_ >= last_heard_ + settings_.silence_max_s) return lose_link("no word from the coordinator");
  if (link_ == Link::kWelcomed && now_ >= last_sent_ + settings_.heartbeat_every_s) {
    last_sent_ = now_;
    actions_.push_back(action::Send{wire::Heartbeat{}});
  }
}

void ClientCore::lose_link(const std::string& why) {
  const double ceiling =
      std::min(settings_.backoff_max_s, settings_.backoff_first_s * std::pow(2.0, std::min(failures_, 20u)));
  Sequence jitter(Stream(settings_.jitter_seed, {}), failures_);
  reconnect_at_ = now_ + ceiling * (0.5 + 0.5 * jitter.uniform_double());
  ++failures_;
  link_ = Link::kDown;
  if (work_ == Work::kFetching) work_ = Work::kIdle;
  log(true, why + "; trying again in " + std::to_string(reconnect_at_ - now_) + " s");
}

void ClientCore::handle(const event::StopRequested&) {
  if (link_ == Link::kWelcomed) actions_.push_back(action::Send{wire::Goodbye{}});
  actions_.push_back(action::Exit{0, "stopped"});
}

}  // namespace covey::client
