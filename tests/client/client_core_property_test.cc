// ClientCore under random events: what must hold whatever arrives, and whenever the link or the process goes.

#include <gtest/gtest.h>

#include <set>
#include <tuple>

#include "client/client_core.h"
#include "common/base/random.h"

namespace covey::testing {
namespace {

namespace action = client::action;
namespace event = client::event;

Digest digest(std::uint32_t value) {
  Digest d;
  for (std::size_t i = 0; i < 4; ++i) d.bytes[i] = static_cast<std::uint8_t>(value >> (8 * i));
  return d;
}

class RandomClient {
 public:
  explicit RandomClient(std::uint64_t seed) : random_(Stream(seed, {}), 0) { start(); }

  void run(int steps) {
    for (int i = 0; i < steps && !::testing::Test::HasFailure(); ++i) random_step();
  }
  std::size_t trainings() const { return trainings_; }
  std::size_t offers() const { return offers_; }

 private:
  using Work = std::tuple<std::uint32_t, std::uint32_t, Digest>;

  void start() {
    training_.reset();
    storing_ = false;
    exited_ = false;
    trained_.clear();
    core_ = std::make_unique<client::ClientCore>(client::ClientSettings{});
    step(event::Started{stored_, 1, digest(1)});
  }

  void random_step() {
    now_ += 3 * random_.uniform_double();
    if (random_.below(exited_ ? 10 : 400) == 0) return start();
    switch (random_.below(12)) {
      case 0:
        return step(event::Connected{});
      case 1:
        return step(event::Received{welcome()});
      case 2:
      case 3:
        return step(event::Received{next_task()});
      case 4:
        return step(event::Received{some_answer()});
      case 5:
        return step(event::ModelReady{digest(random_.below(2) + 10)});
      case 6:
      case 7:
        return finish_job();
      case 8:
        return step(event::Received{wire::Heartbeat{}});
      case 9:
        if (random_.below(10) == 0) return rare_event();
        return step(event::Tick{});
      default:
        return step(event::Tick{});
    }
  }

  void rare_event() {
    switch (random_.below(12)) {
      case 0:
        return step(event::StopRequested{});
      case 1:
        return step(event::Received{wire::Finished{1}});
      case 2:
        return step(event::Received{wire::Error{wire::ErrorCode::kSuperseded, ""}});
      case 3:
      case 4:
        return step(event::Received{wire::Error{wire::ErrorCode::kRefused, ""}});
      default:
        return step(event::LinkLost{"reset"});
    }
  }

  wire::Welcome welcome() const {
    wire::Welcome w;
    w.run_id = digest(1);
    return w;
  }

  /// The last task again, or the one after it: a coordinator never goes back.
  wire::Task next_task() {
    if (random_.below(3) == 0) {
      const bool next_round = random_.coin();
      if (next_round) {
        task_.counted_before = random_.coin();
        task_.last_counted_round = task_.round;
        task_.last_counted_attempt = task_.attempt;
        if (task_.counted_before) named_counted_.insert({task_.round, task_.attempt});
      }
      task_.round += next_round;
      task_.attempt = next_round ? 0 : task_.attempt + 1;
      task_.model = digest(task_.round % 2 + 10);
    }
    return task_;
  }

  wire::UpdateAnswer some_answer() {
    if (!stored_ || random_.below(4) == 0) return {task_.round, 0, digest(99), true, ""};
    return {stored_->round, stored_->attempt, stored_->update, random_.coin(), ""};
  }

  void finish_job() {
    if (storing_) {
      storing_ = false;
      return step(event::TentativeStored{});
    }
    if (!training_) return step(event::Trained{client::Finished{}});
    client::Finished f;
    f.round = training_->round;
    f.attempt = training_->attempt;
    f.model = training_->model;
    f.update = digest(1000 * training_->round + training_->attempt + 1);
    training_.reset();
    step(event::Trained{f});
  }

  void step(const client::Event& e) {
    const bool exited = exited_;
    const auto actions = core_->step(now_, e);
    if (exited) {
      EXPECT_TRUE(actions.empty());
    }
    for (const client::Action& a : actions) {
      EXPECT_TRUE(exited || !exited_) << "an action after exit";
      std::visit([this](const auto& known) { execute(known); }, a);
    }
    if (std::holds_alternative<event::Tick>(e)) {
      EXPECT_GT(core_->next_deadline(), now_);
    }
  }

  void execute(const action::Connect&) {}
  void execute(const action::Send& a) {
    const auto* offer = std::get_if<wire::UpdateOffer>(&a.message);
    if (offer == nullptr) return;
    ++offers_;
    EXPECT_TRUE(core_->welcomed());
    ASSERT_TRUE(stored_);
    EXPECT_FALSE(storing_) << "offered before it is durable";
    EXPECT_EQ(offer->update, stored_->update);
  }
  void execute(const action::PromoteTentative&) {
    ASSERT_TRUE(stored_);
    EXPECT_EQ(named_counted_.count({stored_->round, stored_->attempt}), 1u);
    stored_.reset();
  }
  void execute(const action::DropTentative&) {
    ASSERT_TRUE(stored_);
    stored_.reset();
  }
  void execute(const action::FetchModel&) { EXPECT_TRUE(core_->welcomed()); }
  void execute(const action::Train& a) {
    const Work work{a.task.round, a.task.attempt, a.task.model};
    EXPECT_FALSE(training_) << "two trainings side by side";
    EXPECT_TRUE(trained_.insert(work).second) << "work is trained twice";
    EXPECT_EQ(durable_.count(work), 0u) << "stored work is trained again";
    EXPECT_FALSE(stored_) << "an unsettled update would be lost";
    training_ = a.task;
    ++trainings_;
  }
  void execute(const action::StoreTentative& a) {
    EXPECT_FALSE(stored_);
    stored_ = a.finished;
    storing_ = true;
    durable_.insert({a.finished.round, a.finished.attempt, a.finished.model});
  }
  void execute(const action::ApplyWelcome&) {}
  void execute(const action::Log&) {}
  void execute(const action::Exit&) { exited_ = true; }

  Sequence random_;
  std::unique_ptr<client::ClientCore> core_;
  double now_ = 0;
  wire::Task task_;
  std::optional<wire::Task> training_;
  bool storing_ = false;
  bool exited_ = false;
  std::set<Work> trained_;
  std::set<std::pair<std::uint32_t, std::uint32_t>> named_counted_;
  std::size_t trainings_ = 0;
  std::size_t offers_ = 0;
  // Durable.
  std::optional<client::Finished> stored_;
  std::set<Work> durable_;
};

TEST(ClientCoreProperty, HoldsUnderRandomEvents) {
  std::size_t trainings = 0;
  std::size_t offers = 0;
  for (std::uint64_t seed = 0; seed < 100 && !HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomClient client(seed);
    client.run(5000);
    trainings += client.trainings();
    offers += client.offers();
  }
  // The events reach what they are to test.
  EXPECT_GT(trainings, 5000u);
  EXPECT_GT(offers, 5000u);
}

}  // namespace
}  // namespace covey::testing
