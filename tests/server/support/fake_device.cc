#include "tests/server/support/fake_device.h"

#include <gtest/gtest.h>

namespace covey::testing {

FakeDevice::FakeDevice(Clock& clock, FakeNetwork& network, const FakeCoordinator& coordinator,
                       std::uint32_t user, Sequence random)
    : clock_(clock), network_(network), coordinator_(coordinator), user_(user), random_(random) {}

void FakeDevice::start() {
  ++life_;
  client::ClientSettings settings;
  settings.backoff_max_s = 20;
  settings.jitter_seed = user_;
  core_.emplace(settings);
  step(client::event::Started{tentative_, 10, digest_of(1, 1)});
}

void FakeDevice::crash() {
  ++life_;
  network_.cut(session_);
  core_.reset();
  trained_.clear();
  training_ = false;
  session_ = 0;
}

void FakeDevice::step(const client::Event& event) {
  if (!core_) return;
  const bool done = core_->done();
  const auto actions = core_->step(clock_.now(), event);
  if (done) {
    EXPECT_TRUE(actions.empty()) << "an action after exit";
  }
  for (const client::Action& action : actions) {
    EXPECT_FALSE(exit_code_) << "an action after exit";
    std::visit([this](const auto& a) { execute(a); }, action);
  }
  if (std::holds_alternative<client::event::Tick>(event)) {
    EXPECT_GT(core_->next_deadline(), clock_.now());
  }
  arm_timer();
}

void FakeDevice::later(double delay_max, const client::Event& event) {
  clock_.after(delay_max * random_.uniform_double(), [this, life = life_, event] {
    if (life == life_) step(event);
  });
}

void FakeDevice::arm_timer() {
  if (core_->done()) return;
  const double at = core_->next_deadline();
  if (at == armed_) return;
  armed_ = at;
  clock_.at(at, [this, life = life_, at] {
    if (life == life_ && armed_ == at) step(client::event::Tick{});
  });
}

void FakeDevice::received(SessionId session, const wire::Message& message) {
  if (!core_ || session != session_) return;
  const auto* request = std::get_if<wire::ChunkRequest>(&message);
  if (request != nullptr && tentative_ && tentative_->update == request->digest)
    network_.send_up(session_, wire::Chunk{request->digest, 0, {}});
  step(client::event::Received{request == nullptr ? message : wire::Message(wire::Heartbeat{})});
}

void FakeDevice::session_ended(SessionId session) {
  if (core_ && session == session_) step(client::event::LinkLost{"connection reset"});
}

bool FakeDevice::has_nothing(std::uint32_t round, std::uint32_t attempt) const {
  return digest_of(user_, round, attempt, 99).bytes[0] < 30;
}

void FakeDevice::execute(const client::action::Connect&) {
  network_.cut(session_);
  session_ = network_.connect(user_);
  later(1, client::event::Connected{});
}

void FakeDevice::execute(const client::action::Send& a) {
  network_.send_up(session_, a.message);
}

void FakeDevice::execute(const client::action::PromoteTentative&) {
  ASSERT_TRUE(tentative_);
  EXPECT_TRUE(coordinator_.was_counted(user_, tentative_->round, tentative_->attempt));
  promoted_.push_back(tentative_->round);
  tentative_.reset();
}

void FakeDevice::execute(const client::action::DropTentative&) {
  ASSERT_TRUE(tentative_);
  EXPECT_FALSE(coordinator_.was_counted(user_, tentative_->round, tentative_->attempt));
  tentative_.reset();
}

void FakeDevice::execute(const client::action::FetchModel& a) {
  later(5, client::event::ModelReady{a.model});
}

void FakeDevice::execute(const client::action::Train& a) {
  const Work work{a.task.round, a.task.attempt, a.task.model};
  EXPECT_EQ(stored_.count(work), 0u) << "stored work is trained again";
  EXPECT_TRUE(trained_.insert(work).second) << "work is trained twice";
  EXPECT_FALSE(training_) << "two trainings side by side";
  training_ = true;
  ++trainings_;
  client::Finished finished;
  finished.round = a.task.round;
  finished.attempt = a.task.attempt;
  finished.slot = a.task.slot;
  finished.model = a.task.model;
  finished.nothing_to_report = has_nothing(a.task.round, a.task.attempt);
  if (!finished.nothing_to_report)
    finished.update = update_digest(user_, a.task.round, a.task.attempt, a.task.model);
  clock_.after(80 * random_.uniform_double(), [this, life = life_, finished] {
    if (life != life_) return;
    training_ = false;
    step(client::event::Trained{finished});
  });
}

void FakeDevice::execute(const client::action::StoreTentative& a) {
  EXPECT_FALSE(tentative_) << "an unsettled update is overwritten";
  tentative_ = a.finished;
  stored_.insert({a.finished.round, a.finished.attempt, a.finished.model});
  later(0.5, client::event::TentativeStored{});
}

void FakeDevice::execute(const client::action::Exit& a) {
  exit_code_ = a.code;
}

}  // namespace covey::testing
