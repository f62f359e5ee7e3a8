#include "common/store/directory_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace covey::store {

namespace {

/// Who holds the lock, as the holder wrote it: "process 123", or "another process" when that cannot be read.
std::string holder(int fd) {
  std::array<char, 32> text{};
  const ssize_t count = ::pread(fd, text.data(), text.size() - 1, 0);
  const std::string pid(text.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
  const bool number = !pid.empty() && pid.find_first_not_of("0123456789") == std::string::npos;
  return number ? "process " + pid : "another process";
}

}  // namespace

Result<DirectoryLock> DirectoryLock::acquire(const fs::path& dir) {
  COVEY_RETURN_IF_ERROR(make_directories(dir));
  const fs::path file = dir / "lock";
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return internal_error(file.string() + ": cannot open: " + std::strerror(errno));
  DirectoryLock lock(fd);
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return unavailable(dir.string() + ": is in use by " + holder(fd));
    return internal_error(file.string() + ": cannot lock: " + std::strerror(errno));
  }
  // The number only helps a person; the lock holds without it, also on a full disk.
  const std::string pid = std::to_string(::getpid());
  [[maybe_unused]] const bool named = ::ftruncate(fd, 0) == 0 && ::pwrite(fd, pid.data(), pid.size(), 0) > 0;
  return lock;
}

DirectoryLock::DirectoryLock(DirectoryLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

DirectoryLock& DirectoryLock::operator=(DirectoryLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

DirectoryLock::~DirectoryLock() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace covey::store
