// RoundCore under random events: what must hold whatever users send, and whenever the coordinator crashes.

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "common/base/random.h"
#include "tests/server/support/round_harness.h"

namespace covey::testing {
namespace {

namespace action = server::action;
namespace event = server::event;

class RandomRun {
 public:
  explicit RandomRun(std::uint64_t seed) : random_(Stream(seed, {}), 0) {
    settings_.users = 6;
    settings_.communicating = 1 + random_.below(4);
    settings_.min_updates = 1 + random_.below(settings_.communicating);
    settings_.rounds = 1000;
    settings_.warmup_rounds = random_.below(3);
    constexpr server::Order kOrders[] = {server::Order::kParallel, server::Order::kAlternate,
                                         server::Order::kUsersOnly};
    settings_.order = kOrders[random_.below(3)];
    if (settings_.order == server::Order::kUsersOnly) settings_.warmup_rounds = 0;
    settings_.only_connected = random_.coin();
    settings_.deadline_s = 50;
    selector_ = server::make_random_selector(seed, settings_.communicating + random_.below(3));
    start();
  }

  void run(int steps) {
    for (int i = 0; i < steps && !::testing::Test::HasFailure(); ++i) random_step();
  }
  std::uint32_t committed() const { return round_; }
  std::size_t counted_in_all() const { return counted_in_all_; }

 private:
  void start() {
    server::RoundCore::Resume resume;
    resume.round = round_;
    if (begun_ || attempt_ > 0) resume.attempt = attempt_;
    if (begun_) resume.seats = seats_;
    core_ = std::make_unique<server::RoundCore>(settings_, selector_, resume);
    step(event::Started{});
  }

  void crash() {
    reports_.clear();
    connected_.clear();
    slots_counted_.clear();
    server_trains_ = false;
    start();
  }

  void random_step() {
    now_ += 2 * random_.uniform_double();
    const UserId user{random_.below(settings_.users)};
    switch (random_.below(12)) {
      case 0:
        connected_.insert(user);
        return step(event::UserConnected{user});
      case 1:
        connected_.erase(user);
        return step(event::UserLeft{user});
      case 2:
      case 3:
      case 4:
        return offer(user);
      case 5:
      case 6:
      case 7:
        return arrive(user);
      case 8:
      case 9:
      case 10:
        return report();
      default:
        if (random_.below(100) == 0) return crash();
        return step(event::Tick{});
    }
  }

  std::uint32_t near(std::uint32_t number) {
    return random_.below(10) == 0 ? number + random_.below(3) - std::min(number, 1u) : number;
  }
  Digest some_digest() { return digest(static_cast<std::uint8_t>(random_.below(10) == 0 ? 2 : 1)); }

  void offer(UserId user) {
    const event::UpdateOffered e{user, near(core_->round()), near(core_->attempt()), some_digest(),
                                 random_.below(8) == 0};
    reacted_ = false;
    asked_ = e.update;
    asker_ = user;
    step(e);
    const auto states = core_->seat_states();
    const bool on_its_way = std::any_of(states.begin(), states.end(), [](const auto& entry) {
      return entry.second == server::SeatState::kOffered;
    });
    EXPECT_TRUE(reacted_ || on_its_way) << "an offer without an answer or a fetch";
  }

  void arrive(UserId user) {
    const event::UpdateArrived e{user, near(core_->round()), near(core_->attempt()), some_digest(),
                                 random_.below(8) == 0 ? "bad" : ""};
    reacted_ = false;
    asked_ = e.update;
    asker_ = user;
    step(e);
    EXPECT_TRUE(reacted_) << "an update without an answer";
  }

  /// One of the driver's own reports that is due.
  void report() {
    if (reports_.empty()) return;
    const std::size_t which = random_.below(static_cast<std::uint32_t>(reports_.size()));
    const server::Event e = reports_[which];
    reports_.erase(reports_.begin() + static_cast<std::ptrdiff_t>(which));
    if (std::holds_alternative<event::ServerTrained>(e)) server_trains_ = false;
    if (std::holds_alternative<event::AttemptStored>(e)) begun_ = true;
    step(e);
  }

