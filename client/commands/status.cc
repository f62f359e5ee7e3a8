#include <cstdio>
#include <nlohmann/json.hpp>

#include "client/commands/commands.h"
#include "common/program/progress.h"
#include "common/store/device_store.h"

namespace covey::client {

namespace {

using Json = nlohmann::ordered_json;

struct StatusOptions {
  std::string dir;
  bool json = false;
};

Result<Json> collect(const fs::path& dir) {
  COVEY_ASSIGN_OR_RETURN(const auto store, store::DeviceStore::open_read_only(dir));
  COVEY_ASSIGN_OR_RETURN(const auto enrolment, store->enrolment());
  COVEY_ASSIGN_OR_RETURN(const auto run_id, store->run_id());
  COVEY_ASSIGN_OR_RETURN(const auto tentative, store->tentative());
  COVEY_ASSIGN_OR_RETURN(const auto history, store->history());
  Json json{{"enrolled", enrolment.has_value()},
            {"user", nullptr},
            {"server", nullptr},
            {"run_id", nullptr},
            {"rounds_trained", history.size()},
            {"images_trained", 0},
            {"train_seconds", 0.0},
            {"bytes_up", 0},
            {"bytes_down", 0},
            {"last_round", nullptr},
            {"pending_update", nullptr}};
  if (enrolment) json["user"] = enrolment->user.value;
  if (enrolment) json["server"] = enrolment->server;
  if (run_id) json["run_id"] = run_id->hex();
  if (tentative)
    json["pending_update"] = Json{{"round", tentative->round}, {"bytes", tentative->update_bytes}};
  std::uint64_t images = 0, up = 0, down = 0;
  double seconds = 0;
  for (const store::DeviceRound& round : history) {
    images += round.images;
    up += round.bytes_up;
    down += round.bytes_down;
    seconds += round.train_seconds;
    json["last_round"] = round.round;
  }
  json["images_trained"] = images;
  json["train_seconds"] = seconds;
  json["bytes_up"] = up;
  json["bytes_down"] = down;
  return json;
}

Status status(const StatusOptions& options) {
  COVEY_ASSIGN_OR_RETURN(const Json json, collect(options.dir));
  if (options.json) {
    std::printf("%s\n", json.dump(2).c_str());
    return ok_status();
  }
  if (!json["enrolled"].get<bool>()) {
    std::printf("not enrolled\n");
    return ok_status();
  }
  std::printf("user     %s of %s\n", json["user"].dump().c_str(), json["server"].get<std::string>().c_str());
  std::printf("trained  %s rounds, %s images, %s\n", json["rounds_trained"].dump().c_str(),
              json["images_trained"].dump().c_str(),
              program::human_seconds(json["train_seconds"].get<double>()).c_str());
  std::printf("sent     %s up, %s down\n",
              program::human_bytes(json["bytes_up"].get<std::uint64_t>()).c_str(),
              program::human_bytes(json["bytes_down"].get<std::uint64_t>()).c_str());
  return ok_status();
}

}  // namespace

void add_status(program::CommandLine& line) {
  const auto options = std::make_shared<StatusOptions>();
  program::Command command =
      line.add_command("status", "Show what this device did.", [options] { return status(*options); });
  command.required("DIR", options->dir, "Folder of this device");
  command.flag("--json", options->json, "Print JSON");
}

}  // namespace covey::client
