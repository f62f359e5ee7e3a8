// What the runtime costs: images/s of local training through LocalTrainer over the same steps in a bare
// LibTorch loop (same model, same rule, same number of images through the network, batches made in advance).
// Pairs are interleaved and the median of their ratios counts, so that a busy machine slows both sides alike.
// The runtime augments on a second thread meanwhile; what that costs is measured alone. The last column
// compares the CPU time of the training threads, which others on the machine disturb less than the clock.
#include <time.h>
#include <torch/optim/sgd.h>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <vector>

#include "common/base/image_shape.h"
#include "common/data/augment/normaliser.h"
#include "common/data/augment/views.h"
#include "common/learn/batch_pipeline.h"
#include "common/learn/local_trainer.h"
#include "common/nn/state.h"
#include "common/nn/torch.h"
#include "common/program/startup.h"

namespace covey {
namespace {

constexpr int kPairs = 7;
constexpr std::size_t kImages = 1024;
constexpr int kClasses = 10;

struct Case {
  const char* model;
  std::int64_t batch;
  std::int64_t steps;
};

struct Cost {
  double wall_s = 0;
  double thread_cpu_s = 0;
};

double now_s(clockid_t clock) {
  timespec t{};
  clock_gettime(clock, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

Cost cost_of(const std::function<void()>& work) {
  const Cost start{now_s(CLOCK_MONOTONIC), now_s(CLOCK_THREAD_CPUTIME_ID)};
  work();
  return {now_s(CLOCK_MONOTONIC) - start.wall_s, now_s(CLOCK_THREAD_CPUTIME_ID) - start.thread_cpu_s};
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

data::SampleSet noise_images() {
  data::SampleSet images;
  images.format = ImageShape{3, 32, 32};
  Sequence draws(Stream(1, StreamId{}), 0);
  images.bytes.resize(kImages * images.format.bytes());
  for (auto& pixel : images.bytes) pixel = static_cast<std::uint8_t>(draws.next_u32());
  images.labels.assign(kImages, data::kNoLabel);
  return images;
}

learn::TrainingSetup setup_of(const Case& c) {
  learn::TrainingSetup setup;
  setup.experiment.model.name = c.model;
  setup.experiment.federation.period = c.steps;
  setup.experiment.training.batch = c.batch;
  setup.experiment.training.labels = "moving";
  setup.experiment.training.lr = 0.01;
  setup.experiment.training.schedule = "constant";
  setup.spec = {ImageShape{3, 32, 32}, kClasses, {{0.5f}, {0.25f}}};
  return setup;
}

/// Weak and strong views of the same images as one batch, as the pipeline makes them: the speed of pooling
/// depends on what the pixels look like.
std::vector<torch::Tensor> batches_in_advance(const Case& c, const data::SampleSet& images) {
  const auto setup = setup_of(c);
  const learn::Samples samples = learn::all_samples(images);
  learn::PipelineOptions options;
  options.samples = &samples;
  options.steps = 4;
  options.batch = static_cast<std::size_t>(c.batch);
  options.weak = true;
  options.strong = true;
  options.spec = &setup.spec;
  learn::BatchPipeline pipeline(options, Stream(1, StreamId{Purpose::kDataOrder, 0, 0, 0}),
                                Stream(1, StreamId{Purpose::kAugment, 0, 0, 0}));
  std::vector<torch::Tensor> batches;
  for (std::size_t i = 0; i < options.steps; ++i) {
    const learn::Batch batch = pipeline.next();
    batches.push_back(torch::cat({batch.weak, batch.strong}));
  }
  return batches;
}

/// The loop that somebody would write without Covey.
class BareLoop {
 public:
  BareLoop(const Case& c, const data::SampleSet& images)
      : steps_(c.steps),
        model_(*nn::make_model(c.model, {ImageShape{3, 32, 32}, kClasses, nn::Norm::kGroup}, 1)),
        optimizer_(model_->parameters(),
                   torch::optim::SGDOptions(0.01).momentum(0.9).nesterov(true).weight_decay(1e-4)),
        batches_(batches_in_advance(c, images)) {}

  void run() {
    model_->train();
    for (std::int64_t step = 0; step < steps_; ++step) {
      optimizer_.zero_grad();
      const auto logits =
          model_->forward(batches_[static_cast<std::size_t>(step) % batches_.size()]).chunk(2);
      const auto [confidence, label] = torch::softmax(logits[0].detach(), 1).max(1);
      const auto options = torch::nn::functional::CrossEntropyFuncOptions().reduction(torch::kNone);
      const auto loss = torch::nn::functional::cross_entropy(logits[1], label, options);
      (loss * confidence.ge(0.95)).mean().backward();
      optimizer_.step();
    }
  }

 private:
  std::int64_t steps_;
  std::shared_ptr<nn::Model> model_;
  torch::optim::SGD optimizer_;
  std::vector<torch::Tensor> batches_;
};

void bench_training(const Case& c, const data::SampleSet& images) {
  const auto setup = setup_of(c);
  const auto trainer = *learn::LocalTrainer::make(setup);
  const learn::Samples samples = learn::all_samples(images);
  Values start = nn::read_values(trainer->model(), trainer->layout());
  const auto through_runtime = [&] {
    Values values = start;
    Values optimizer;
    const auto report = trainer->train({0, 0, 0, "consistency", &samples}, values, optimizer);
    COVEY_CHECK(report.ok(), report.status().message());
  };
  BareLoop bare(c, images);
  through_runtime();
  bare.run();
  std::vector<double> runtime_rates, bare_rates, wall_ratios, cpu_ratios;
  const auto trained = static_cast<double>(c.steps * c.batch);
  for (int pair = 0; pair < kPairs; ++pair) {
    const Cost runtime = cost_of(through_runtime);
    const Cost loop = cost_of([&] { bare.run(); });
    runtime_rates.push_back(trained / runtime.wall_s);
    bare_rates.push_back(trained / loop.wall_s);
    wall_ratios.push_back(loop.wall_s / runtime.wall_s);
    cpu_ratios.push_back(loop.thread_cpu_s / runtime.thread_cpu_s);
  }
  std::printf("%-9s %5lld %12.1f %12.1f %8.3f %8.3f\n", c.model, static_cast<long long>(c.batch),
              median(runtime_rates), median(bare_rates), median(wall_ratios), median(cpu_ratios));
}

void bench_augmentation(const data::SampleSet& images) {
  data::Augmenter augmenter({ImageShape::of(images.format), true, 0.5});
  const data::Normaliser normaliser(ImageShape::of(images.format), {{0.5f}, {0.25f}});
  const Stream stream(1, StreamId{Purpose::kAugment, 0, 0, 0});
  std::vector<std::uint8_t> view(images.format.bytes());
  std::vector<float> values(images.format.bytes());
  const auto augment_all = [&] {
    for (std::size_t i = 0; i < images.size(); ++i) {
      Sequence weak(stream, 2 * i);
      augmenter.weak_view(images.sample(i), weak, Span<std::uint8_t>(view));
      normaliser.normalise(view, Span<float>(values));
      Sequence strong(stream, 2 * i + 1);
      augmenter.strong_view(images.sample(i), strong, Span<std::uint8_t>(view));
      normaliser.normalise(view, Span<float>(values));
    }
  };
  std::vector<double> rates;
  for (int i = 0; i < kPairs; ++i)
    rates.push_back(static_cast<double>(images.size()) / cost_of(augment_all).thread_cpu_s);
  std::printf("\naugmentation alone, weak and strong view with normalisation: %.0f images per CPU second\n",
              median(rates));
}

}  // namespace
}  // namespace covey

int main() {
  covey::program::configure_process();
  const covey::data::SampleSet images = covey::noise_images();
  std::printf("local training, consistency with moving labels, 3 x 32 x 32 (images/s, median of %d pairs)\n",
              covey::kPairs);
  std::printf("%-9s %5s %12s %12s %8s %8s\n", "model", "batch", "LocalTrainer", "bare loop", "ratio", "CPU");
  for (const covey::Case& c : {covey::Case{"cnn", 32, 16}, covey::Case{"cnn", 64, 16},
                               covey::Case{"resnet8", 32, 4}, covey::Case{"resnet8", 64, 4}}) {
    covey::bench_training(c, images);
  }
  covey::bench_augmentation(images);
  return 0;
}
