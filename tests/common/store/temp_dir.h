#pragma once

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <string>

#include "common/base/file.h"

namespace covey::store::test {

/// A folder that lives as long as the object.
class TempDir {
 public:
  TempDir() {
    std::string name = (fs::temp_directory_path() / "covey-store-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~TempDir() { fs::remove_all(path_); }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const fs::path& path() const { return path_; }
  fs::path operator/(const char* name) const { return path_ / name; }

 private:
  fs::path path_;
};

inline std::size_t file_count(const fs::path& dir) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(dir), fs::directory_iterator()));
}

inline void write_text(const fs::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

/// Runs `body` (true: as expected) in a child process whose files cannot grow beyond `bytes_max`: what a full
/// disk looks like.
template <typename Body>
bool holds_with_file_limit(rlim_t bytes_max, Body&& body) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);  // a write beyond the limit then fails with EFBIG
    const rlimit limit{bytes_max, bytes_max};
    const bool good = ::setrlimit(RLIMIT_FSIZE, &limit) == 0 && body();
    ::_exit(good ? 0 : 1);
  }
  int state = 0;
  return child > 0 && ::waitpid(child, &state, 0) == child && WIFEXITED(state) && WEXITSTATUS(state) == 0;
}

}  // namespace covey::store::test

/// Stops the test, printing the message, unless a Status is ok.
#define ASSERT_STATUS_OK(expr)                                          \
  do {                                                                  \
    const ::covey::Status covey_test_status = (expr);                   \
    ASSERT_TRUE(covey_test_status.ok()) << covey_test_status.message(); \
  } while (false)
