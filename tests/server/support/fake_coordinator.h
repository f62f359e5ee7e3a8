#pragma once

#include <map>
#include <optional>
#include <set>
#include <utility>

#include "server/round_core.h"
#include "tests/server/support/fake_network.h"

namespace covey::testing {

/// A digest that stands for what the numbers say.
Digest digest_of(std::uint64_t a, std::uint64_t b, std::uint64_t c = 0, std::uint64_t d = 0);
/// The update that `user` trains in (round, attempt) from `model`.
Digest update_digest(std::uint32_t user, std::uint32_t round, std::uint32_t attempt, const Digest& model);

/// Drives a RoundCore as server/engine and the coordinator's main do, with digests instead of models. Checks
/// what must hold at every action; restart() is a crash that keeps only what was durable.
class FakeCoordinator {
 public:
  struct CommittedRound {
    std::uint32_t attempt = 0;
    std::map<std::uint32_t, Digest> counted;  ///< by user
    std::size_t nothing = 0;
  };

  FakeCoordinator(Clock& clock, FakeNetwork& network, server::RoundSettings settings, std::uint64_t seed,
                  std::uint32_t selected, Sequence random);

  void start();
  void crash();
  bool running() const { return core_.has_value(); }
  bool finished() const { return core_ && core_->finished(); }
  void received(SessionId session, std::uint32_t user, const wire::Message& message);
  /// The socket reports the end of a session.
  void session_ended(SessionId session);

  const std::vector<CommittedRound>& committed() const { return committed_; }
  bool was_counted(std::uint32_t user, std::uint32_t round, std::uint32_t attempt) const;
  std::size_t voided() const { return voided_; }
  std::uint32_t round() const { return core_ ? core_->round() : 0; }

 private:
  struct Session {
    SessionId id = 0;
    double heard = 0;
  };

  void step(const server::Event& event);
  void later(double delay_max, const server::Event& event);
  void arm_timer();
  void sweep_silent_sessions();
  void send(UserId user, const wire::Message& message);
  void greet(SessionId session, std::uint32_t user);

  void execute(const server::action::StoreAttempt&);
  void execute(const server::action::SendTask&);
  void execute(const server::action::TrainServer&);
  void execute(const server::action::FetchUpdate&);
  void execute(const server::action::CountUpdate&);
  void execute(const server::action::AnswerUpdate&);
  void execute(const server::action::Average&);
  void execute(const server::action::Commit&);
  void execute(const server::action::VoidAttempt&);
  void execute(const server::action::FinishRun&);

  Clock& clock_;
  FakeNetwork& network_;
  server::RoundSettings settings_;
  std::shared_ptr<const server::Selector> selector_;
  Sequence random_;

  // Durable.
  std::vector<CommittedRound> committed_;
  std::vector<Digest> models_;  ///< models_[r]: what round r starts from
  std::uint32_t attempt_ = 0;
  std::optional<std::vector<server::Seat>> begun_;
  std::map<std::uint32_t, std::pair<std::uint32_t, std::uint32_t>> last_counted_;
  std::size_t voided_ = 0;

  // Lost in a crash.
  std::uint64_t life_ = 0;
  std::optional<server::RoundCore> core_;
  std::map<std::uint32_t, Session> sessions_;  ///< by user
  std::map<std::uint32_t, Digest> counted_;    ///< in the attempt under way, by user
  /// (round, attempt) of what is on its way, by user and digest.
  std::map<std::pair<std::uint32_t, Digest>, std::pair<std::uint32_t, std::uint32_t>> fetching_;
  int server_jobs_ = 0;
};

}  // namespace covey::testing