  void step(const server::Event& e) {
    const bool finished = core_->finished();
    for (const server::Action& a : core_->step(now_, e)) {
      EXPECT_TRUE(!finished || std::holds_alternative<action::AnswerUpdate>(a));
      std::visit([this](const auto& known) { execute(known); }, a);
    }
    const auto deadline = core_->next_deadline();
    EXPECT_TRUE(!deadline || *deadline > now_);
  }

  void execute(const action::StoreAttempt& a) {
    EXPECT_EQ(a.round, round_);
    EXPECT_EQ(a.attempt, attempt_);
    if (begun_) {
      EXPECT_EQ(a.seats.size(), seats_.size());
    }
    EXPECT_LE(a.seats.size(), settings_.communicating + 2);
    seats_ = a.seats;
    slots_counted_.clear();
    reports_.emplace_back(event::AttemptStored{});
  }
  void execute(const action::SendTask& a) {
    EXPECT_TRUE(begun_) << "a task before its attempt is durable";
    EXPECT_EQ(connected_.count(a.user), 1u);
    EXPECT_EQ(slots_counted_.count(a.slot), 0u);
    EXPECT_GE(a.seconds_left, 0);
  }
  void execute(const action::TrainServer&) {
    EXPECT_FALSE(server_trains_);
    EXPECT_NE(settings_.order, server::Order::kUsersOnly);
    server_trains_ = true;
    reports_.emplace_back(event::ServerTrained{});
  }
  void execute(const action::FetchUpdate& a) { reacted_ |= a.user == asker_ && a.update == asked_; }
  void execute(const action::CountUpdate& a) {
    EXPECT_TRUE(slots_counted_.insert(a.slot).second) << "a slot counted twice";
    EXPECT_LE(slots_counted_.size(), settings_.communicating);
    ++counted_in_all_;
  }
  void execute(const action::AnswerUpdate& a) { reacted_ |= a.user == asker_ && a.update == asked_; }
  void execute(const action::Average& a) {
    if (a.with_server) {
      EXPECT_FALSE(server_trains_);
    }
    reports_.emplace_back(event::Averaged{});
  }
  void execute(const action::Commit& a) {
    std::size_t present = 0;
    std::size_t counted = 0;
    for (const auto& [slot, state] : a.seats) {
      counted += state == server::SeatState::kCounted;
      present += state == server::SeatState::kCounted || state == server::SeatState::kNothing;
    }
    EXPECT_EQ(counted, slots_counted_.size());
    if (round_ >= settings_.warmup_rounds) {
      EXPECT_GE(present, settings_.min_updates);
    }
    EXPECT_FALSE(server_trains_);
    ++round_;
    attempt_ = 0;
    begun_ = false;
    reports_.emplace_back(event::Committed{});
  }
  void execute(const action::VoidAttempt&) {
    EXPECT_LT(slots_counted_.size(), settings_.min_updates);
    EXPECT_FALSE(server_trains_);
    ++attempt_;
    begun_ = false;
  }
  void execute(const action::FinishRun&) { EXPECT_EQ(round_, settings_.rounds); }

  Sequence random_;
  server::RoundSettings settings_;
  std::shared_ptr<const server::Selector> selector_;
  std::unique_ptr<server::RoundCore> core_;
  double now_ = 0;
  std::vector<server::Event> reports_;
  std::set<UserId> connected_;
  std::set<SlotId> slots_counted_;
  std::size_t counted_in_all_ = 0;
  bool server_trains_ = false;
  bool reacted_ = false;
  Digest asked_;
  UserId asker_;
  // Durable.
  std::uint32_t round_ = 0;
  std::uint32_t attempt_ = 0;
  bool begun_ = false;
  std::vector<server::Seat> seats_;
};

TEST(RoundCoreProperty, HoldsUnderRandomEvents) {
  std::size_t committed = 0;
  std::size_t counted = 0;
  for (std::uint64_t seed = 0; seed < 100 && !HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomRun run(seed);
    run.run(5000);
    committed += run.committed();
    counted += run.counted_in_all();
  }
  // The events reach what they are to test.
  EXPECT_GT(committed, 5000u);
  EXPECT_GT(counted, 5000u);
}

}  // namespace
}  // namespace covey::testing
