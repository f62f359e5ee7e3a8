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

void print_row(const std::string& name, const std::vector<std::uint32_t>& positions,
               const data::Dataset& dataset) {
  std::vector<std::uint32_t> counts(static_cast<std::size_t>(dataset.classes), 0);
  for (const std::uint32_t i : positions) ++counts[static_cast<std::size_t>(dataset.train.labels[i])];
  std::printf("%8s %7zu", name.c_str(), positions.size());
  for (const std::uint32_t count : counts) std::printf(" %5u", count);
  std::printf("\n");
}

/// A row a user, a column a class; where users hold labels, a row for these too.
void print_histogram(const ExperimentData& loaded) {
  std::printf("%8s %7s", "user", "images");
  for (int c = 0; c < loaded.dataset.classes; ++c) std::printf(" %5d", c);
  std::printf("\n");
  print_row("server", loaded.partition.server, loaded.dataset);
  const data::Partition& partition = loaded.partition;
  for (std::size_t user = 0; user < partition.users.size(); ++user)
    print_row(std::to_string(user), partition.users[user], loaded.dataset);
  for (std::size_t user = 0; user < partition.labelled_users.size(); ++user)
    print_row("labels " + std::to_string(user), partition.labelled_users[user], loaded.dataset);
}

Status partition(const PartitionOptions& options) {
  COVEY_ASSIGN_OR_RETURN(
      const config::Experiment experiment,
      config::load_experiment(options.experiment, options.sets, program::known_names(true)));
  COVEY_ASSIGN_OR_RETURN(const ExperimentData loaded, load_experiment_data(experiment));
  if (!options.write.empty() && experiment.federation.labels_at == "users") {
    return invalid_argument(
        "--write: federation.labels_at = \"users\" is for covey-sim alone, allowed: server");
  }
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
