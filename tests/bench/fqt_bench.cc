// What simulated quantised training costs: CPU time of a step (forward, backward) of every mode over the
// plain one. Rounds over all modes are interleaved and the median of their ratios counts, so that a busy
// machine slows all alike.
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <vector>

#include "common/base/image_shape.h"
#include "common/fqt/layers.h"
#include "common/program/startup.h"

namespace covey {
namespace {

constexpr int kRounds = 15;
constexpr std::int64_t kBatch = 32;
constexpr std::uint64_t kSteps = 4;

struct Case {
  const char* name;
  config::Fqt settings;
};

config::Fqt settings(const char* mode, const char* quantiser = "bhq", std::int64_t bits = 4) {
  config::Fqt fqt;
  fqt.mode = mode;
  fqt.gradient_quantiser = quantiser;
  fqt.gradient_bits = bits;
  return fqt;
}

double thread_seconds() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

double seconds_of_steps(nn::Model& model, const torch::Tensor& images, const torch::Tensor& labels) {
  const StreamId id{Purpose::kGradients, 0, 0, 0};
  nn::DrawContext draws{Stream(1, id), 0, Stream(1, id)};
  model.set_draws(&draws);
  const double started = thread_seconds();
  for (; draws.invocation < kSteps; ++draws.invocation) {
    model.zero_grad(true);
    torch::nn::functional::cross_entropy(model.forward(images), labels).backward();
  }
  model.set_draws(nullptr);
  return (thread_seconds() - started) / kSteps;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void bench(const char* name, const nn::ModelOptions& options) {
  const Case cases[] = {{"plain", settings("off")},
                        {"qat", settings("qat")},
                        {"fqt ptq 4", settings("fqt", "ptq")},
                        {"fqt psq 4", settings("fqt", "psq")},
                        {"fqt bhq 4", settings("fqt", "bhq")}};
  const ImageShape shape = ImageShape::of(options.samples);
  const auto pixels = static_cast<std::int64_t>(shape.bytes());
  const torch::Tensor images = torch::sin(torch::arange(kBatch * pixels, torch::kFloat32))
                                   .view({kBatch, shape.channels, shape.height, shape.width});
  const torch::Tensor labels = torch::arange(kBatch, torch::kInt64).remainder(options.classes);
  std::vector<std::shared_ptr<nn::Model>> models;
  for (const Case& c : cases) {
    models.push_back(*nn::make_model(name, options, 1));
    COVEY_CHECK(fqt::quantise_layers(*models.back(), c.settings).ok());
    seconds_of_steps(*models.back(), images, labels);
  }
  std::vector<std::vector<double>> seconds(models.size());
  std::vector<std::vector<double>> ratios(models.size());
  for (int round = 0; round < kRounds; ++round) {
    for (std::size_t i = 0; i < models.size(); ++i) {
      seconds[i].push_back(seconds_of_steps(*models[i], images, labels));
      ratios[i].push_back(seconds[i].back() / seconds[0].back());
    }
  }
  for (std::size_t i = 0; i < models.size(); ++i)
    std::printf("%-9s %-10s %8.2f %8.2f\n", name, cases[i].name, 1e3 * median(seconds[i]), median(ratios[i]));
}

}  // namespace
}  // namespace covey

int main() {
  covey::program::configure_process();
  std::printf("quantised training, batch %lld (CPU ms a step, over plain; median of %d rounds)\n",
              static_cast<long long>(covey::kBatch), covey::kRounds);
  covey::bench("cnn", {covey::ImageShape{1, 28, 28}, 10, covey::nn::Norm::kGroup});
  covey::bench("cnn", {covey::ImageShape{3, 32, 32}, 10, covey::nn::Norm::kGroup});
  covey::bench("mlp", {covey::ImageShape{1, 28, 28}, 10, covey::nn::Norm::kGroup});
  return 0;
}
