#include <cstdio>
#include <limits>
#include <nlohmann/json.hpp>

#include "simulator/commands/commands.h"
#include "simulator/norms/batch_statistics.h"
#include "simulator/report/svg.h"
#include "simulator/saved_model.h"

namespace covey::simulator {

namespace {

struct NormsOptions {
  SavedModelOptions saved;
  std::size_t batches = 50;
  std::size_t batch = 0;
  std::uint64_t seed = 1;
  std::string svg;
  bool json = false;
};

Figure figure_of(const std::vector<NormDeviations>& layers, std::size_t batch) {
  Figure figure;
  figure.id = "batch-statistics";
  figure.title = "Statistics of batches of " + std::to_string(batch);
  figure.caption =
      "What each norm layer is given: mean distance of a batch's figure from the mean of all batches; means "
      "in standard "
      "deviations of their channel, the others as shares of themselves.";
  figure.x.label = "norm layer, from the input on";
  figure.x.whole_numbers = true;
  figure.y.label = "distance";
  figure.y.unit = "%";
  figure.y.from_zero = true;
  figure.series = {{"mean", {}}, {"variance", {}}, {"mean square", {}}};
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const Deviations& d = layers[i].deviations;
    const double values[] = {d.mean, d.variance, d.square};
    for (std::size_t s = 0; s < 3; ++s)
      figure.series[s].points.push_back({static_cast<double>(i + 1), 100 * values[s], std::nullopt});
  }
  return figure;
}

nlohmann::ordered_json as_json(const std::vector<NormDeviations>& layers) {
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  for (const NormDeviations& layer : layers) {
    json.push_back({{"layer", layer.layer},
                    {"mean", layer.deviations.mean},
                    {"variance", layer.deviations.variance},
                    {"mean_square", layer.deviations.square}});
  }
  return json;
}

void print(const std::vector<NormDeviations>& layers) {
  std::printf("%-34s %10s %10s %12s\n", "layer", "mean %", "variance %", "mean square %");
  for (const NormDeviations& layer : layers) {
    std::printf("%-34s %10.2f %10.2f %12.2f\n", layer.layer.c_str(), 100 * layer.deviations.mean,
                100 * layer.deviations.variance, 100 * layer.deviations.square);
  }
}

Status norms(const NormsOptions& options, char** argv) {
  COVEY_ASSIGN_OR_RETURN(const SavedModel saved, open_saved_model(options.saved, argv));
  const std::size_t batch =
      options.batch > 0 ? options.batch : static_cast<std::size_t>(saved.experiment.training.batch);
  COVEY_ASSIGN_OR_RETURN(const auto layers,
                         batch_statistics(saved.trainer->model(), saved.data.dataset.train,
                                          saved.data.dataset, options.batches, batch, options.seed));
  if (!options.svg.empty())
    COVEY_RETURN_IF_ERROR(write_file_atomically(options.svg, as_bytes(to_svg(figure_of(layers, batch)))));
  if (options.json) {
    std::printf("%s\n", as_json(layers).dump(2).c_str());
  } else {
    print(layers);
  }
  return ok_status();
}

}  // namespace

void add_norms(program::CommandLine& line, char** argv) {
  const auto options = std::make_shared<NormsOptions>();
  program::Command command = line.add_command(
      "norms", "Measure how steady what a saved model's norm layers see is from batch to batch.",
      [options, argv] { return norms(*options, argv); });
  options->saved.add_to(command);
  command.number("--batches", options->batches, "Random batches of the training set; default 50",
                 std::size_t{2}, std::size_t{100'000});
  command.number("--batch", options->batch, "Samples in one; default 0: training.batch", std::size_t{0},
                 std::size_t{1'000'000});
  command.number("--seed", options->seed, "Seed of the batches; default 1", std::uint64_t{0},
                 std::numeric_limits<std::uint64_t>::max());
  command.optional("--svg", options->svg, "Draw them to this file");
  command.flag("--json", options->json, "Print JSON");
}

}  // namespace covey::simulator
