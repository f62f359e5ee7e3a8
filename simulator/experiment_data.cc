#include "simulator/experiment_data.h"

#include "common/data/registry.h"

namespace covey::simulator {

learn::TrainingSetup ExperimentData::setup(const config::Experiment& experiment) const {
  return {experiment, dataset};
}

Result<data::Dataset> load_given_dataset(const config::Experiment& experiment) {
  auto dataset = data::load_dataset(experiment.data, experiment.seed);
  const Code code = dataset.status().code();
  if (code == Code::kCorrupt || code == Code::kNotFound) return invalid_argument(dataset.status().message());
  return dataset;
}

Result<ExperimentData> load_experiment_data(const config::Experiment& experiment) {
  ExperimentData loaded;
  COVEY_ASSIGN_OR_RETURN(loaded.dataset, load_given_dataset(experiment));
  COVEY_ASSIGN_OR_RETURN(loaded.partition, data::make_partition(loaded.dataset, experiment.data,
                                                                experiment.federation, experiment.seed));
  return loaded;
}

ClassHistogram class_histogram(const ExperimentData& loaded) {
  ClassHistogram histogram;
  histogram.users = data::class_counts(loaded.partition, loaded.dataset.train, loaded.dataset.classes);
  histogram.server.assign(static_cast<std::size_t>(loaded.dataset.classes), 0);
  for (const std::uint32_t i : loaded.partition.server)
    ++histogram.server[static_cast<std::size_t>(loaded.dataset.train.labels[i])];
  return histogram;
}

}  // namespace covey::simulator
