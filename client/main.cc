#include "client/commands/commands.h"
#include "common/program/startup.h"

int main(int argc, char** argv) {
  covey::program::configure_process();
  return covey::program::run_program(
      argc, argv, "covey-client",
      "Trains on this device's private images; sends model updates, never an image.",
      [argv](covey::program::CommandLine& line) {
        covey::client::add_enroll(line);
        covey::client::add_run(line, argv);
        covey::client::add_status(line);
      });
}
