#pragma once

#include <optional>
#include <set>
#include <tuple>
#include <vector>

#include "client/client_core.h"
#include "tests/server/support/fake_coordinator.h"

namespace covey::testing {

/// Drives a ClientCore as the daemon does, with digests instead of models, for the user of the same number.
/// Checks that no stored work is trained again and that what is promoted or dropped is what the coordinator
/// committed.
class FakeDevice {
 public:
  FakeDevice(Clock& clock, FakeNetwork& network, const FakeCoordinator& coordinator, std::uint32_t user,
             Sequence random);

  void start();
  void crash();
  bool running() const { return core_.has_value() && !core_->done(); }
  std::optional<int> exit_code() const { return exit_code_; }
  void received(SessionId session, const wire::Message& message);
  /// The socket reports the end of a session.
  void session_ended(SessionId session);

  SessionId session() const { return session_; }
  const std::vector<std::uint32_t>& promoted() const { return promoted_; }
  std::size_t trainings() const { return trainings_; }

 private:
  using Work = std::tuple<std::uint32_t, std::uint32_t, Digest>;

  void step(const client::Event& event);
  void later(double delay_max, const client::Event& event);
  void arm_timer();
  bool has_nothing(std::uint32_t round, std::uint32_t attempt) const;

  void execute(const client::action::Connect&);
  void execute(const client::action::Send&);
  void execute(const client::action::PromoteTentative&);
  void execute(const client::action::DropTentative&);
  void execute(const client::action::FetchModel&);
  void execute(const client::action::Train&);
  void execute(const client::action::StoreTentative&);
  void execute(const client::action::ApplyWelcome&) {}
  void execute(const client::action::Log&) {}
  void execute(const client::action::Exit&);

  Clock& clock_;
  FakeNetwork& network_;
  const FakeCoordinator& coordinator_;
  std::uint32_t user_;
  Sequence random_;

  // Durable.
  std::optional<client::Finished> tentative_;
  std::vector<std::uint32_t> promoted_;  ///< rounds
  std::set<Work> stored_;

  // Lost in a crash.
  std::uint64_t life_ = 0;
  std::optional<client::ClientCore> core_;
  SessionId session_ = 0;
  std::set<Work> trained_;
  bool training_ = false;
  double armed_ = 0;

  std::optional<int> exit_code_;
  std::size_t trainings_ = 0;
};

}  // namespace covey::testing
