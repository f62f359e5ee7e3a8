#include <cstdio>
#include <nlohmann/json.hpp>

#include "common/config/experiment_file.h"
#include "common/learn/evaluate.h"
#include "common/nn/device.h"
#include "common/nn/state.h"
#include "common/plan/compressed_model.h"
#include "common/program/known_names.h"
#include "common/program/startup.h"
#include "simulator/commands/commands.h"
#include "simulator/experiment_data.h"

namespace covey::simulator {

namespace {

struct EvaluateOptions {
  std::string experiment;
  std::vector<std::string> sets;
  std::string model;
  bool json = false;
};

Status evaluate(const EvaluateOptions& options, char** argv) {
  COVEY_ASSIGN_OR_RETURN(
      const config::Experiment experiment,
      config::load_experiment(options.experiment, options.sets, program::known_names(true)));
  COVEY_RETURN_IF_ERROR(program::pin_numerics(experiment.numerics, argv));
  COVEY_ASSIGN_OR_RETURN(const Bytes file, read_file(options.model));
  COVEY_ASSIGN_OR_RETURN(const ExperimentData loaded, load_experiment_data(experiment));
  COVEY_ASSIGN_OR_RETURN(const auto trainer, learn::LocalTrainer::make(loaded.setup(experiment)));
  const auto values = plan::read_model_file(file, trainer->layout());
  if (!values.ok()) return invalid_argument("--model: " + options.model + ": " + values.status().message());
  nn::write_values(trainer->model(), trainer->layout(), *values);
  const learn::Evaluation result = learn::evaluate(trainer->model(), loaded.dataset.test,
                                                   loaded.dataset.normalisation, nn::choose_device());
  if (options.json) {
    const nlohmann::ordered_json json{{"accuracy", result.accuracy},
                                      {"loss", result.loss},
                                      {"images", loaded.dataset.test.size()},
                                      {"model_sha256", sha256(file).hex()}};
    std::printf("%s\n", json.dump(2).c_str());
  } else {
    std::printf("accuracy %.2f %%  loss %.4f  (%zu test images)\n", 100 * result.accuracy, result.loss,
                loaded.dataset.test.size());
  }
  return ok_status();
}

}  // namespace

void add_evaluate(program::CommandLine& line, char** argv) {
  const auto options = std::make_shared<EvaluateOptions>();
  program::Command command = line.add_command("evaluate", "Test a saved model on the experiment's test set.",
                                              [options, argv] { return evaluate(*options, argv); });
  command.required("EXPERIMENT", options->experiment, "Experiment file (TOML)");
  command.repeated("--set", options->sets, "section.key=value; overrides the file; may be repeated");
  command.required_file("--model", options->model, "Model file (safetensors)");
  command.flag("--json", options->json, "Print JSON");
}

}  // namespace covey::simulator
