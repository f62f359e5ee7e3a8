#include "tests/simulator/report/support/sample_results.h"

#include <cmath>
#include <limits>

namespace covey::testing {

using simulator::ClassHistogram;
using simulator::Results;
using simulator::RunResult;

namespace {

constexpr double kNotEvaluated = std::numeric_limits<double>::quiet_NaN();

store::Diversity diversity(store::Diversity::Tensors tensors, store::Diversity::Among among, double d) {
  return {tensors, among, among == store::Diversity::Among::kRound ? 11.0 : 5.5, d};
}

void add_diversity(double d, store::RoundRecord& round) {
  using store::Diversity;
  round.figures.diversity = {
      diversity(Diversity::Tensors::kAll, Diversity::Among::kRound, d),
      diversity(Diversity::Tensors::kAll, Diversity::Among::kGroup, d / 2),
      diversity(Diversity::Tensors::kClassifier, Diversity::Among::kRound, 2 * d),
      diversity(Diversity::Tensors::kClassifier, Diversity::Among::kGroup, 1.5 * d),
  };
}

ClassHistogram histogram(std::uint32_t main_class_images) {
  ClassHistogram images;
  images.server = {10, 10, 10};
  images.users = {{main_class_images, 5, 5}, {5, main_class_images, 5}, {5, 5, main_class_images}};
  return images;
}

void vary_rounds(double amount, RunResult& run) {
  for (store::RoundRecord& round : run.rounds) {
    round.figures.mask_rate = 0.5 + amount / 10;
    round.figures.pseudo_labels = {100, 60, static_cast<std::uint64_t>(20 + 100 * amount)};
    add_diversity(1.2 + amount + 0.1 * round.state.round, round);
  }
}

}  // namespace

RunResult finished_run(std::vector<std::string> values, std::uint64_t seed, double accuracy) {
  RunResult run;
  run.values = std::move(values);
  run.seed = seed;
  run.summary.seed = seed;
  run.summary.accuracy = accuracy;
  run.summary.best_accuracy = accuracy;
  run.summary.model_sha256 = std::string(64, 'a');
  run.summary.experiment_sha256 = std::string(64, 'b');
  run.summary.numeric_profile = "libtorch 1.13.1, aten \"AVX2\", openblas Haswell";
  return run;
}

store::RoundRecord plain_round(std::uint32_t round) {
  store::RoundRecord record;
  record.state.round = round;
  record.drawn = 10;
  record.counted = 10;
  record.figures.mask_rate = 0.5;
  record.figures.bytes_up = 1'000'000;
  record.figures.bytes_down = 2'000'000;
  record.figures.bytes_up_fp32 = 4'000'000;
  record.figures.bytes_down_fp32 = 8'000'000;
  record.figures.pseudo_labels = {50, 50, 50};
  return record;
}

void add_rounds(const std::vector<double>& accuracies, RunResult& run) {
  for (const double accuracy : accuracies) {
    store::RoundRecord round = plain_round(static_cast<std::uint32_t>(run.rounds.size()));
    if (!std::isnan(accuracy)) {
      round.evaluation = store::Evaluation{round.state.round, accuracy, 0, std::nullopt, 0};
      run.summary.accuracy = accuracy;
      run.summary.best_accuracy = std::max(run.summary.best_accuracy, accuracy);
    }
    run.summary.bytes_up += round.figures.bytes_up;
    run.summary.bytes_down += round.figures.bytes_down;
    run.summary.bytes_up_fp32 += round.figures.bytes_up_fp32;
    run.summary.bytes_down_fp32 += round.figures.bytes_down_fp32;
    run.rounds.push_back(std::move(round));
  }
  run.summary.rounds = static_cast<std::uint32_t>(run.rounds.size());
}

Results single_run() {
  Results results;
  results.title = "single";
  results.experiment_toml = "seed = 7\n";
  RunResult run = finished_run({}, 7, 0);
  add_rounds({0.25, kNotEvaluated, 0.5, kNotEvaluated, 0.75}, run);
  vary_rounds(0.3, run);
  run.summary.seconds = 12.5;
  run.summary.r_achieved = 0.398;
  run.partition = histogram(40);
  results.runs.push_back(std::move(run));
  return results;
}

Results grid_sweep() {
  Results results;
  results.title = "grid";
  results.experiment_toml = "seed = 1\n";
  results.axes = {{"federation.noniid", {"1", "0", "0.4"}}, {"download.bits", {"8", "2"}}};
  for (const std::string& noniid : results.axes[0].values) {
    for (const std::string& bits : results.axes[1].values) {
      for (const std::uint64_t seed : {1u, 2u}) {
        const double r = std::stod(noniid);
        const double b = std::stod(bits);
        const double last = 0.9 - 0.3 * r - 0.4 / b + 0.013 * static_cast<double>(seed);
        RunResult run = finished_run({noniid, bits}, seed, 0);
        add_rounds({last / 3, last / 2, kNotEvaluated, last}, run);
        vary_rounds(r + b / 20 + static_cast<double>(seed) / 100, run);
        for (store::RoundRecord& round : run.rounds) {
          round.figures.virtual_seconds = 900 * (1 + b) + 60.0 * static_cast<double>(seed);
        }
        run.summary.seconds = 100 * r + b + static_cast<double>(seed) / 7;
        run.partition = histogram(static_cast<std::uint32_t>(10 + 40 * r));
        results.runs.push_back(std::move(run));
      }
    }
  }
  return results;
}

Results text_sweep() {
  Results results;
  results.title = "rules";
  results.axes = {{"averaging.rule", {"grouping", "fedavg"}}};
  for (const std::string& rule : results.axes[0].values) {
    for (const std::uint64_t seed : {3u, 4u, 5u}) {
      RunResult run = finished_run({rule}, seed, 0);
      const double last = (rule == "fedavg" ? 0.7 : 0.8) + 0.01 * static_cast<double>(seed * seed);
      add_rounds({last / 2, last}, run);
      results.runs.push_back(std::move(run));
    }
  }
  return results;
}

}  // namespace covey::testing
