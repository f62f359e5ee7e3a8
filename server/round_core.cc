#include "server/round_core.h"

#include <algorithm>

#include "common/base/check.h"

namespace covey::server {

const char* seat_state_name(SeatState state) {
  switch (state) {
    case SeatState::kDrawn:
      return "drawn";
    case SeatState::kOffered:
      return "offered";
    case SeatState::kCounted:
      return "counted";
    case SeatState::kNothing:
      return "nothing";
    case SeatState::kRefused:
      return "refused";
    case SeatState::kAbsent:
      return "absent";
  }
  return "unknown";
}

RoundCore::RoundCore(RoundSettings settings, std::shared_ptr<const Selector> selector, Resume resume)
    : settings_(settings),
      selector_(std::move(selector)),
      stored_attempt_(resume.attempt),
      round_(resume.round) {
  COVEY_CHECK(settings_.communicating >= 1 && settings_.communicating <= settings_.users,
              settings_.communicating, settings_.users);
}

std::vector<Action> RoundCore::step(double now, const Event& event) {
  now_ = now;
  std::visit([this](const auto& e) { handle(e); }, event);
  return std::exchange(actions_, {});
}

std::optional<double> RoundCore::next_deadline() const {
  const bool timed = phase_ == Phase::kWaiting || phase_ == Phase::kCollecting;
  // Past the deadline only the server's own steps are still awaited, and they report by themselves.
  return timed && now_ < deadline_ ? std::optional<double>(deadline_) : std::nullopt;
}

std::map<SlotId, SeatState> RoundCore::seat_states() const {
  std::map<SlotId, SeatState> states;
  for (const auto& [slot, seat] : seats_) states[slot] = seat.state;
  return states;
}

void RoundCore::handle(const event::Started&) {
  COVEY_CHECK(phase_ == Phase::kIdle, "started twice");
  begin_round();
}

void RoundCore::begin_round() {
  seats_.clear();
  if (round_ >= settings_.rounds) {
    phase_ = Phase::kFinished;
    actions_.push_back(action::FinishRun{});
    return;
  }
  attempt_ = stored_attempt_.value_or(selector_->first_attempt(round_));
  stored_attempt_.reset();
  deadline_ = now_ + settings_.deadline_s;
  phase_ = Phase::kWaiting;
  draw_when_ready();
}

void RoundCore::draw_when_ready() {
  if (!stored_seats_.empty()) return draw();
  const bool enough = connected_.size() >= settings_.communicating;
  const bool late_but_some = now_ >= deadline_ && connected_.size() >= std::max(1u, settings_.min_updates);
  if (warming_up() || !settings_.only_connected || enough || late_but_some) draw();
}

void RoundCore::draw() {
  server_done_ = false;
  if (!warming_up()) {
    // A draw from whoever was connected cannot be repeated, so an attempt that was begun keeps its seats.
    const std::vector<Seat> drawn = stored_seats_.empty() ? selector_->select(round_, attempt_, candidates())
                                                          : std::exchange(stored_seats_, {});
    for (const Seat& seat : drawn) seats_[seat.slot] = {seat.user, SeatState::kDrawn, {}};
  }
  phase_ = Phase::kStoring;
  action::StoreAttempt store{round_, attempt_, {}};
  for (const auto& [slot, seat] : seats_) store.seats.push_back({slot, seat.user});
  actions_.push_back(std::move(store));
}

std::vector<UserId> RoundCore::candidates() const {
  if (settings_.only_connected) return {connected_.begin(), connected_.end()};
  std::vector<UserId> all;
  for (std::uint32_t user = 0; user < settings_.users; ++user) all.push_back(UserId{user});
  return all;
}

void RoundCore::handle(const event::AttemptStored&) {
  COVEY_CHECK(phase_ == Phase::kStoring);
  phase_ = Phase::kCollecting;
  deadline_ = now_ + settings_.deadline_s;
  for (const auto& [slot, seat] : seats_) {
    if (connected_.count(seat.user) != 0) send_task(slot, seat);
  }
  if (server_steps_beside_members()) actions_.push_back(action::TrainServer{round_, attempt_, false});
  close_when_complete();
}

void RoundCore::send_task(SlotId slot, const SeatRecord& seat) {
  actions_.push_back(action::SendTask{seat.user, slot, round_, attempt_, deadline_ - now_});
}

RoundCore::SeatRecord* RoundCore::seat_of(UserId user, SlotId* slot) {
  for (auto& [number, seat] : seats_) {
    if (seat.user != user) continue;
    *slot = number;
    return &seat;
  }
  return nullptr;
}

void RoundCore::handle(const event::UserConnected& e) {
  connected_.insert(e.user);
  if (phase_ == Phase::kWaiting) return draw_when_ready();
  SlotId slot;
  SeatRecord* seat = phase_ == Phase::kCollecting ? seat_of(e.user, &slot) : nullptr;
  if (seat == nullptr) return;
  // An upload that was under way belongs to the old session; the device offers it again.
  if (seat->state == SeatState::kOffered) seat->state = SeatState::kDrawn;
  if (seat->state == SeatState::kDrawn) send_task(slot, *seat);
}

void RoundCore::handle(const event::UserLeft& e) {
  connected_.erase(e.user);
  SlotId slot;
  SeatRecord* seat = seat_of(e.user, &slot);
  if (seat != nullptr && seat->state == SeatState::kOffered) seat->state = SeatState::kDrawn;
}

void RoundCore::answer(const UserId& user, std::uint32_t round, std::uint32_t attempt, const Digest& update,
                       bool accepted, std::string reason) {
  actions_.push_back(action::AnswerUpdate{user, round, attempt, update, accepted, std::move(reason)});
}

void RoundCore::handle(const event::UpdateOffered& e) {
  const auto refuse = [&](std::string reason) {
    answer(e.user, e.round, e.attempt, e.update, false, std::move(reason));
  };
  const auto counted = last_counted_.find(e.user);
  if (counted != last_counted_.end() && counted->second.round == e.round &&
      counted->second.attempt == e.attempt) {
    if (counted->second.update == e.update) return answer(e.user, e.round, e.attempt, e.update, true, "");
    return refuse("another update of this user was already counted in this round");
  }
  if (e.round != round_ || e.attempt != attempt_ || phase_ != Phase::kCollecting) {
    return refuse("round " + std::to_string(e.round) + " attempt " + std::to_string(e.attempt) +
                  " is not open");
  }
  SlotId slot;
  SeatRecord* seat = seat_of(e.user, &slot);
  if (seat == nullptr) return refuse("user " + std::to_string(e.user.value) + " has no slot in this round");
  if (seat->state == SeatState::kRefused)
    return refuse("an update of this user was already refused in this round");
  if (seat->state == SeatState::kNothing) {
    return e.nothing_to_report ? answer(e.user, e.round, e.attempt, e.update, true, "")
                               : refuse("this user already had nothing to report in this round");
  }
  if (seat->state == SeatState::kOffered && seat->update != e.update) {
    return refuse("another update of this user is on its way");
  }
  if (e.nothing_to_report) {
    seat->state = SeatState::kNothing;
    answer(e.user, e.round, e.attempt, e.update, true, "");
    return close_when_complete();
  }
  seat->state = SeatState::kOffered;
  seat->update = e.update;
  actions_.push_back(action::FetchUpdate{e.user, slot, e.update});
}

void RoundCore::handle(const event::UpdateArrived& e) {
  SlotId slot;
  SeatRecord* seat = seat_of(e.user, &slot);
  const bool current = e.round == round_ && e.attempt == attempt_ && phase_ == Phase::kCollecting &&
                       seat != nullptr && seat->state == SeatState::kOffered && seat->update == e.update;
  if (!current) {
    return answer(
        e.user, e.round, e.attempt, e.update, false,
        "round " + std::to_string(e.round) + " attempt " + std::to_string(e.attempt) + " is not open");
  }
  if (!e.problem.empty()) {
    seat->state = SeatState::kRefused;
    answer(e.user, e.round, e.attempt, e.update, false, e.problem);
    return close_when_complete();
  }
  seat->state = SeatState::kCounted;
  last_counted_[e.user] = {e.round, e.attempt, e.update};
  actions_.push_back(action::CountUpdate{e.user, slot, e.update});
  answer(e.user, e.round, e.attempt, e.update, true, "");
  close_when_complete();
}

void RoundCore::handle(const event::ServerTrained&) {
  if (phase_ == Phase::kServerSteps) {
    phase_ = Phase::kCommitting;
    actions_.push_back(action::Commit{round_, attempt_, seat_states()});
    return;
  }
  COVEY_CHECK(phase_ == Phase::kCollecting && server_steps_beside_members(), "the server was not training");
  server_done_ = true;
  close_when_complete();
}

void RoundCore::handle(const event::Averaged&) {
  COVEY_CHECK(phase_ == Phase::kAveraging);
  if (server_steps_beside_members()) {
    phase_ = Phase::kCommitting;
    actions_.push_back(action::Commit{round_, attempt_, seat_states()});
  } else {
    phase_ = Phase::kServerSteps;
    actions_.push_back(action::TrainServer{round_, attempt_, true});
  }
}

void RoundCore::handle(const event::Committed&) {
  COVEY_CHECK(phase_ == Phase::kCommitting);
  ++round_;
  begin_round();
}

void RoundCore::handle(const event::Tick&) {
  if (phase_ == Phase::kWaiting) draw_when_ready();
  if (phase_ == Phase::kCollecting) close_when_complete();
}

std::uint32_t RoundCore::count(SeatState state) const {
  return static_cast<std::uint32_t>(std::count_if(
      seats_.begin(), seats_.end(), [state](const auto& entry) { return entry.second.state == state; }));
}

bool RoundCore::all_resolved() const {
  return count(SeatState::kDrawn) == 0 && count(SeatState::kOffered) == 0;
}

void RoundCore::close_when_complete() {
  if (phase_ != Phase::kCollecting) return;
  const bool late = now_ >= deadline_;
  const bool full = all_resolved() || count(SeatState::kCounted) >= settings_.communicating;
  const std::uint32_t present = count(SeatState::kCounted) + count(SeatState::kNothing);
  const bool enough = warming_up() || present >= settings_.min_updates;
  // Too few members wait for the deadline: a refused update must not make attempts spin.
  if (late && !enough) return void_attempt();
  if (!enough || !(late || full)) return;
  if (server_steps_beside_members() && !server_done_) return;
  close();
}

void RoundCore::close() {
  for (auto& [slot, seat] : seats_) {
    if (seat.state == SeatState::kDrawn || seat.state == SeatState::kOffered) seat.state = SeatState::kAbsent;
  }
  phase_ = Phase::kAveraging;
  actions_.push_back(action::Average{round_, server_steps_beside_members()});
}

void RoundCore::void_attempt() {
  // The server's steps of this attempt may still be running; the next attempt must not start beside them.
  if (server_steps_beside_members() && !server_done_) return;
  for (auto& [slot, seat] : seats_) {
    if (seat.state == SeatState::kDrawn || seat.state == SeatState::kOffered) seat.state = SeatState::kAbsent;
    last_counted_.erase(seat.user);
  }
  actions_.push_back(action::VoidAttempt{round_, attempt_, seat_states()});
  stored_attempt_ = attempt_ + 1;
  begin_round();
}

}  // namespace covey::server
