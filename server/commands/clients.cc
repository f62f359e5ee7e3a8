#include <cstdio>
#include <ctime>
#include <nlohmann/json.hpp>

#include "server/commands/commands.h"
#include "server/coordinator_folder.h"

namespace covey::server {

namespace {

using Json = nlohmann::ordered_json;

struct ClientsOptions {
  std::string dir;
  std::uint32_t user = 0;
  bool json = false;
};

template <typename T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Status list(const ClientsOptions& options) {
  COVEY_ASSIGN_OR_RETURN(const store::EnrolmentStore store, open_enrolment(options.dir));
  COVEY_ASSIGN_OR_RETURN(const auto users, store.list());
  Json json = Json::array();
  for (const store::EnrolledUser& user : users) {
    json.push_back({{"user", user.user.value},
                    {"key", user.public_key},
                    {"enrolled_at", user.enrolled_at},
                    {"revoked_at", or_null(user.revoked_at)},
                    {"last_seen", or_null(user.last_seen)},
                    {"samples", user.samples}});
    if (!options.json) {
      std::printf("%u %s %s %llu samples\n", user.user.value, user.public_key.substr(0, 12).c_str(),
                  user.revoked_at ? "revoked" : "enrolled", static_cast<unsigned long long>(user.samples));
    }
  }
  if (options.json) std::printf("%s\n", json.dump(2).c_str());
  return ok_status();
}

Status revoke(const ClientsOptions& options) {
  COVEY_ASSIGN_OR_RETURN(store::EnrolmentStore store, open_enrolment(options.dir));
  COVEY_RETURN_IF_ERROR(store.revoke(UserId{options.user}, static_cast<std::int64_t>(std::time(nullptr))));
  std::printf("user %u revoked\n", options.user);
  return ok_status();
}

}  // namespace

void add_clients(program::CommandLine& line) {
  const auto options = std::make_shared<ClientsOptions>();
  const auto revoking = std::make_shared<bool>(false);
  program::Command command =
      line.add_command("clients", "List the enrolled devices, or revoke one.",
                       [options, revoking] { return *revoking ? revoke(*options) : list(*options); });
  command.required("DIR", options->dir, "Coordinator's folder");
  command.flag("--json", options->json, "Print JSON");
  command.add_command("list", "List the devices (the default)", [revoking] { *revoking = false; });
  program::Command revoke_command = command.add_command("revoke", "Refuse a device from its next message on",
                                                        [revoking] { *revoking = true; });
  revoke_command.required_number("ID", options->user, "User number");
}

}  // namespace covey::server
