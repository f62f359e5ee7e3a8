#include "simulator/sweep/worker_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <utility>

namespace covey::simulator {

namespace {

constexpr int kCannotRun = 127;

/// A child is no rank, whoever started its parent.
bool is_of_a_launcher(const std::string& variable) {
  for (const char* prefix : {"OMPI_", "PMI_", "PMIX_"}) {
    if (variable.rfind(prefix, 0) == 0) return true;
  }
  return false;
}

/// The child's side between fork and exec: async-signal-safe calls only.
[[noreturn]] void become(char* const* arguments, char* const* environment, int log, pid_t parent) {
  const int nothing = ::open("/dev/null", O_RDWR);
  const bool wired =
      nothing >= 0 && ::dup2(nothing, 0) >= 0 && ::dup2(nothing, 1) >= 0 && ::dup2(log, 2) >= 0;
  // The parent may have died before the request was in place.
  if (wired && ::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && ::getppid() == parent) {
    ::execve(arguments[0], arguments, environment);
  }
  ::_exit(kCannotRun);
}

}  // namespace

Result<WorkerProcess> WorkerProcess::start(const std::vector<std::string>& command, const fs::path& log) {
  std::vector<char*> arguments;
  for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  std::vector<char*> environment;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    if (!is_of_a_launcher(*variable)) environment.push_back(*variable);
  }
  environment.push_back(nullptr);
  const int file = ::open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) return unavailable(log.string() + ": " + std::strerror(errno));
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid == 0) become(arguments.data(), environment.data(), file, parent);
  ::close(file);
  if (pid < 0) return unavailable("cannot start a process: " + std::string(std::strerror(errno)));
  return WorkerProcess(pid);
}

WorkerProcess::WorkerProcess(WorkerProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), exit_code_(other.exit_code_) {}

WorkerProcess& WorkerProcess::operator=(WorkerProcess&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(exit_code_, other.exit_code_);
  return *this;
}

WorkerProcess::~WorkerProcess() {
  if (pid_ < 0 || exit_code_) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

std::optional<int> WorkerProcess::poll() {
  if (exit_code_) return exit_code_;
  int status = 0;
  const pid_t ended = ::waitpid(pid_, &status, WNOHANG);
  if (ended != pid_) return std::nullopt;
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return exit_code_;
}

void WorkerProcess::ask_to_stop() const {
  if (pid_ >= 0 && !exit_code_) ::kill(pid_, SIGTERM);
}

}  // namespace covey::simulator
