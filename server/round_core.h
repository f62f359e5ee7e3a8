#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "common/base/digest.h"
#include "common/base/ids.h"
#include "server/selection.h"

namespace covey::server {

/// The coordinator's round protocol as a pure state machine: events in, actions out, no clock, socket or
/// file.
///
/// A round runs  draw -> collect -> average -> commit.  `parallel`: the server trains while the members do
/// and is averaged with them; `alternate`: the members are averaged, then the server trains from the average,
/// then the round commits. Rules: semantics.md 3 and 5. Times are seconds of the driver's clock.

/// How the server's own steps relate to the members' (federation.order).
enum class Order { kParallel, kAlternate };

struct RoundSettings {
  std::uint32_t users = 0;          ///< K
  std::uint32_t communicating = 0;  ///< C_k: the round closes when so many updates counted
  std::uint32_t rounds = 0;
  std::uint32_t warmup_rounds = 0;
  Order order = Order::kParallel;
  bool only_connected = false;  ///< federation.selection = available
  std::uint32_t min_updates = 1;
  double deadline_s = 600;
};

/// Where a seat stands in the current attempt.
enum class SeatState {
  kDrawn,    ///< task sent, or waiting for the user to connect
  kOffered,  ///< the user says it has an update; its bytes are on their way
  kCounted,  ///< in the average
  kNothing,  ///< present, with nothing to report
  kRefused,  ///< its bytes failed a check
  kAbsent,   ///< nothing arrived before the round closed
};

const char* seat_state_name(SeatState state);

// ---- events
// ---------------------------------------------------------------------------------------------------------------

namespace event {

struct Started {};  ///< once, first
struct UserConnected {
  UserId user;
};
struct UserLeft {
  UserId user;
};
struct AttemptStored {};  ///< StoreAttempt is durable: tasks may leave
struct UpdateOffered {
  UserId user;
  std::uint32_t round = 0;
  std::uint32_t attempt = 0;
  Digest update;
  bool nothing_to_report = false;
};
/// All bytes of an offered update are here and were checked; `problem` is empty when they may be counted.
struct UpdateArrived {
  UserId user;
  std::uint32_t round = 0;
  std::uint32_t attempt = 0;
  Digest update;
  std::string problem;
};
struct ServerTrained {};
struct Averaged {};
struct Committed {};
struct Tick {};  ///< time has passed

}  // namespace event

using Event = std::variant<event::Started, event::UserConnected, event::UserLeft, event::AttemptStored,
                           event::UpdateOffered, event::UpdateArrived, event::ServerTrained, event::Averaged,
                           event::Committed, event::Tick>;

// ---- actions
// --------------------------------------------------------------------------------------------------------------

namespace action {

struct StoreAttempt {
  std::uint32_t round, attempt;
  std::vector<Seat> seats;
};
struct SendTask {
  UserId user;
  SlotId slot;
  std::uint32_t round, attempt;
  double seconds_left;
};
/// `from_members`: the server trains from the members' average of this round (alternate order), not from the
/// committed model.
struct TrainServer {
  std::uint32_t round, attempt;
  bool from_members;
};
struct FetchUpdate {
  UserId user;
  SlotId slot;
  Digest update;
};
struct CountUpdate {
  UserId user;
  SlotId slot;
  Digest update;
};
struct AnswerUpdate {
  UserId user;
  std::uint32_t round, attempt;
  Digest update;
  bool accepted;
  std::string reason;
};
/// Members are complete: compute W_g' and w_avg from what was counted (and the server, in parallel order and
/// warm-up).
struct Average {
  std::uint32_t round;
  bool with_server;
};
struct Commit {
  std::uint32_t round, attempt;
  std::map<SlotId, SeatState> seats;
};
struct VoidAttempt {
  std::uint32_t round, attempt;
  std::map<SlotId, SeatState> seats;
};
struct FinishRun {};

}  // namespace action

using Action = std::variant<action::StoreAttempt, action::SendTask, action::TrainServer, action::FetchUpdate,
                            action::CountUpdate, action::AnswerUpdate, action::Average, action::Commit,
                            action::VoidAttempt, action::FinishRun>;

class RoundCore {
 public:
  struct Resume {
    std::uint32_t round = 0;               ///< first round that is not committed
    std::optional<std::uint32_t> attempt;  ///< the attempt to run; empty: the selector's first
    std::vector<Seat> seats;               ///< the draw of that attempt, when it was begun before a crash
  };

  RoundCore(RoundSettings settings, std::shared_ptr<const Selector> selector, Resume resume);

  /// Handles one event at time `now` and says what to do, in this order.
  std::vector<Action> step(double now, const Event& event);

  /// When a Tick is needed at the latest; empty when nothing is timed.
  std::optional<double> next_deadline() const;

  std::uint32_t round() const { return round_; }
  std::uint32_t attempt() const { return attempt_; }
  bool finished() const { return phase_ == Phase::kFinished; }
  const std::set<UserId>& connected() const { return connected_; }
  std::map<SlotId, SeatState> seat_states() const;

 private:
  enum class Phase {
    kIdle,
    kWaiting,
    kStoring,
    kCollecting,
    kAveraging,
    kServerSteps,
    kCommitting,
    kFinished
  };
  struct SeatRecord {
    UserId user;
    SeatState state = SeatState::kDrawn;
    Digest update;
  };

  void handle(const event::Started&);
  void handle(const event::UserConnected&);
  void handle(const event::UserLeft&);
  void handle(const event::AttemptStored&);
  void handle(const event::UpdateOffered&);
  void handle(const event::UpdateArrived&);
  void handle(const event::ServerTrained&);
  void handle(const event::Averaged&);
  void handle(const event::Committed&);
  void handle(const event::Tick&);

  bool warming_up() const { return round_ < settings_.warmup_rounds; }
  bool server_steps_beside_members() const { return warming_up() || settings_.order == Order::kParallel; }
  void begin_round();
  void draw_when_ready();
  void draw();
  void send_task(SlotId slot, const SeatRecord& seat);
  void answer(const UserId& user, std::uint32_t round, std::uint32_t attempt, const Digest& update,
              bool accepted, std::string reason);
  void close_when_complete();
  void close();
  void void_attempt();
  std::uint32_t count(SeatState state) const;
  bool all_resolved() const;
  std::vector<UserId> candidates() const;
  SeatRecord* seat_of(UserId user, SlotId* slot);

  RoundSettings settings_;
  std::shared_ptr<const Selector> selector_;
  std::optional<std::uint32_t> stored_attempt_;
  std::vector<Seat> stored_seats_;

  Phase phase_ = Phase::kIdle;
  double now_ = 0;
  std::uint32_t round_ = 0;
  std::uint32_t attempt_ = 0;
  double deadline_ = 0;
  bool server_done_ = false;
  std::map<SlotId, SeatRecord> seats_;
  std::set<UserId> connected_;
  struct CountedUpdate {
    std::uint32_t round, attempt;
    Digest update;
  };
  std::map<UserId, CountedUpdate> last_counted_;
  std::vector<Action> actions_;
};

}  // namespace covey::server
