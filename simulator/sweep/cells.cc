#include "simulator/sweep/cells.h"

#include <optional>

#include "common/config/experiment_file.h"
#include "common/data/partition/partition.h"
#include "common/program/known_names.h"
#include "simulator/devices/device_profile.h"
#include "simulator/experiment_data.h"

namespace covey::simulator {

namespace {

/// Data sets are the same where their sections are; the seed chooses images, never how many.
class DatasetOf {
 public:
  Result<const data::Dataset*> operator()(const config::Experiment& experiment) {
    config::Experiment key;
    key.data = experiment.data;
    std::string text = config::to_toml(key);
    if (!dataset_ || text != key_) {
      COVEY_ASSIGN_OR_RETURN(dataset_, load_given_dataset(experiment));
      key_ = std::move(text);
    }
    return &*dataset_;
  }

 private:
  std::string key_;
  std::optional<data::Dataset> dataset_;
};

double cost_of(const config::Experiment& experiment) {
  const config::Federation& f = experiment.federation;
  return static_cast<double>(f.rounds * f.period * experiment.training.batch) *
         static_cast<double>(f.communicating + 1);
}

Status check_data(const config::Experiment& experiment, DatasetOf& dataset_of) {
  const auto users = static_cast<std::uint32_t>(experiment.federation.users);
  const std::string& start = experiment.model.start;
  if (!start.empty() && !fs::is_regular_file(start))
    return invalid_argument("model.start: " + start + " is not there, allowed: a model file, or \"\"");
  COVEY_RETURN_IF_ERROR(make_device_profiles(experiment.devices, users, experiment.seed).status());
  COVEY_ASSIGN_OR_RETURN(const data::Dataset* dataset, dataset_of(experiment));
  return data::make_partition(*dataset, experiment.data, experiment.federation, experiment.seed).status();
}

}  // namespace

Result<std::vector<double>> check_cells(const std::string& experiment_file,
                                        const std::vector<std::string>& sets, const std::vector<Axis>& axes,
                                        const std::vector<PlannedRun>& runs) {
  const config::KnownNames names = program::known_names(true);
  std::vector<double> costs;
  DatasetOf dataset_of;
  const PlannedRun* checked = nullptr;
  for (const PlannedRun& run : runs) {
    std::vector<std::string> all = sets;
    for (const std::string& set : overrides_of(axes, run)) all.push_back(set);
    COVEY_ASSIGN_OR_RETURN(const auto experiment, config::load_experiment(experiment_file, all, names));
    costs.push_back(cost_of(experiment));
    if (checked != nullptr && checked->values == run.values) continue;  // another seed of the same
    checked = &run;
    const Status status = check_data(experiment, dataset_of);
    if (!status.ok()) return status.with_context(name_of(axes, run.values, run.seed));
  }
  return costs;
}

}  // namespace covey::simulator
