#include "simulator/sweep/worker_process.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <thread>

#include "tests/common/store/temp_dir.h"

namespace covey::simulator {
namespace {

using store::test::TempDir;

std::optional<int> wait_for(WorkerProcess& process) {
  for (int i = 0; i < 1000; ++i) {
    if (const auto code = process.poll()) return code;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return std::nullopt;
}

WorkerProcess shell(const TempDir& dir, const std::string& script) {
  return *WorkerProcess::start({"/bin/sh", "-c", script}, dir / "log");
}

TEST(WorkerProcess, TellsTheExitCodeAndKeepsStandardError) {
  const TempDir dir;
  WorkerProcess process = shell(dir, "echo lost; echo kept >&2; exit 3");
  EXPECT_EQ(wait_for(process), 3);
  EXPECT_EQ(process.poll(), 3);
  EXPECT_EQ(*read_text_file(dir / "log"), "kept\n");
}

TEST(WorkerProcess, TellsTheSignalThatEndedIt) {
  const TempDir dir;
  WorkerProcess process = shell(dir, "kill -9 $$");
  EXPECT_EQ(wait_for(process), 128 + SIGKILL);
}

TEST(WorkerProcess, StopsWhenAsked) {
  const TempDir dir;
  WorkerProcess process = shell(dir, "sleep 60");
  EXPECT_EQ(process.poll(), std::nullopt);
  process.ask_to_stop();
  EXPECT_EQ(wait_for(process), 128 + SIGTERM);
}

TEST(WorkerProcess, AProgramThatCannotRunFails) {
  const TempDir dir;
  auto process = WorkerProcess::start({(dir / "none").string()}, dir / "log");
  EXPECT_EQ(wait_for(*process), 127);
}

TEST(WorkerProcess, ALogThatCannotBeWrittenIsAnError) {
  const TempDir dir;
  EXPECT_FALSE(WorkerProcess::start({"/bin/true"}, dir / "missing" / "log").ok());
}

}  // namespace
}  // namespace covey::simulator
