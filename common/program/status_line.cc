#include "common/program/status_line.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace covey::program {

namespace {

std::string cut_to_terminal(const std::string& text) {
  winsize size{};
  const bool known = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1;
  return text.substr(0, known ? size.ws_col - 1u : 79u);
}

}  // namespace

void StatusLine::draw() const {
  // "\033[K" clears what a longer line left behind.
  if (terminal_) std::printf("\r%s\033[K", cut_to_terminal(text_).c_str());
  std::fflush(stdout);
}

void StatusLine::show(const std::string& text) {
  text_ = text;
  draw();
}

void StatusLine::print(const std::string& text) {
  std::printf(terminal_ ? "\r%s\033[K\n" : "%s\n", text.c_str());
  draw();
}

void StatusLine::finish() {
  if (terminal_ && !text_.empty()) std::printf("\n");
  text_.clear();
  std::fflush(stdout);
}

std::string bar(double share, std::size_t cells) {
  const double inside = std::min(1.0, std::max(0.0, share));
  const auto full = static_cast<std::size_t>(inside * static_cast<double>(cells));
  return "[" + std::string(full, '#') + std::string(cells - full, '.') + "]";
}

}  // namespace covey::program
