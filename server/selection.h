#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "common/base/ids.h"

namespace covey::server {

/// A selected user and the slot that it takes for one attempt at a round.
struct Seat {
  SlotId slot;
  UserId user;
};

/// Says who takes part in a round.
class Selector {
 public:
  virtual ~Selector() = default;

  /// Seats in slot order for attempt `attempt` at round `round`, drawn from `candidates`; deterministic.
  virtual std::vector<Seat> select(std::uint32_t round, std::uint32_t attempt,
                                   const std::vector<UserId>& candidates) const = 0;

  /// The attempt number with which round `round` starts when nothing is on record for it.
  virtual std::uint32_t first_attempt(std::uint32_t round) const;
};

/// Draws `count` distinct users in random order, keyed by (seed, round, attempt); all of them when there are
/// fewer.
std::unique_ptr<Selector> make_random_selector(std::uint64_t seed, std::uint32_t count);

/// A committed round of a recorded run, for `covey-sim run --replay`.
struct RecordedRound {
  std::uint32_t attempt = 0;
  /// Members that counted or had nothing to report: the latter count as present (min_updates), so they are
  /// drawn again. In slot order.
  std::vector<Seat> present;
};

/// Repeats the recorded draws. `rounds` covers every round of the run.
std::unique_ptr<Selector> make_recorded_selector(std::vector<RecordedRound> rounds);

}  // namespace covey::server
