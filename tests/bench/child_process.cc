#include "tests/bench/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <fstream>
#include <sstream>
#include <utility>

namespace covey::bench {

namespace {

constexpr int kSilence_ms = 120'000;

struct Pipe {
  int read = -1;
  int write = -1;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return internal_error("cannot make a pipe");
  return Pipe{ends[0], ends[1]};
}

[[noreturn]] void execute(const std::vector<std::string>& argv, const fs::path& log, int output) {
  std::vector<char*> words;
  for (const std::string& word : argv) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  const int messages = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(messages, STDERR_FILENO);
  ::execv(words[0], words.data());
  ::_exit(127);
}

}  // namespace

double monotonic_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

ChildProcess::ChildProcess(pid_t pid, int output, std::string name)
    : pid_(pid), output_(output), name_(std::move(name)) {}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      output_(std::exchange(other.output_, -1)),
      name_(std::move(other.name_)),
      buffered_(std::move(other.buffered_)) {}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(output_, other.output_);
  std::swap(name_, other.name_);
  std::swap(buffered_, other.buffered_);
  return *this;
}

ChildProcess::~ChildProcess() {
  if (output_ >= 0) ::close(output_);
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

Result<ChildProcess> ChildProcess::start(const std::vector<std::string>& argv, const fs::path& log) {
  COVEY_ASSIGN_OR_RETURN(const Pipe pipe, make_pipe());
  const pid_t pid = ::fork();
  if (pid == 0) execute(argv, log, pipe.write);
  ::close(pipe.write);
  ChildProcess child(pid, pipe.read, argv[0]);
  if (pid < 0) return internal_error("cannot start " + argv[0]);
  return child;
}

Result<ChildProcess> ChildProcess::fork_into(const std::function<void(int output)>& body) {
  COVEY_ASSIGN_OR_RETURN(const Pipe pipe, make_pipe());
  const pid_t pid = ::fork();
  if (pid == 0) {
    body(pipe.write);
    ::_exit(0);
  }
  ::close(pipe.write);
  ChildProcess child(pid, pipe.read, "a fork of the benchmark");
  if (pid < 0) return internal_error("cannot fork");
  return child;
}

std::optional<std::string> ChildProcess::read_line() {
  while (true) {
    const std::size_t end = buffered_.find('\n');
    if (end != std::string::npos) {
      std::string line = buffered_.substr(0, end);
      buffered_.erase(0, end + 1);
      return line;
    }
    pollfd waiting{output_, POLLIN, 0};
    if (::poll(&waiting, 1, kSilence_ms) == 0) return std::nullopt;
    std::array<char, 4096> block{};
    const ssize_t count = ::read(output_, block.data(), block.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return std::nullopt;
    buffered_.append(block.data(), static_cast<std::size_t>(count));
  }
}

double ChildProcess::cpu_seconds() const {
  std::ifstream file("/proc/" + std::to_string(pid_) + "/stat");
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  // Fields behind the name, which may hold anything and ends at the last parenthesis.
  std::istringstream fields(text.substr(text.rfind(')') + 1));
  std::string skipped;
  for (int field = 3; field <= 13; ++field) fields >> skipped;
  double user = 0;
  double system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

Result<Usage> ChildProcess::wait() {
  int status = 0;
  rusage used{};
  while (::wait4(pid_, &status, 0, &used) < 0) {
    if (errno != EINTR) return internal_error("cannot wait for " + name_);
  }
  pid_ = -1;
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return internal_error(name_ + " failed; see its log");
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return Usage{seconds(used.ru_utime) + seconds(used.ru_stime), static_cast<double>(used.ru_maxrss) / 1024};
}

Result<std::string> output_of(const std::vector<std::string>& argv, const fs::path& log) {
  COVEY_ASSIGN_OR_RETURN(ChildProcess child, ChildProcess::start(argv, log));
  std::string output;
  while (const auto line = child.read_line()) output += *line + "\n";
  COVEY_RETURN_IF_ERROR(child.wait().status());
  return output;
}

}  // namespace covey::bench
