#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

#include "common/base/status.h"

namespace covey::program {

/// 0 for ok, 2 when the usage or the configuration is wrong (kInvalidArgument), 1 for every other failure.
int exit_code(const Status& status);

/// The command line of one program: `--help`, `--version`, `--log-level` and a command out of several.
class CommandLine {
 public:
  /// `program` is the name in front of error messages: "covey-sim".
  CommandLine(std::string program, const std::string& description);

  /// Adds a command that runs `action`. The caller adds the options to what is returned; it lives as long as
  /// this object.
  CLI::App& add_command(const std::string& name, const std::string& description,
                        std::function<Status()> action);

  /// Of `--log-level`: trace | debug | info | warn | error | off. Valid once an action runs.
  const std::string& log_level() const { return log_level_; }

  /// Parses and runs one action. Failures, exceptions included, become one line "PROGRAM: message" on
  /// standard error. Returns the exit code of the program.
  int run(int argc, const char* const* argv);

 private:
  std::string command_names() const;
  int fail(const Status& status) const;

  std::string program_;
  CLI::App app_;
  std::string log_level_ = "info";
  std::function<Status()> action_;
};

/// Builds a command line with `setup` and runs it: the body of every main.
int run_program(int argc, const char* const* argv, const std::string& program, const std::string& description,
                const std::function<void(CommandLine&)>& setup);

/// An option that may be given several times, one value each ("--set a.b=1 --set c.d=2"), so that it never
/// swallows the positional argument behind it.
CLI::Option* add_repeated(CLI::App& command, const std::string& name, std::vector<std::string>& values,
                          const std::string& description);

}  // namespace covey::program
