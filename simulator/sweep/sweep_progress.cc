#include "simulator/sweep/sweep_progress.h"

#include <unistd.h>

#include <array>
#include <cstdio>

#include "common/program/progress.h"

namespace covey::simulator {

namespace {

constexpr std::size_t kBarCells = 16;

std::string percent(double share) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.2f %%", 100 * share);
  return text.data();
}

}  // namespace

SweepProgress::Mode SweepProgress::default_mode(bool quiet) {
  if (quiet) return Mode::kQuiet;
  return ::isatty(STDOUT_FILENO) == 1 ? Mode::kTerminal : Mode::kLines;
}

SweepProgress::SweepProgress(Mode mode, std::vector<double> costs)
    : mode_(mode),
      costs_(std::move(costs)),
      over_(costs_.size(), false),
      started_(std::chrono::steady_clock::now()),
      line_(mode == Mode::kTerminal) {}

void SweepProgress::skip(std::uint32_t id) {
  over_.at(id) = true;
  ++done_;
}

void SweepProgress::done(std::uint32_t id, const std::string& name, const RunResult& result) {
  ++done_;
  const program::Summary& s = result.summary;
  ended(id, name + "  accuracy " + percent(s.accuracy) + "  sent " +
                program::human_bytes(s.bytes_up + s.bytes_down) + "  in " +
                program::human_seconds(s.seconds));
}

void SweepProgress::failed(std::uint32_t id, const std::string& name, const std::string& reason) {
  ++failed_;
  ended(id, name + "  FAILED: " + reason);
}

void SweepProgress::ended(std::uint32_t id, const std::string& line) {
  over_.at(id) = true;
  cost_here_ += costs_.at(id);
  const std::string count = std::to_string(done_ + failed_) + "/" + std::to_string(costs_.size());
  const auto left = seconds_left();
  const std::string tail =
      mode_ == Mode::kLines && left && *left > 0 ? "  left " + program::human_seconds(*left) : "";
  if (mode_ != Mode::kQuiet) line_.print(count + "  " + line + tail);
}

std::optional<double> SweepProgress::seconds_left() const {
  if (cost_here_ <= 0) return std::nullopt;
  double rest = 0;
  for (std::size_t id = 0; id < costs_.size(); ++id) rest += over_[id] ? 0 : costs_[id];
  const double elapsed = std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
  return elapsed * rest / cost_here_;
}

void SweepProgress::show() {
  if (mode_ != Mode::kTerminal) return;
  const auto left = seconds_left();
  const double share = static_cast<double>(done_ + failed_) / static_cast<double>(costs_.size());
  line_.show(program::bar(share, kBarCells) + " " + std::to_string(done_) + "/" +
             std::to_string(costs_.size()) + " done, " + std::to_string(running_) + " running, " +
             std::to_string(failed_) + " failed, " + "left " + (left ? program::human_seconds(*left) : "?"));
}

void SweepProgress::finish() {
  line_.finish();
}

}  // namespace covey::simulator
