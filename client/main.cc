#include <malloc.h>

#include "client/commands/commands.h"
#include "common/program/startup.h"

int main(int argc, char** argv) {
  covey::program::configure_process();
  // Models pass from thread to thread: with one heap each uses what another has freed.
  ::mallopt(M_ARENA_MAX, 1);
  return covey::program::run_program(
      argc, argv, "covey-client",
      "Trains on this device's private images; sends model updates, never an image.",
      [argv](covey::program::CommandLine& line) {
        covey::client::add_enroll(line);
        covey::client::add_run(line, argv);
        covey::client::add_status(line);
      });
}
