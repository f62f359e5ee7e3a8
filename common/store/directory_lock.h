#pragma once

#include "common/base/file.h"

namespace covey::store {

/// Holds a directory for one process: two writers on one DIR would each undo what the other stored. The
/// kernel drops the lock when the process ends, however it ends.
class DirectoryLock {
 public:
  /// Makes the directory if it is missing. kUnavailable, naming the other process, when the directory is in
  /// use.
  static Result<DirectoryLock> acquire(const fs::path& dir);

  DirectoryLock(DirectoryLock&& other) noexcept;
  DirectoryLock& operator=(DirectoryLock&& other) noexcept;
  ~DirectoryLock();

 private:
  explicit DirectoryLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace covey::store
