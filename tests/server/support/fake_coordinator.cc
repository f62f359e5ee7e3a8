#include "tests/server/support/fake_coordinator.h"

#include <gtest/gtest.h>

namespace covey::testing {

namespace {

constexpr double kSilenceMax = 40;

bool same_seats(const std::vector<server::Seat>& a, const std::vector<server::Seat>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const server::Seat& x, const server::Seat& y) {
    return x.slot == y.slot && x.user == y.user;
  });
}

std::uint64_t number_of(const Digest& digest) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 8; ++i) number = number << 8 | digest.bytes[i];
  return number;
}

}  // namespace

Digest digest_of(std::uint64_t a, std::uint64_t b, std::uint64_t c, std::uint64_t d) {
  Bytes text;
  for (const std::uint64_t part : {a, b, c, d}) {
    for (int shift = 0; shift < 64; shift += 8) text.push_back(static_cast<std::uint8_t>(part >> shift));
  }
  return sha256(text);
}

Digest update_digest(std::uint32_t user, std::uint32_t round, std::uint32_t attempt, const Digest& model) {
  return digest_of(user, round, attempt, number_of(model));
}

FakeCoordinator::FakeCoordinator(Clock& clock, FakeNetwork& network, server::RoundSettings settings,
                                 std::uint64_t seed, std::uint32_t selected, Sequence random)
    : clock_(clock),
      network_(network),
      settings_(settings),
      selector_(server::make_random_selector(seed, selected)),
      random_(random),
      models_{digest_of(seed, 0)} {}

void FakeCoordinator::start() {
  ++life_;
  server::RoundCore::Resume resume;
  resume.round = static_cast<std::uint32_t>(committed_.size());
  if (begun_ || attempt_ > 0) resume.attempt = attempt_;
  if (begun_) resume.seats = *begun_;
  if (!committed_.empty()) {
    for (const auto& [user, digest] : committed_.back().counted)
      resume.taken[UserId{user}] = {resume.round - 1, committed_.back().attempt, digest};
  }
  core_.emplace(settings_, selector_, resume);
  step(server::event::Started{});
  sweep_silent_sessions();
}

void FakeCoordinator::crash() {
  ++life_;
  core_.reset();
  sessions_.clear();
  counted_.clear();
  fetching_.clear();
  server_jobs_ = 0;
}

void FakeCoordinator::step(const server::Event& event) {
  const bool finished_before = core_->finished();
  const std::vector<server::Action> actions = core_->step(clock_.now(), event);
  for (const server::Action& action : actions) {
    if (finished_before) {
      EXPECT_TRUE(std::holds_alternative<server::action::AnswerUpdate>(action));
    }
    std::visit([this](const auto& a) { execute(a); }, action);
  }
  arm_timer();
}

void FakeCoordinator::later(double delay_max, const server::Event& event) {
  clock_.after(delay_max * random_.uniform_double(), [this, life = life_, event] {
    if (life == life_) step(event);
  });
}

void FakeCoordinator::arm_timer() {
  const auto deadline = core_->next_deadline();
  if (!deadline) return;
  EXPECT_GT(*deadline, clock_.now());
  clock_.at(*deadline, [this, life = life_, at = *deadline] {
    if (life == life_ && core_->next_deadline() == at) step(server::event::Tick{});
  });
}

void FakeCoordinator::sweep_silent_sessions() {
  std::vector<SessionId> silent;
  for (const auto& [user, session] : sessions_) {
    if (clock_.now() > session.heard + kSilenceMax) silent.push_back(session.id);
  }
  for (const SessionId id : silent) session_ended(id);
  clock_.after(10, [this, life = life_] {
    if (life == life_) sweep_silent_sessions();
  });
}

void FakeCoordinator::session_ended(SessionId session) {
  for (const auto& [user, held] : sessions_) {
    if (held.id != session) continue;
    const UserId gone{user};
    sessions_.erase(user);
    return step(server::event::UserLeft{gone});
  }
}

void FakeCoordinator::send(UserId user, const wire::Message& message) {
  const auto session = sessions_.find(user.value);
  if (session != sessions_.end()) network_.send_down(session->second.id, message);
}

void FakeCoordinator::greet(SessionId session, std::uint32_t user) {
  const auto older = sessions_.find(user);
  if (older != sessions_.end() && older->second.id != session)
    network_.send_down(older->second.id, wire::Error{wire::ErrorCode::kSuperseded, "a newer session"});
  sessions_[user] = {session, clock_.now()};
  send(UserId{user}, wire::Welcome{UserId{user}, digest_of(1, 1), {}, {}});
  if (core_->finished()) send(UserId{user}, wire::Finished{settings_.rounds});
  step(server::event::UserConnected{UserId{user}});
}

