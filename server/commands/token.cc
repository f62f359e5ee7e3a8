#include <cstdio>
#include <ctime>
#include <nlohmann/json.hpp>

#include "common/security/token.h"
#include "server/commands/commands.h"
#include "server/coordinator_folder.h"

namespace covey::server {

namespace {

struct TokenOptions {
  std::string dir;
  std::uint32_t count = 1;
  std::string expires = "24h";
  bool json = false;
};

Status token(const TokenOptions& options) {
  COVEY_ASSIGN_OR_RETURN(const std::uint64_t lifetime_s, security::parse_duration_s(options.expires));
  COVEY_ASSIGN_OR_RETURN(store::EnrolmentStore store, open_enrolment(options.dir));
  const auto now = static_cast<std::int64_t>(std::time(nullptr));
  COVEY_ASSIGN_OR_RETURN(const std::vector<UserId> users, store.free_users(options.count, now));
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const UserId user : users) {
    const std::string text = security::make_token();
    COVEY_ASSIGN_OR_RETURN(const Digest digest, security::token_digest(text));
    COVEY_RETURN_IF_ERROR(store.add_token(digest, user, now + static_cast<std::int64_t>(lifetime_s)));
    if (options.json) {
      list.push_back({{"user", user.value}, {"token", text}});
    } else {
      std::printf("%u %s\n", user.value, text.c_str());
    }
  }
  if (options.json) std::printf("%s\n", list.dump(2).c_str());
  return ok_status();
}

}  // namespace

void add_token(program::CommandLine& line) {
  const auto options = std::make_shared<TokenOptions>();
  program::Command command = line.add_command("token", "Print one-time tokens, one line each: USER TOKEN.",
                                              [options] { return token(*options); });
  command.required("DIR", options->dir, "Coordinator's folder");
  command.number<std::uint32_t>("--count", options->count,
                                "How many; users without a device, lowest number first", 1, 100000);
  command.optional("--expires", options->expires, "Lifetime, such as 90s, 30m, 24h, 7d");
  command.flag("--json", options->json, "Print JSON");
}

}  // namespace covey::server
