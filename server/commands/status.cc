#include <cstdio>
#include <ctime>
#include <nlohmann/json.hpp>

#include "common/config/experiment_file.h"
#include "common/program/progress.h"
#include "common/store/run_store.h"
#include "server/commands/commands.h"
#include "server/coordinator_folder.h"

namespace covey::server {

namespace {

using Json = nlohmann::ordered_json;

struct StatusOptions {
  std::string dir;
  bool json = false;
};

Result<Json> run_status(const fs::path& dir) {
  COVEY_ASSIGN_OR_RETURN(const auto stored, store::RunStore::stored_run(dir));
  if (!stored) return Json(nullptr);
  COVEY_ASSIGN_OR_RETURN(const auto run, store::RunStore::open_read_only(dir));
  COVEY_ASSIGN_OR_RETURN(
      const config::Experiment experiment,
      config::parse_experiment(stored->experiment_toml, (dir / "run.sqlite").string(), {}, {}));
  COVEY_ASSIGN_OR_RETURN(const store::RunTotals totals, run->totals());
  COVEY_ASSIGN_OR_RETURN(const auto rounds, run->rounds());
  Json json{{"run_id", stored->run_id.hex()},
            {"rounds", totals.rounds},
            {"rounds_asked", experiment.federation.rounds},
            {"void_attempts", totals.void_attempts},
            {"accuracy", nullptr},
            {"accuracy_as_sent", nullptr},
            {"mask_rate", nullptr},
            {"bytes_up", totals.bytes_up},
            {"bytes_down", totals.bytes_down},
            {"wire_bytes_up", totals.wire_bytes_up},
            {"wire_bytes_down", totals.wire_bytes_down},
            {"images_trained", totals.images},
            {"seconds", totals.seconds}};
  for (const store::RoundRecord& round : rounds) {
    if (round.evaluation) {
      json["accuracy"] = round.evaluation->accuracy;
      if (round.evaluation->accuracy_as_sent) json["accuracy_as_sent"] = *round.evaluation->accuracy_as_sent;
    }
    json["mask_rate"] = round.figures.mask_rate;
  }
  return json;
}

Result<Json> collect(const fs::path& dir) {
  COVEY_ASSIGN_OR_RETURN(const Identity identity, load_identity(dir));
  COVEY_ASSIGN_OR_RETURN(const store::EnrolmentStore enrolment, open_enrolment(dir));
  const auto now = static_cast<std::int64_t>(std::time(nullptr));
  COVEY_ASSIGN_OR_RETURN(const store::TokenCount tokens, enrolment.tokens(now));
  COVEY_ASSIGN_OR_RETURN(const auto users, enrolment.list());
  COVEY_ASSIGN_OR_RETURN(const auto refusals, enrolment.refusals());
  COVEY_ASSIGN_OR_RETURN(Json run, run_status(run_folder_of(dir)));
  const auto enrolled =
      std::count_if(users.begin(), users.end(), [](const auto& u) { return !u.revoked_at; });
  Json json{{"server_key", server_key_text(identity)}, {"endpoint", nullptr}};
  if (const auto endpoint = read_text_file(endpoint_file_of(dir)); endpoint.ok())
    json["endpoint"] = *endpoint;
  json["clients_enrolled"] = enrolled;
  json["tokens"] = Json{{"open", tokens.open}, {"used", tokens.used}, {"expired", tokens.expired}};
  json["refused"] = refusals;
  json["run"] = std::move(run);
  return json;
}

void print(const Json& json) {
  std::printf("clients  %s enrolled, %s tokens open\n", json["clients_enrolled"].dump().c_str(),
              json["tokens"]["open"].dump().c_str());
  for (const auto& [kind, count] : json["refused"].items()) {
    std::printf("refused  %s: %s\n", kind.c_str(), count.dump().c_str());
  }
  const Json& run = json["run"];
  if (run.is_null()) return static_cast<void>(std::printf("run      none yet\n"));
  std::printf("run      %s of %s rounds, %s void attempts\n", run["rounds"].dump().c_str(),
              run["rounds_asked"].dump().c_str(), run["void_attempts"].dump().c_str());
  if (!run["accuracy"].is_null()) std::printf("accuracy %.2f %%\n", 100 * run["accuracy"].get<double>());
  std::printf("sent     %s up, %s down\n", program::human_bytes(run["bytes_up"].get<std::uint64_t>()).c_str(),
              program::human_bytes(run["bytes_down"].get<std::uint64_t>()).c_str());
}

Status status(const StatusOptions& options) {
  COVEY_ASSIGN_OR_RETURN(const Json json, collect(options.dir));
  if (options.json) {
    std::printf("%s\n", json.dump(2).c_str());
  } else {
    print(json);
  }
  return ok_status();
}

}  // namespace

void add_status(program::CommandLine& line) {
  const auto options = std::make_shared<StatusOptions>();
  program::Command command = line.add_command("status", "Show devices, refusals and how far the run is.",
                                              [options] { return status(*options); });
  command.required("DIR", options->dir, "Coordinator's folder");
  command.flag("--json", options->json, "Print JSON");
}

}  // namespace covey::server
