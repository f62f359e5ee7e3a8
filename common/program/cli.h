#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/status.h"

namespace CLI {
class App;
}

namespace covey::program {

/// 0 for ok, 2 when the usage or the configuration is wrong (kInvalidArgument), 1 for every other failure.
int exit_code(const Status& status);

/// One command while its arguments are declared: "DIR" is positional, "--out" an option. A field is written
/// when the line is parsed, and keeps its value where its option is not given; it outlives the command line.
/// What cannot be read or is out of range is wrong usage.
class Command {
 public:
  explicit Command(CLI::App& app) : app_(&app) {}

  void required(const std::string& name, std::string& field, const std::string& help);
  void optional(const std::string& name, std::string& field, const std::string& help);
  /// The same for what has to exist: a file; a file or folder.
  void required_file(const std::string& name, std::string& field, const std::string& help);
  void optional_path(const std::string& name, std::string& field, const std::string& help);
  /// May be given several times, one value each ("--set a.b=1 --set c.d=2"), so that it never swallows the
  /// positional argument behind it.
  void repeated(const std::string& name, std::vector<std::string>& fields, const std::string& help);
  void flag(const std::string& name, bool& field, const std::string& help);

  /// A number from `min` to `max`; T: a whole-number type or double.
  template <typename T>
  void required_number(const std::string& name, T& field, const std::string& help);
  template <typename T>
  void number(const std::string& name, T& field, const std::string& help, T min, T max);
  template <typename T>
  void number(const std::string& name, std::optional<T>& field, const std::string& help);

  /// A command of this command, such as "clients revoke"; `chosen` is called when the line holds it.
  Command add_command(const std::string& name, const std::string& help, std::function<void()> chosen);

 private:
  CLI::App* app_;
};

/// The command line of one program: `--help`, `--version`, `--log-level` and a command out of several.
class CommandLine {
 public:
  /// `program` is the name in front of error messages: "covey-sim".
  CommandLine(std::string program, const std::string& description);
  ~CommandLine();
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  /// Adds a command that runs `action`. The caller declares the arguments of what is returned.
  Command add_command(const std::string& name, const std::string& description,
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
  std::unique_ptr<CLI::App> app_;
  std::string log_level_ = "info";
  std::function<Status()> action_;
};

/// Builds a command line with `setup` and runs it: the body of every main.
int run_program(int argc, const char* const* argv, const std::string& program, const std::string& description,
                const std::function<void(CommandLine&)>& setup);

}  // namespace covey::program
