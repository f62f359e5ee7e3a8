#include <cstdio>

#include "client/commands/commands.h"
#include "client/enrolment.h"
#include "common/security/token.h"

namespace covey::client {

namespace {

struct EnrollOptions {
  std::string dir;
  std::string server;
  std::string server_key;
  std::string token;
};

/// A device keeps its keys when it enrols again, so that a lost answer can be asked for once more.
Result<security::CurveKeys> device_keys(const fs::path& folder) {
  auto keys = security::load_curve_keys(folder);
  if (keys.ok() || keys.status().code() != Code::kNotFound) return keys;
  const security::CurveKeys fresh = security::CurveKeys::generate();
  COVEY_RETURN_IF_ERROR(security::save_keys(folder, fresh));
  return fresh;
}

Status enroll_device(const EnrollOptions& options) {
  COVEY_ASSIGN_OR_RETURN([[maybe_unused]] const auto key, security::parse_server_key(options.server_key));
  COVEY_ASSIGN_OR_RETURN([[maybe_unused]] const auto token, security::token_digest(options.token));
  COVEY_ASSIGN_OR_RETURN(const auto store, store::DeviceStore::open(options.dir));
  COVEY_ASSIGN_OR_RETURN(const security::CurveKeys keys, device_keys(fs::path(options.dir) / "keys"));
  COVEY_ASSIGN_OR_RETURN(const store::Enrolment enrolment,
                         enroll(options.server, options.server_key, keys, options.token));
  COVEY_RETURN_IF_ERROR(store->set_enrolment(enrolment));
  std::printf("enrolled as user %u\n", enrolment.user.value);
  return ok_status();
}

}  // namespace

void add_enroll(program::CommandLine& line) {
  const auto options = std::make_shared<EnrollOptions>();
  program::Command command = line.add_command("enroll", "Introduce this device to a coordinator, once.",
                                              [options] { return enroll_device(*options); });
  command.required("DIR", options->dir, "Folder for this device's keys and state");
  command.required("--server", options->server, "Address, such as tcp://host:7170");
  command.required("--server-key", options->server_key, "As printed by covey-coordinator init");
  command.required("--token", options->token, "As printed by covey-coordinator token");
}

}  // namespace covey::client
