#include "simulator/saved_model.h"

#include "common/config/experiment_file.h"
#include "common/nn/state.h"
#include "common/plan/compressed_model.h"
#include "common/program/known_names.h"
#include "common/program/startup.h"

namespace covey::simulator {

void SavedModelOptions::add_to(program::Command& command) {
  command.required("EXPERIMENT", experiment, "Experiment file (TOML)");
  command.repeated("--set", sets, "section.key=value; overrides the file; may be repeated");
  command.required_file("--model", model, "Model file (safetensors)");
}

Result<SavedModel> open_saved_model(const SavedModelOptions& options, char** argv) {
  SavedModel saved;
  COVEY_ASSIGN_OR_RETURN(saved.experiment, config::load_experiment(options.experiment, options.sets,
                                                                   program::known_names(true)));
  COVEY_RETURN_IF_ERROR(program::pin_numerics(saved.experiment.numerics, argv));
  COVEY_ASSIGN_OR_RETURN(const Bytes file, read_file(options.model));
  COVEY_ASSIGN_OR_RETURN(saved.data, load_experiment_data(saved.experiment));
  COVEY_ASSIGN_OR_RETURN(saved.trainer, learn::LocalTrainer::make(saved.data.setup(saved.experiment)));
  auto values = plan::read_model_file(file, saved.trainer->layout());
  if (!values.ok()) return invalid_argument("--model: " + options.model + ": " + values.status().message());
  saved.values = *std::move(values);
  saved.digest = sha256(file);
  nn::write_values(saved.trainer->model(), saved.trainer->layout(), saved.values);
  return saved;
}

}  // namespace covey::simulator
