#pragma once

#include <chrono>
#include <deque>
#include <memory>
#include <optional>

#include "common/base/bytes.h"

namespace covey::simulator {

/// What ranks tell each other.
enum class RankMessage : int {
  kReady = 1,   ///< to rank 0: the data is loaded
  kModel = 2,   ///< from rank 0: a model that tasks will name
  kTask = 3,    ///< from rank 0
  kResult = 4,  ///< to rank 0
  kStop = 5,    ///< from rank 0: there will be no more tasks
  kDone = 6,    ///< to rank 0: nothing follows
};

/// Between two looks for messages: MPI has nothing to wait on besides other things.
inline constexpr std::chrono::microseconds kPollPause(100);

/// The processes that one mpirun started. Used by one thread.
class Ranks {
 public:
  /// Was this process started by mpirun, with others?
  static bool launched();
  /// Joins the other ranks. Call once in a process, and only when launched().
  static Result<std::unique_ptr<Ranks>> join();
  /// Rank 0 tells the others to stop, drops what they still send, and waits for all of them. Another rank
  /// that goes before it was told to stop has failed where nobody could answer for it, and ends all ranks.
  ~Ranks();
  Ranks(const Ranks&) = delete;
  Ranks& operator=(const Ranks&) = delete;

  int rank() const { return rank_; }
  int size() const { return size_; }
  /// Ranks on this machine: they share its cores.
  int size_here() const { return size_here_; }

  /// Queues a message. It leaves while receive() or flush() is called.
  void send(int rank, RankMessage kind, Bytes payload);

  struct Received {
    int rank = 0;
    RankMessage kind = RankMessage::kStop;
    Bytes payload;
  };
  /// The next message, in the order in which its sender sent it; empty when there is none now.
  std::optional<Received> receive();
  /// Waits until all that was sent has left.
  void flush();

 private:
  Ranks();
  struct Outgoing;
  void forget_sent();
  void stop_others();

  int rank_ = 0;
  int size_ = 1;
  int size_here_ = 1;
  bool stopped_ = false;  ///< kStop was received
  std::deque<std::unique_ptr<Outgoing>> outgoing_;
};

}  // namespace covey::simulator
