#include "tests/integration/support/process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <thread>
#include <utility>

#include "common/base/check.h"

namespace covey::testing {

namespace {

constexpr int kCannotStart = 127;

std::string content(int descriptor) {
  std::string text;
  std::array<char, 4096> buffer{};
  while (true) {
    const ssize_t count = ::pread(descriptor, buffer.data(), buffer.size(), static_cast<off_t>(text.size()));
    if (count <= 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

/// Between fork and exec: nothing here may allocate.
[[noreturn]] void become(char* const* arguments, int out, int err) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // nothing outlives a test program that crashes
  const int nothing = ::open("/dev/null", O_RDONLY);
  ::dup2(nothing, STDIN_FILENO);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(err, STDERR_FILENO);
  ::execv(arguments[0], arguments);
  ::_exit(kCannotStart);
}

}  // namespace

Process::Process(const Command& command)
    : out_(::memfd_create("out", MFD_CLOEXEC)), err_(::memfd_create("err", MFD_CLOEXEC)) {
  COVEY_CHECK(out_ >= 0 && err_ >= 0);
  std::vector<char*> arguments;
  for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  pid_ = ::fork();
  COVEY_CHECK(pid_ >= 0);
  if (pid_ == 0) become(arguments.data(), out_, err_);
}

Process::~Process() {
  if (pid_ < 0) return;
  kill();
  ::close(out_);
  ::close(err_);
}

Process::Process(Process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), out_(other.out_), err_(other.err_), exit_code_(other.exit_code_) {}

Process& Process::operator=(Process&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(out_, other.out_);
  std::swap(err_, other.err_);
  std::swap(exit_code_, other.exit_code_);
  return *this;
}

void Process::signal(int number) const {
  if (!exit_code_) ::kill(pid_, number);
}

void Process::kill() {
  signal(SIGKILL);
  COVEY_CHECK(wait(30).has_value(), pid_);
}

std::optional<int> Process::wait(double seconds) {
  eventually(seconds, [this] {
    int status = 0;
    if (exit_code_ || ::waitpid(pid_, &status, WNOHANG) != pid_) return exit_code_.has_value();
    exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return true;
  });
  return exit_code_;
}

std::string Process::out() const {
  return content(out_);
}

std::string Process::err() const {
  return content(err_);
}

Outcome run(const Command& command, double seconds) {
  const double start = monotonic_seconds();
  Process process(command);
  const auto code = process.wait(seconds);
  if (!code) process.kill();
  return {code.value_or(-1), process.out(), process.err(), monotonic_seconds() - start};
}

double monotonic_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

void sleep_seconds(double seconds) {
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
}

}  // namespace covey::testing
