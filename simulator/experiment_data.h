#pragma once

#include "common/config/experiment.h"
#include "common/data/partition/partition.h"
#include "common/learn/local_trainer.h"
#include "simulator/report/results.h"

namespace covey::simulator {

/// An experiment with its data set, cut into the server's and the users' shares.
struct ExperimentData {
  data::Dataset dataset;
  data::Partition partition;

  learn::TrainingSetup setup(const config::Experiment& experiment) const;
};

/// The data set that the experiment names. Files that are missing or damaged are wrong input here
/// (kInvalidArgument), as a wrong key is; where a deployed run loses its data, that is a fault.
Result<data::Dataset> load_given_dataset(const config::Experiment& experiment);

/// errors  those of load_given_dataset; kInvalidArgument when the experiment asks for more than the data has
Result<ExperimentData> load_experiment_data(const config::Experiment& experiment);

/// Images per class of everybody in it.
ClassHistogram class_histogram(const ExperimentData& loaded);

}  // namespace covey::simulator
