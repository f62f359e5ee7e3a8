#include <cstdio>

#include "common/config/experiment_file.h"
#include "common/data/partition/storage.h"
#include "common/program/known_names.h"
#include "simulator/commands/commands.h"
#include "simulator/experiment_data.h"

namespace covey::simulator {

namespace {

struct PartitionOptions {
  std::string experiment;
  std::vector<std::string> sets;
  std::string write;
};

/// A row a user, a column a class, and a bar of the user's size.
void print_histogram(const ExperimentData& loaded) {
  const ClassHistogram histogram = class_histogram(loaded);
  std::printf("%8s %7s", "user", "images");
  for (int c = 0; c < loaded.dataset.classes; ++c) std::printf(" %5d", c);
  std::printf("\n%8s %7zu", "server", loaded.partition.server.size());
  for (const std::uint32_t count : histogram.server) std::printf(" %5u", count);
  std::printf("\n");
  for (std::size_t user = 0; user < histogram.users.size(); ++user) {
    std::printf("%8zu %7zu", user, loaded.partition.users[user].size());
    for (const std::uint32_t count : histogram.users[user]) std::printf(" %5u", count);
    std::printf("\n");
  }
}

Status partition(const PartitionOptions& options) {
  COVEY_ASSIGN_OR_RETURN(
      const config::Experiment experiment,
      config::load_experiment(options.experiment, options.sets, program::known_names(true)));
  COVEY_ASSIGN_OR_RETURN(const ExperimentData loaded, load_experiment_data(experiment));
  if (!options.write.empty())
    COVEY_RETURN_IF_ERROR(data::write_partition(loaded.dataset, loaded.partition, options.write));
  print_histogram(loaded);
  if (experiment.data.partition == "classes") std::printf("R asked %.4f, ", loaded.partition.r_asked);
  std::printf("R achieved %.4f\n", loaded.partition.r_achieved);
  if (options.write.empty()) return ok_status();
  std::printf("wrote %zu user folders without labels, and server/, to %s\n", loaded.partition.users.size(),
              options.write.c_str());
  return ok_status();
}

}  // namespace

void add_partition(program::CommandLine& line) {
  const auto options = std::make_shared<PartitionOptions>();
  program::Command command =
      line.add_command("partition", "Show, and with --write store, who gets which images.",
                       [options] { return partition(*options); });
  command.required("EXPERIMENT", options->experiment, "Experiment file (TOML)");
  command.repeated("--set", options->sets, "section.key=value; overrides the file; may be repeated");
  command.optional("--write", options->write,
                   "New folder: one sub-folder a user without labels, and server/");
}

}  // namespace covey::simulator
