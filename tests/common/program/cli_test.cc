#include "common/program/cli.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace covey::program {
namespace {

struct Outcome {
  int code = 0;
  std::string out;
  std::string err;
  std::vector<std::string> seen;  ///< what the action got
};

/// A program with one command `go FILE [--set A]... [--rounds N]` that ends in `result`.
Outcome run(
    std::vector<const char*> arguments, const std::function<Status()>& result = [] { return ok_status(); }) {
  arguments.insert(arguments.begin(), "program");
  Outcome outcome;
  std::string file;
  std::vector<std::string> sets;
  std::uint32_t rounds = 0;
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  outcome.code = run_program(static_cast<int>(arguments.size()), arguments.data(), "covey-test",
                             "A program for tests.", [&](CommandLine& line) {
                               Command go = line.add_command("go", "Goes.", [&] {
                                 outcome.seen = sets;
                                 outcome.seen.push_back(file);
                                 outcome.seen.push_back(line.log_level());
                                 return result();
                               });
                               go.required("FILE", file, "a file");
                               go.number<std::uint32_t>("--rounds", rounds, "a number", 0, 9);
                               go.repeated("--set", sets, "a setting");
                               line.add_command("stop", "Stops.", [] { return ok_status(); });
                             });
  outcome.out = testing::internal::GetCapturedStdout();
  outcome.err = testing::internal::GetCapturedStderr();
  return outcome;
}

TEST(ExitCode, FollowsWhoHasToAct) {
  EXPECT_EQ(exit_code(ok_status()), 0);
  EXPECT_EQ(exit_code(invalid_argument("x")), 2);
  for (const Status& status :
       {not_found("x"), unavailable("x"), corrupt("x"), refused("x"), exhausted("x"), internal_error("x")}) {
    EXPECT_EQ(exit_code(status), 1) << code_name(status.code());
  }
}

TEST(CommandLine, RunsTheCommand) {
  const Outcome outcome = run({"go", "--set", "a=1", "--set", "b=2", "e.toml"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(outcome.seen, (std::vector<std::string>{"a=1", "b=2", "e.toml", "info"}));
}

TEST(CommandLine, TakesTheLogLevelBeforeAndBehindTheCommand) {
  EXPECT_EQ(run({"--log-level", "debug", "go", "e.toml"}).seen.back(), "debug");
  EXPECT_EQ(run({"go", "e.toml", "--log-level", "warn"}).seen.back(), "warn");
}

TEST(CommandLine, PrintsHelpAndVersion) {
  const Outcome help = run({"--help"});
  EXPECT_EQ(help.code, 0);
  EXPECT_NE(help.out.find("A program for tests."), std::string::npos);
  EXPECT_NE(help.out.find("Goes."), std::string::npos);
  const Outcome command_help = run({"go", "--help"});
  EXPECT_EQ(command_help.code, 0);
  EXPECT_NE(command_help.out.find("--rounds"), std::string::npos);
  EXPECT_TRUE(command_help.seen.empty());
  const Outcome version = run({"--version"});
  EXPECT_EQ(version.code, 0);
  EXPECT_EQ(version.out, "covey 0.1.0\n");
}

TEST(CommandLine, RefusesBadUsageWithOneLine) {
  const std::vector<std::vector<const char*>> bad = {
      {},
      {"fly"},
      {"go"},
      {"go", "e.toml", "more"},
      {"go", "e.toml", "--unknown"},
      {"go", "e.toml", "--rounds", "many"},
      {"go", "e.toml", "--rounds", "10"},
      {"go", "e.toml", "--rounds", "-1"},
      {"go", "e.toml", "--rounds"},
      {"go", "e.toml", "--set"},
      {"go", "e.toml", "--log-level", "loud"},
      {"go", "e.toml", "stop"},
  };
  for (const auto& arguments : bad) {
    const Outcome outcome = run(arguments);
    const std::string last = arguments.empty() ? "nothing" : arguments.back();
    EXPECT_EQ(outcome.code, 2) << last;
    EXPECT_EQ(outcome.err.find("covey-test: "), 0u) << outcome.err;
    EXPECT_EQ(outcome.err.find('\n'), outcome.err.size() - 1) << outcome.err;
    EXPECT_TRUE(outcome.seen.empty()) << last;
  }
}

TEST(CommandLine, ReportsAFailedCommand) {
  const Outcome failed = run({"go", "e.toml"}, [] { return exhausted("the disk is full"); });
  EXPECT_EQ(failed.code, 1);
  EXPECT_EQ(failed.err, "covey-test: the disk is full\n");
  const Outcome wrong = run({"go", "e.toml"}, [] { return invalid_argument("e.toml:3: seed: no"); });
  EXPECT_EQ(wrong.code, 2);
  EXPECT_EQ(wrong.err, "covey-test: e.toml:3: seed: no\n");
}

TEST(CommandLine, TurnsAnExceptionIntoOneLine) {
  const Outcome outcome =
      run({"go", "e.toml"}, []() -> Status { throw std::runtime_error("out of shape\nframe #0\nframe #1"); });
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(outcome.err, "covey-test: out of shape\n");
}

}  // namespace
}  // namespace covey::program
