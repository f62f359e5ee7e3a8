#pragma once

#include <string>

namespace covey::program {

/// One line at the bottom of a terminal that redraws itself, with lasting lines above it. Where there is no
/// terminal only the lasting lines are written.
class StatusLine {
 public:
  explicit StatusLine(bool terminal) : terminal_(terminal) {}

  /// Replaces the line. Cut to the terminal's width: a line that wraps could not be drawn over.
  void show(const std::string& text);
  /// Writes a lasting line.
  void print(const std::string& text);
  /// Leaves the line where it is and goes below it.
  void finish();

 private:
  void draw() const;

  bool terminal_;
  std::string text_;
};

/// "[####....]" with `cells` cells, `share` of them full.
std::string bar(double share, std::size_t cells);

}  // namespace covey::program
