#include <cstdio>
#include <nlohmann/json.hpp>

#include "server/commands/commands.h"
#include "server/coordinator_folder.h"

namespace covey::server {

namespace {

struct InitOptions {
  std::string dir;
  bool json = false;
};

Status init(const InitOptions& options) {
  COVEY_ASSIGN_OR_RETURN(const Identity identity, create_coordinator_folder(options.dir));
  const std::string key = server_key_text(identity);
  if (options.json) {
    std::printf("%s\n", nlohmann::ordered_json{{"server_key", key}}.dump(2).c_str());
  } else {
    std::printf("server_key %s\n", key.c_str());
  }
  return ok_status();
}

}  // namespace

void add_init(program::CommandLine& line) {
  const auto options = std::make_shared<InitOptions>();
  program::Command command =
      line.add_command("init", "Make a coordinator's folder: identity keys and an empty database.",
                       [options] { return init(*options); });
  command.required("DIR", options->dir, "New folder");
  command.flag("--json", options->json, "Print JSON");
}

}  // namespace covey::server
