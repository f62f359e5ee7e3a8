#include <cstdio>
#include <nlohmann/json.hpp>

#include "common/learn/evaluate.h"
#include "common/nn/device.h"
#include "simulator/commands/commands.h"
#include "simulator/saved_model.h"

namespace covey::simulator {

namespace {

struct EvaluateOptions {
  SavedModelOptions saved;
  bool json = false;
};

Status evaluate(const EvaluateOptions& options, char** argv) {
  COVEY_ASSIGN_OR_RETURN(const SavedModel saved, open_saved_model(options.saved, argv));
  const learn::Evaluation result = learn::evaluate(saved.trainer->model(), saved.data.dataset.test,
                                                   saved.data.dataset, nn::choose_device());
  if (options.json) {
    const nlohmann::ordered_json json{{"accuracy", result.accuracy},
                                      {"loss", result.loss},
                                      {"images", saved.data.dataset.test.size()},
                                      {"model_sha256", saved.digest.hex()}};
    std::printf("%s\n", json.dump(2).c_str());
  } else {
    std::printf("accuracy %.2f %%  loss %.4f  (%zu test images)\n", 100 * result.accuracy, result.loss,
                saved.data.dataset.test.size());
  }
  return ok_status();
}

}  // namespace

void add_evaluate(program::CommandLine& line, char** argv) {
  const auto options = std::make_shared<EvaluateOptions>();
  program::Command command = line.add_command("evaluate", "Test a saved model on the experiment's test set.",
                                              [options, argv] { return evaluate(*options, argv); });
  options->saved.add_to(command);
  command.flag("--json", options->json, "Print JSON");
}

}  // namespace covey::simulator