void FakeCoordinator::received(SessionId session, std::uint32_t user, const wire::Message& message) {
  if (!core_) return;
  if (std::holds_alternative<wire::Hello>(message)) return greet(session, user);
  const auto held = sessions_.find(user);
  if (held == sessions_.end() || held->second.id != session) {
    return network_.send_down(session, wire::Error{wire::ErrorCode::kRefused, "say hello first"});
  }
  held->second.heard = clock_.now();
  const UserId from{user};
  if (std::holds_alternative<wire::Heartbeat>(message)) {
    send(from, core_->finished() ? wire::Message(wire::Finished{settings_.rounds}) : wire::Heartbeat{});
  }
  if (const auto* offer = std::get_if<wire::UpdateOffer>(&message)) {
    step(server::event::UpdateOffered{from, offer->round, offer->attempt, offer->update,
                                      offer->nothing_to_report});
  }
  if (const auto* chunk = std::get_if<wire::Chunk>(&message)) {
    const auto fetch = fetching_.find({user, chunk->digest});
    if (fetch == fetching_.end()) return;
    const auto [round, attempt] = fetch->second;
    fetching_.erase(fetch);
    step(server::event::UpdateArrived{from, round, attempt, chunk->digest, ""});
  }
}

void FakeCoordinator::execute(const server::action::StoreAttempt& a) {
  EXPECT_EQ(a.round, committed_.size());
  EXPECT_EQ(a.attempt, attempt_);
  if (begun_) {
    EXPECT_TRUE(same_seats(*begun_, a.seats)) << "round " << a.round << " was drawn again";
  }
  std::set<std::uint32_t> users;
  for (const server::Seat& seat : a.seats) EXPECT_TRUE(users.insert(seat.user.value).second);
  begun_ = a.seats;
  counted_.clear();
  later(0.5, server::event::AttemptStored{});
}

void FakeCoordinator::execute(const server::action::SendTask& a) {
  EXPECT_TRUE(begun_);
  EXPECT_GE(a.seconds_left, 0);
  EXPECT_EQ(sessions_.count(a.user.value), 1u);
  wire::Task task;
  task.round = a.round;
  task.attempt = a.attempt;
  task.slot = a.slot;
  task.model = models_.at(a.round);
  task.seconds_left = a.seconds_left;
  const auto counted = last_counted_.find(a.user.value);
  task.counted_before = counted != last_counted_.end();
  if (task.counted_before) std::tie(task.last_counted_round, task.last_counted_attempt) = counted->second;
  send(a.user, task);
}

void FakeCoordinator::execute(const server::action::TrainServer&) {
  EXPECT_EQ(server_jobs_++, 0) << "two server trainings side by side";
  clock_.after(60 * random_.uniform_double(), [this, life = life_] {
    if (life != life_) return;
    --server_jobs_;
    step(server::event::ServerTrained{});
  });
}

void FakeCoordinator::execute(const server::action::FetchUpdate& a) {
  fetching_[{a.user.value, a.update}] = {core_->round(), core_->attempt()};
  send(a.user, wire::ChunkRequest{a.update, 0, 1});
}

void FakeCoordinator::execute(const server::action::CountUpdate& a) {
  EXPECT_TRUE(counted_.emplace(a.user.value, a.update).second) << "counted twice";
  EXPECT_LE(counted_.size(), settings_.communicating);
  EXPECT_EQ(a.update, update_digest(a.user.value, core_->round(), attempt_, models_.back()));
}

void FakeCoordinator::execute(const server::action::AnswerUpdate& a) {
  send(a.user, wire::UpdateAnswer{a.round, a.attempt, a.update, a.accepted, a.reason});
}

void FakeCoordinator::execute(const server::action::Average&) {
  later(0.5, server::event::Averaged{});
}

void FakeCoordinator::execute(const server::action::Commit& a) {
  CommittedRound round{a.attempt, counted_, 0};
  std::size_t seats_counted = 0;
  std::uint64_t sum = 0;
  for (const auto& [slot, state] : a.seats) {
    EXPECT_NE(state, server::SeatState::kDrawn);
    EXPECT_NE(state, server::SeatState::kOffered);
    seats_counted += state == server::SeatState::kCounted;
    round.nothing += state == server::SeatState::kNothing;
  }
  for (const auto& [user, digest] : counted_) {
    sum += number_of(digest);
    last_counted_[user] = {a.round, a.attempt};
  }
  EXPECT_EQ(seats_counted, counted_.size());
  if (a.round >= settings_.warmup_rounds) {
    EXPECT_GE(seats_counted + round.nothing, settings_.min_updates);
  }
  committed_.push_back(round);
  models_.push_back(digest_of(number_of(models_.back()), sum));
  attempt_ = 0;
  begun_.reset();
  later(0.5, server::event::Committed{});
}

void FakeCoordinator::execute(const server::action::VoidAttempt& a) {
  EXPECT_LT(counted_.size(), settings_.min_updates);
  EXPECT_EQ(server_jobs_, 0);
  EXPECT_EQ(a.attempt, attempt_);
  ++attempt_;
  ++voided_;
  begun_.reset();
  counted_.clear();
}

void FakeCoordinator::execute(const server::action::FinishRun&) {
  EXPECT_EQ(committed_.size(), settings_.rounds);
  for (const auto& [user, session] : sessions_) send(UserId{user}, wire::Finished{settings_.rounds});
}

bool FakeCoordinator::was_counted(std::uint32_t user, std::uint32_t round, std::uint32_t attempt) const {
  if (round >= committed_.size() || committed_[round].attempt != attempt) return false;
  return committed_[round].counted.count(user) != 0;
}

}  // namespace covey::testing
