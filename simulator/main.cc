#include "common/program/cli.h"
#include "common/program/startup.h"
#include "simulator/commands/commands.h"

int main(int argc, char** argv) {
  covey::program::configure_process();
  return covey::program::run_program(
      argc, argv, "covey-sim",
      "Runs federated experiments on this machine: same files, same models as a deployment.",
      [argv](covey::program::CommandLine& line) {
        covey::simulator::add_run(line, argv);
        covey::simulator::add_evaluate(line, argv);
        covey::simulator::add_partition(line);
        covey::simulator::add_sweep(line);
        covey::simulator::add_report(line);
        covey::simulator::add_codec(line);
        covey::simulator::add_compress(line, argv);
        covey::simulator::add_hessian(line, argv);
        covey::simulator::add_norms(line, argv);
      });
}
