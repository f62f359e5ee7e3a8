#include "server/round_core.h"

#include <algorithm>
#include <cmath>

#include "common/base/check.h"

namespace covey::server {

namespace {

std::string attempt_name(std::uint32_t round, std::uint32_t attempt) {
  return "round " + std::to_string(round) + " attempt " + std::to_string(attempt);
}

bool is_open(SeatState state) {
  return state == SeatState::kDrawn || state == SeatState::kOffered;
}

}  // namespace

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
      next_attempt_(resume.attempt),
      stored_seats_(std::move(resume.seats)),
      round_(resume.round),
      taken_(std::move(resume.taken)) {
  COVEY_CHECK(settings_.communicating >= 1 && settings_.communicating <= settings_.users,
              settings_.communicating, settings_.users);
  COVEY_CHECK(settings_.min_updates >= 1 && settings_.min_updates <= settings_.communicating,
              settings_.min_updates, settings_.communicating);
  COVEY_CHECK(settings_.deadline_s > 0, settings_.deadline_s);
  COVEY_CHECK(settings_.order != Order::kUsersOnly || settings_.warmup_rounds == 0, settings_.warmup_rounds);
}

std::vector<Action> RoundCore::step(double now, const Event& event) {
  now_ = now;
  std::visit([this](const auto& e) { handle(e); }, event);
  pass_deadline();
  return std::exchange(actions_, {});
}

std::optional<double> RoundCore::next_deadline() const {
  const bool timed = phase_ == Phase::kWaiting || phase_ == Phase::kCollecting;
  // Past the deadline only users or the server's own steps are still awaited, and both report by themselves.
  if (!timed || now_ >= deadline_ || std::isinf(deadline_)) return std::nullopt;
  return deadline_;
}

std::map<SlotId, SeatState> RoundCore::seat_states() const {
  std::map<SlotId, SeatState> states;
  for (const auto& [slot, seat] : seats_) states[slot] = seat.state;
  return states;
}

// ---- draw

void RoundCore::handle(const event::Started&) {
  COVEY_CHECK(phase_ == Phase::kIdle, "started twice");
  begin_round();
}

void RoundCore::begin_round() {
  seats_.clear();
  if (round_ >= settings_.rounds) {
    phase_ = Phase::kFinished;
    actions_.emplace_back(action::FinishRun{});
    return;
  }
  attempt_ = next_attempt_ ? *next_attempt_ : selector_->first_attempt(round_);
  next_attempt_.reset();
  deadline_ = now_ + settings_.deadline_s;
  phase_ = Phase::kWaiting;
  draw_when_ready();
}

void RoundCore::draw_when_ready() {
  if (warming_up() || !settings_.only_connected || !stored_seats_.empty()) return draw();
  const bool late = now_ >= deadline_;
  if (connected_.size() >= (late ? settings_.min_updates : settings_.communicating)) draw();
}

void RoundCore::draw() {
  server_done_ = false;
  // A draw from whoever was connected cannot be repeated, so an attempt that was begun keeps its seats.
  std::vector<Seat> seats = std::exchange(stored_seats_, {});
  if (seats.empty() && !warming_up()) seats = selector_->select(round_, attempt_, candidates());
  for (const Seat& seat : seats) seats_[seat.slot] = {seat.user, SeatState::kDrawn, {}};
  phase_ = Phase::kStoring;
  actions_.emplace_back(action::StoreAttempt{round_, attempt_, std::move(seats)});
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
  if (server_steps_beside_members()) actions_.emplace_back(action::TrainServer{round_, attempt_, false});
  close_when_complete();
}

void RoundCore::send_task(SlotId slot, const SeatRecord& seat) {
  actions_.emplace_back(action::SendTask{seat.user, slot, round_, attempt_, std::max(0.0, deadline_ - now_)});
}

// ---- users come and go

std::map<SlotId, RoundCore::SeatRecord>::iterator RoundCore::seat_of(UserId user) {
  return std::find_if(seats_.begin(), seats_.end(),
                      [user](const auto& entry) { return entry.second.user == user; });
}

std::map<SlotId, RoundCore::SeatRecord>::const_iterator RoundCore::seat_of(UserId user) const {
  return std::find_if(seats_.begin(), seats_.end(),
                      [user](const auto& entry) { return entry.second.user == user; });
}

void RoundCore::handle(const event::UserConnected& e) {
  connected_.insert(e.user);
  if (phase_ == Phase::kWaiting) return draw_when_ready();
  const auto entry = seat_of(e.user);
  if (phase_ != Phase::kCollecting || entry == seats_.end() || !is_open(entry->second.state)) return;
  // An upload that was under way belongs to the old session; the device offers it again.
  entry->second.state = SeatState::kDrawn;
  if (!full()) send_task(entry->first, entry->second);
}

void RoundCore::handle(const event::UserLeft& e) {
  connected_.erase(e.user);
  const auto entry = seat_of(e.user);
  if (entry != seats_.end() && entry->second.state == SeatState::kOffered)
    entry->second.state = SeatState::kDrawn;
}

// ---- updates

template <typename FromUser>
void RoundCore::accept(const FromUser& e) {
  actions_.emplace_back(action::AnswerUpdate{e.user, e.round, e.attempt, e.update, true, ""});
}

template <typename FromUser>
void RoundCore::refuse(const FromUser& e, std::string reason) {
  actions_.emplace_back(action::AnswerUpdate{e.user, e.round, e.attempt, e.update, false, std::move(reason)});
}

const Digest* RoundCore::taken_from(UserId user, std::uint32_t round, std::uint32_t attempt) const {
  if (round == round_ && attempt == attempt_) {
    const auto entry = seat_of(user);
    if (entry == seats_.end()) return nullptr;
    const SeatRecord& seat = entry->second;
    const bool taken = seat.state == SeatState::kCounted || seat.state == SeatState::kNothing;
    return taken ? &*seat.update : nullptr;
  }
  const auto entry = taken_.find(user);
  const bool known =
      entry != taken_.end() && entry->second.round == round && entry->second.attempt == attempt;
  return known ? &entry->second.update : nullptr;
}

template <typename FromUser>
bool RoundCore::answered_from_record(const FromUser& e) {
  if (const Digest* taken = taken_from(e.user, e.round, e.attempt)) {
    if (*taken == e.update) {
      accept(e);
    } else {
      refuse(e, "another update of this user was already taken in this round");
    }
    return true;
  }
  if (e.round != round_ || e.attempt != attempt_ || phase_ != Phase::kCollecting) {
    refuse(e, attempt_name(e.round, e.attempt) + " is not open");
    return true;
  }
  return false;
}

void RoundCore::handle(const event::UpdateOffered& e) {
  if (answered_from_record(e)) return;
  const auto entry = seat_of(e.user);
  if (entry == seats_.end())
    return refuse(e, "user " + std::to_string(e.user.value) + " has no slot in this round");
  SeatRecord& seat = entry->second;
  if (seat.state == SeatState::kRefused)
    return refuse(e, "an update of this user was already refused in this round");
  if (seat.state == SeatState::kOffered) {
    if (seat.update != e.update) refuse(e, "another update of this user is on its way");
    return;  // the answer follows the bytes
  }
  if (e.nothing_to_report) {
    seat.state = SeatState::kNothing;
    seat.update = e.update;
    accept(e);
    return close_when_complete();
  }
  if (full()) return refuse(e, "the round is full");
  seat.state = SeatState::kOffered;
  seat.update = e.update;
  actions_.emplace_back(action::FetchUpdate{e.user, entry->first, e.update});
}

void RoundCore::handle(const event::UpdateArrived& e) {
  if (answered_from_record(e)) return;
  const auto entry = seat_of(e.user);
  // Checked bytes that were offered in this attempt count, also when the session that sent them is gone. A
  // failure of that session is no failure of the next one.
  const bool offered = entry != seats_.end() && entry->second.update == e.update;
  const bool awaited = offered && (entry->second.state == SeatState::kOffered ||
                                   (entry->second.state == SeatState::kDrawn && e.problem.empty()));
  if (!awaited) return refuse(e, "this update was not asked for");
  if (!e.problem.empty()) {
    entry->second.state = SeatState::kRefused;
    refuse(e, e.problem);
    return close_when_complete();
  }
  if (full()) return refuse(e, "the round is full");
  entry->second.state = SeatState::kCounted;
  actions_.emplace_back(action::CountUpdate{e.user, entry->first, e.update});
  accept(e);
  close_when_complete();
}

// ---- the end of an attempt

void RoundCore::handle(const event::Tick&) {}

// After every event, not only after a tick: whichever comes first past the deadline has to see it, because
// next_deadline() asks for no tick any more.
void RoundCore::pass_deadline() {
  if (phase_ == Phase::kWaiting) draw_when_ready();
  if (phase_ == Phase::kCollecting && now_ >= deadline_) close_when_complete();
}

std::uint32_t RoundCore::count(SeatState state) const {
  return static_cast<std::uint32_t>(std::count_if(
      seats_.begin(), seats_.end(), [state](const auto& entry) { return entry.second.state == state; }));
}

bool RoundCore::all_resolved() const {
  return count(SeatState::kDrawn) == 0 && count(SeatState::kOffered) == 0;
}

void RoundCore::close_when_complete() {
  // The server's steps run to their end first, also past the deadline: neither an average nor another
  // attempt can do without them. Updates that arrive meanwhile cost nothing and count.
  if (phase_ != Phase::kCollecting || server_still_trains()) return;
  const bool late = now_ >= deadline_;
  const std::uint32_t present = count(SeatState::kCounted) + count(SeatState::kNothing);
  if (!warming_up() && present < settings_.min_updates) {
    // Too few members wait for the deadline: a refused update must not make attempts spin.
    if (late) void_attempt();
    return;
  }
  if (late || full() || all_resolved()) close();
}

void RoundCore::give_up_open_seats() {
  for (auto& [slot, seat] : seats_) {
    if (seat.state == SeatState::kOffered) {
      actions_.emplace_back(action::AnswerUpdate{seat.user, round_, attempt_, *seat.update, false,
                                                 "the round closed before all bytes were here"});
    }
    if (is_open(seat.state)) seat.state = SeatState::kAbsent;
  }
}

void RoundCore::close() {
  give_up_open_seats();
  phase_ = Phase::kAveraging;
  actions_.emplace_back(action::Average{round_, server_steps_beside_members()});
}

void RoundCore::void_attempt() {
  give_up_open_seats();
  actions_.emplace_back(action::VoidAttempt{round_, attempt_, seat_states()});
  next_attempt_ = attempt_ + 1;
  begin_round();
}

void RoundCore::handle(const event::ServerTrained&) {
  if (phase_ == Phase::kServerSteps) return commit();
  COVEY_CHECK(phase_ == Phase::kCollecting && server_still_trains(), "the server was not training");
  server_done_ = true;
  close_when_complete();
}

void RoundCore::handle(const event::Averaged&) {
  COVEY_CHECK(phase_ == Phase::kAveraging);
  if (!server_steps_after_members()) return commit();
  phase_ = Phase::kServerSteps;
  actions_.emplace_back(action::TrainServer{round_, attempt_, true});
}

void RoundCore::commit() {
  phase_ = Phase::kCommitting;
  actions_.emplace_back(action::Commit{round_, attempt_, seat_states()});
}

void RoundCore::handle(const event::Committed&) {
  COVEY_CHECK(phase_ == Phase::kCommitting);
  for (const auto& [slot, seat] : seats_) {
    if (seat.state == SeatState::kCounted || seat.state == SeatState::kNothing)
      taken_[seat.user] = {round_, attempt_, *seat.update};
  }
  ++round_;
  begin_round();
}

}  // namespace covey::server
