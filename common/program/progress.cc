#include "common/program/progress.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>

namespace covey::program {

namespace {

constexpr std::size_t kBarCells = 16;

std::string format(const char* pattern, double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), pattern, value);
  return text.data();
}

std::string percent(double share) {
  return format("%.1f %%", 100 * share);
}

}  // namespace

std::string human_bytes(std::uint64_t bytes) {
  static constexpr std::array<const char*, 5> kUnits = {"B", "kB", "MB", "GB", "TB"};
  double value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 1000 && unit + 1 < kUnits.size()) {
    value /= 1000;
    ++unit;
  }
  return format(unit == 0 ? "%.0f" : "%.1f", value) + " " + kUnits[unit];
}

std::string human_seconds(double seconds) {
  const long total = static_cast<long>(std::max(0.0, seconds) + 0.5);
  std::array<char, 32> text{};
  if (total >= 3600) {
    std::snprintf(text.data(), text.size(), "%ld:%02ld:%02ld", total / 3600, total / 60 % 60, total % 60);
  } else {
    std::snprintf(text.data(), text.size(), "%ld:%02ld", total / 60, total % 60);
  }
  return text.data();
}

std::string progress_text(const RoundLine& line, double seconds_left) {
  std::string text = "round " + std::to_string(line.round) + "/" + std::to_string(line.rounds);
  if (line.accuracy) text += "  accuracy " + percent(*line.accuracy);
  if (line.guesses)
    text += "  mask " + percent(line.mask_rate) + "  rarest class " + percent(line.smallest_class_share);
  text += "  members " + std::to_string(line.counted) + "/" + std::to_string(line.drawn);
  text += "  sent " + human_bytes(line.bytes) + "  left " + human_seconds(seconds_left);
  return text;
}

Progress::Mode Progress::default_mode(bool quiet) {
  if (quiet) return Mode::kQuiet;
  return ::isatty(STDOUT_FILENO) == 1 ? Mode::kBar : Mode::kLines;
}

Progress::Progress(Mode mode, std::uint32_t first_round)
    : mode_(mode),
      first_round_(first_round),
      started_(std::chrono::steady_clock::now()),
      line_(mode == Mode::kBar) {}

double Progress::seconds_left(const RoundLine& line) const {
  const double elapsed = std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
  if (line.round <= first_round_ || line.round >= line.rounds) return 0;
  return elapsed / (line.round - first_round_) * (line.rounds - line.round);
}

void Progress::show(const RoundLine& line, bool evaluated) {
  const std::string text = progress_text(line, seconds_left(line));
  if (mode_ == Mode::kBar) {
    const double share = static_cast<double>(line.round) / static_cast<double>(line.rounds);
    line_.show(bar(share, kBarCells) + " " + text);
  }
  if (mode_ == Mode::kLines && evaluated) line_.print(text);
}

void Progress::finish() {
  line_.finish();
}

}  // namespace covey::program
