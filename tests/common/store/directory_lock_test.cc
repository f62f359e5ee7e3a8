#include "common/store/directory_lock.h"

#include <gmock/gmock.h>

#include "tests/common/store/temp_dir.h"

namespace covey::store {
namespace {

using test::TempDir;
using ::testing::HasSubstr;

TEST(DirectoryLock, RefusesASecondHolderAndNamesTheFirst) {
  const TempDir dir;
  const auto first = DirectoryLock::acquire(dir / "run");
  ASSERT_STATUS_OK(first.status());
  const Status second = DirectoryLock::acquire(dir / "run").status();
  EXPECT_EQ(second.code(), Code::kUnavailable);
  EXPECT_THAT(second.message(), HasSubstr((dir / "run").string()));
  EXPECT_THAT(second.message(), HasSubstr("process " + std::to_string(::getpid())));
}

TEST(DirectoryLock, IsFreeAgainAfterItsHolder) {
  const TempDir dir;
  { ASSERT_STATUS_OK(DirectoryLock::acquire(dir.path()).status()); }
  EXPECT_TRUE(DirectoryLock::acquire(dir.path()).ok());
}

TEST(DirectoryLock, IsDroppedByTheKernelWhenItsProcessIsKilled) {
  const TempDir dir;
  int pipe_ends[2];
  ASSERT_EQ(::pipe(pipe_ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto lock = DirectoryLock::acquire(dir.path());
    const char ready = lock.ok() ? 'y' : 'n';
    if (::write(pipe_ends[1], &ready, 1) != 1) ::_exit(1);
    for (;;) ::pause();
  }
  char ready = 0;
  ASSERT_EQ(::read(pipe_ends[0], &ready, 1), 1);
  ASSERT_EQ(ready, 'y');
  EXPECT_EQ(DirectoryLock::acquire(dir.path()).status().code(), Code::kUnavailable);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_TRUE(DirectoryLock::acquire(dir.path()).ok());
  ::close(pipe_ends[0]);
  ::close(pipe_ends[1]);
}

TEST(DirectoryLock, SurvivesAMove) {
  const TempDir dir;
  auto first = DirectoryLock::acquire(dir.path());
  const DirectoryLock moved = *std::move(first);
  EXPECT_FALSE(DirectoryLock::acquire(dir.path()).ok());
}

TEST(DirectoryLock, SaysWhatStandsInTheWay) {
  const TempDir dir;
  test::write_text(dir / "file", "");
  const Status status = DirectoryLock::acquire(dir / "file").status();
  EXPECT_FALSE(status.ok());
  EXPECT_THAT(status.message(), HasSubstr((dir / "file").string()));
}

}  // namespace
}  // namespace covey::store
