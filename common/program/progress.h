#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "common/program/status_line.h"

namespace covey::program {

/// What a person wants to know after each round.
struct RoundLine {
  std::uint32_t round = 0;  ///< committed so far
  std::uint32_t rounds = 0;
  std::optional<double> accuracy;  ///< of the latest evaluation
  bool guesses = true;             ///< members guessed labels; without, the next two mean nothing
  double mask_rate = 0;
  /// Of the rarest class among accepted pseudo-labels; near 0 warns of collapse.
  double smallest_class_share = 0;
  std::uint64_t bytes = 0;  ///< both directions, so far
  std::uint32_t counted = 0;
  std::uint32_t drawn = 0;
};

/// Text like "1.2 MB".
std::string human_bytes(std::uint64_t bytes);
/// Text like "1:05" or "2:10:00".
std::string human_seconds(double seconds);

/// The line of a round: "round 3/10  accuracy 91.2 %  mask 40.0 %  ...". Accuracy is left out while there is
/// none, mask and rarest class where nobody guesses.
std::string progress_text(const RoundLine& line, double seconds_left);

/// Shows how far a run is: a bar that redraws itself on a terminal, one plain line per evaluated round
/// otherwise.
class Progress {
 public:
  enum class Mode { kBar, kLines, kQuiet };

  /// kBar when standard output is a terminal, else kLines.
  static Mode default_mode(bool quiet);

  /// `first_round`: rounds that were already committed when this process started; they do not count in the
  /// rate.
  Progress(Mode mode, std::uint32_t first_round);

  void show(const RoundLine& line, bool evaluated);
  /// Ends the bar's line.
  void finish();

 private:
  double seconds_left(const RoundLine& line) const;

  Mode mode_;
  std::uint32_t first_round_;
  std::chrono::steady_clock::time_point started_;
  StatusLine line_;
};

}  // namespace covey::program
