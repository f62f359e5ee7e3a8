#include "common/program/cli.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <utility>

namespace covey::program {

namespace {

constexpr const char* kVersion = "covey 0.1.0";

/// Without what follows the first line: LibTorch puts a stack trace there.
std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

Status run_guarded(const std::function<Status()>& action) {
  try {
    return action();
  } catch (const std::exception& error) {
    return internal_error(first_line(error.what()));
  }
}

}  // namespace

int exit_code(const Status& status) {
  if (status.ok()) return 0;
  return status.code() == Code::kInvalidArgument ? 2 : 1;
}

// ---- one command

void Command::required(const std::string& name, std::string& field, const std::string& help) {
  app_->add_option(name, field, help)->required();
}
void Command::optional(const std::string& name, std::string& field, const std::string& help) {
  app_->add_option(name, field, help);
}
void Command::required_file(const std::string& name, std::string& field, const std::string& help) {
  app_->add_option(name, field, help)->required()->check(CLI::ExistingFile);
}
void Command::optional_path(const std::string& name, std::string& field, const std::string& help) {
  app_->add_option(name, field, help)->check(CLI::ExistingPath);
}
void Command::repeated(const std::string& name, std::vector<std::string>& fields, const std::string& help) {
  app_->add_option(name, fields, help)->allow_extra_args(false);
}
void Command::flag(const std::string& name, bool& field, const std::string& help) {
  app_->add_flag(name, field, help);
}

template <typename T>
void Command::required_number(const std::string& name, T& field, const std::string& help) {
  app_->add_option(name, field, help)->required();
}
template <typename T>
void Command::number(const std::string& name, T& field, const std::string& help, T min, T max) {
  app_->add_option(name, field, help)->check(CLI::Range(min, max));
}
template <typename T>
void Command::number(const std::string& name, std::optional<T>& field, const std::string& help) {
  app_->add_option(name, field, help)->check(CLI::Range(T{0}, std::numeric_limits<T>::max()));
}

template void Command::required_number(const std::string&, std::uint32_t&, const std::string&);
template void Command::number(const std::string&, std::uint32_t&, const std::string&, std::uint32_t,
                              std::uint32_t);
template void Command::number(const std::string&, std::uint64_t&, const std::string&, std::uint64_t,
                              std::uint64_t);
template void Command::number(const std::string&, int&, const std::string&, int, int);
template void Command::number(const std::string&, double&, const std::string&, double, double);
template void Command::number(const std::string&, std::optional<std::uint32_t>&, const std::string&);
template void Command::number(const std::string&, std::optional<std::int64_t>&, const std::string&);

Command Command::add_command(const std::string& name, const std::string& help, std::function<void()> chosen) {
  CLI::App* command = app_->add_subcommand(name, help);
  command->parse_complete_callback(std::move(chosen));
  return Command(*command);
}

// ---- the whole line

CommandLine::CommandLine(std::string program, const std::string& description)
    : program_(std::move(program)), app_(std::make_unique<CLI::App>(description, program_)) {
  app_->set_version_flag("--version", kVersion);
  app_->add_option("--log-level", log_level_, "trace | debug | info | warn | error | off")
      ->check(CLI::IsMember({"trace", "debug", "info", "warn", "error", "off"}))
      ->capture_default_str();
  app_->require_subcommand(0, 1);  // without one, run() says which there are
  // Options of the program may stand behind the command too.
  app_->fallthrough();
}

CommandLine::~CommandLine() = default;

Command CommandLine::add_command(const std::string& name, const std::string& description,
                                 std::function<Status()> action) {
  CLI::App* command = app_->add_subcommand(name, description);
  command->callback([this, action = std::move(action)] { action_ = action; });
  return Command(*command);
}

int CommandLine::run(int argc, const char* const* argv) {
  try {
    app_->parse(argc, argv);
  } catch (const CLI::Success& wanted) {  // --help, --version
    return app_->exit(wanted);
  } catch (const CLI::Error& error) {
    return fail(invalid_argument(error.what()));
  }
  if (!action_) return fail(invalid_argument("no command; one of: " + command_names()));
  return fail(run_guarded(action_));
}

std::string CommandLine::command_names() const {
  std::string names;
  for (const CLI::App* command : app_->get_subcommands({})) {
    names += (names.empty() ? "" : ", ") + command->get_name();
  }
  return names;
}

int CommandLine::fail(const Status& status) const {
  if (!status.ok()) std::fprintf(stderr, "%s: %s\n", program_.c_str(), first_line(status.message()).c_str());
  return exit_code(status);
}

int run_program(int argc, const char* const* argv, const std::string& program, const std::string& description,
                const std::function<void(CommandLine&)>& setup) {
  CommandLine line(program, description);
  setup(line);
  return line.run(argc, argv);
}

}  // namespace covey::program
