#include "client/commands/commands.h"
#include "client/daemon.h"
#include "common/data/partition/storage.h"
#include "common/program/known_names.h"
#include "common/program/startup.h"

namespace covey::client {

namespace {

constexpr double kNextRunSeconds = 60;

struct RunOptions {
  std::string dir;
  std::string data;
  bool once = false;
};

Status run(const RunOptions& options, const std::string& log_level, char** argv) {
  COVEY_ASSIGN_OR_RETURN(const Logger logger, make_logger("covey-client", log_level));
  COVEY_ASSIGN_OR_RETURN(const auto store, store::DeviceStore::open(options.dir));
  COVEY_ASSIGN_OR_RETURN(const auto enrolment, store->enrolment());
  if (!enrolment) {
    return invalid_argument(options.dir + " is not enrolled; covey-client enroll " + options.dir +
                            " does it");
  }
  COVEY_ASSIGN_OR_RETURN(data::SampleSet samples, data::load_user_samples(options.data));
  const program::StopSignal stop;
  DaemonParts parts;
  parts.store = store.get();
  parts.enrolment = *enrolment;
  COVEY_ASSIGN_OR_RETURN(parts.server_key, security::parse_server_key(enrolment->server_key));
  COVEY_ASSIGN_OR_RETURN(parts.keys, security::load_curve_keys(fs::path(options.dir) / "keys"));
  parts.data = std::make_shared<const data::SampleSet>(std::move(samples));
  parts.names = program::known_names(false);
  parts.stop = &stop;
  parts.argv = argv;
  parts.logger = logger;
  while (true) {
    COVEY_RETURN_IF_ERROR(Daemon(parts).run());
    if (options.once || stop.requested()) return ok_status();
    // The coordinator may start another run.
    program::wait_readable({stop.descriptor()}, kNextRunSeconds);
    if (stop.requested()) return ok_status();
  }
}

}  // namespace

void add_run(program::CommandLine& line, char** argv) {
  const auto options = std::make_shared<RunOptions>();
  program::Command command =
      line.add_command("run", "Serve the coordinator: wait for tasks, train, send updates.",
                       [options, &line, argv] { return run(*options, line.log_level(), argv); });
  command.required("DIR", options->dir, "Folder of this device, made by enroll");
  command.required("--data", options->data,
                   "Folder with this device's images (PNG or JPEG) or texts (.txt, one a line)");
  command.flag("--once", options->once, "End when the coordinator's run is complete");
}

}  // namespace covey::client
