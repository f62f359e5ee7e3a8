#pragma once

#include "common/program/cli.h"
#include "simulator/experiment_data.h"

namespace covey::simulator {

/// What names a saved model on a command line: EXPERIMENT, --set and --model.
struct SavedModelOptions {
  std::string experiment;
  std::vector<std::string> sets;
  std::string model;

  void add_to(program::Command& command);
};

/// A saved model with its experiment's data.
struct SavedModel {
  config::Experiment experiment;
  ExperimentData data;
  std::unique_ptr<learn::LocalTrainer> trainer;  ///< its model has the values
  Values values;
  Digest digest;  ///< of the file
};

/// Reads all of it, and pins the numerics that the experiment asks for.
///   errors  those of the experiment and of its data; kInvalidArgument when the file is not one of this
///           experiment's model, plain or compressed
Result<SavedModel> open_saved_model(const SavedModelOptions& options, char** argv);

}  // namespace covey::simulator
