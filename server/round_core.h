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
/// then the round commits; `users only`: the server does not train, the members' average is the round. Rules:
/// semantics.md 3 and 5. Times are seconds of the driver's clock.
///
/// Every offer is answered sooner or later, also after the last round. What clients send may come late, twice
/// or out of order; the driver's own reports (stored, trained, averaged, committed) come once, when asked
/// for.

/// How the server's own steps relate to the members' (federation.order).
enum class Order { kParallel, kAlternate, kUsersOnly };

struct RoundSettings {
  std::uint32_t users = 0;          ///< K
  std::uint32_t communicating = 0;  ///< C_k: the round closes when so many updates counted
  std::uint32_t rounds = 0;
  std::uint32_t warmup_rounds = 0;  ///< 0 with users only
  Order order = Order::kParallel;
  bool only_connected = false;    ///< federation.selection = available
  std::uint32_t min_updates = 1;  ///< fewer present members at the deadline void the attempt; 1..C_k
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

namespace event {

struct Started {};  ///< once; users may have connected before
/// A session of this user began. It replaces an earlier one, whether or not that was seen to end.
struct UserConnected {
  UserId user;
};
/// The user has no session any more; not for a session that was replaced.
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

namespace action {

struct StoreAttempt {
  std::uint32_t round, attempt;
  std::vector<Seat> seats;
};
struct SendTask {
  UserId user;
  SlotId slot;
  std::uint32_t round, attempt;
  double seconds_left;  ///< until the deadline, >= 0
};
/// `from_members`: the server trains from the members' average of this round (alternate order), not from the
/// committed model.
struct TrainServer {
  std::uint32_t round, attempt;
  bool from_members;
};
/// Comes once in each session of the user; again after a reconnect, to go on with what is here already.
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
/// A fetch of this update that is still under way has no use any more.
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

/// What a committed round took from a user.
struct TakenUpdate {
  std::uint32_t round = 0;
  std::uint32_t attempt = 0;
  Digest update;
};

class RoundCore {
 public:
  struct Resume {
    std::uint32_t round = 0;               ///< first round that is not committed
    std::optional<std::uint32_t> attempt;  ///< the attempt to run; empty: the selector's first
    std::vector<Seat> seats;               ///< the draw of that attempt, when it was begun before a crash
    /// The last update of each user that a committed round took (that of the last committed round is enough):
    /// its answer may have been lost in the crash, and the user offers it again.
    std::map<UserId, TakenUpdate> taken;
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

  /// In the present round the server trains while the members do, and is averaged with them.
  bool server_steps_beside_members() const { return warming_up() || settings_.order == Order::kParallel; }
  /// In the present round the server trains from the members' average.
  bool server_steps_after_members() const { return !warming_up() && settings_.order == Order::kAlternate; }

 private:
  enum class Phase {
    kIdle,
    kWaiting,  ///< too few users are connected for a draw
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
    std::optional<Digest> update;  ///< the last one that the user offered
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
  bool server_still_trains() const { return server_steps_beside_members() && !server_done_; }

  void begin_round();
  void draw_when_ready();
  void draw();
  std::vector<UserId> candidates() const;
  void send_task(SlotId slot, const SeatRecord& seat);
  template <typename FromUser>
  void accept(const FromUser& e);
  template <typename FromUser>
  void refuse(const FromUser& e, std::string reason);
  /// Answers when (round, attempt) already took something from this user, or takes nothing any more.
  template <typename FromUser>
  bool answered_from_record(const FromUser& e);
  const Digest* taken_from(UserId user, std::uint32_t round, std::uint32_t attempt) const;
  void close_when_complete();
  void pass_deadline();
  void close();
  void commit();
  void void_attempt();
  void give_up_open_seats();

  std::uint32_t count(SeatState state) const;
  bool full() const { return count(SeatState::kCounted) >= settings_.communicating; }
  bool all_resolved() const;
  std::map<SlotId, SeatRecord>::iterator seat_of(UserId user);
  std::map<SlotId, SeatRecord>::const_iterator seat_of(UserId user) const;

  RoundSettings settings_;
  std::shared_ptr<const Selector> selector_;
  std::optional<std::uint32_t> next_attempt_;  ///< of the round that begins next, when it is on record
  std::vector<Seat> stored_seats_;             ///< its draw, when it was begun before a crash

  Phase phase_ = Phase::kIdle;
  double now_ = 0;
  std::uint32_t round_ = 0;
  std::uint32_t attempt_ = 0;
  double deadline_ = 0;
  bool server_done_ = false;
  std::map<SlotId, SeatRecord> seats_;
  std::set<UserId> connected_;
  std::map<UserId, TakenUpdate> taken_;  ///< by committed rounds; the latest of each user
  std::vector<Action> actions_;
};

}  // namespace covey::server
