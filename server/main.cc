#include "common/program/startup.h"
#include "server/commands/commands.h"

int main(int argc, char** argv) {
  covey::program::configure_process();
  return covey::program::run_program(
      argc, argv, "covey-coordinator",
      "Trains on labelled data here and on unlabelled data of enrolled devices.",
      [argv](covey::program::CommandLine& line) {
        covey::server::add_init(line);
        covey::server::add_token(line);
        covey::server::add_run(line, argv);
        covey::server::add_status(line);
        covey::server::add_clients(line);
        covey::server::add_export(line);
      });
}
