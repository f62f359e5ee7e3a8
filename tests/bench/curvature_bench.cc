// What second-order training and traces cost, on resnet20 with group norm: CPU time of an AdaHessian step
// over an SGD step, the memory of one over that of the other, and probes that share a graph over as many bare
// products. Rounds are interleaved and the median of their ratios counts.
//
// usage: curvature_bench [sgd | adahessian]    with a name: prints the MiB that a step of it takes at its
// peak
#include <sys/resource.h>
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include "common/base/image_shape.h"
#include "common/curvature/gradient_graph.h"
#include "common/curvature/prepare.h"
#include "common/curvature/probes.h"
#include "common/learn/backward.h"
#include "common/learn/optimizer.h"
#include "common/nn/model.h"
#include "common/program/startup.h"

namespace covey {
namespace {

constexpr int kRounds = 11;
constexpr int kSteps = 5;
constexpr std::int64_t kBatch = 32;
constexpr std::uint32_t kProbes = 50;

double thread_seconds() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/// A model with its optimiser and one batch.
class Training {
 public:
  Training(const std::string& optimizer, std::int64_t period)
      : model_(*nn::make_model("resnet20", {ImageShape{3, 32, 32}, 10, nn::Norm::kGroup}, 1)),
        images_(torch::sin(torch::arange(kBatch * 3 * 32 * 32, torch::kFloat32)).view({kBatch, 3, 32, 32})),
        labels_(torch::arange(kBatch, torch::kInt64).remainder(10)),
        probes_(1, {Purpose::kCurvature, 0, 0, 0}) {
    config::Training settings;
    settings.hessian_period = period;
    if (optimizer != "sgd") curvature::prepare_second_derivatives(*model_);
    optimizer_ = (*learn::optimizer_registry().find(optimizer))(model_->parameters(), settings);
  }

  torch::Tensor loss() { return torch::nn::functional::cross_entropy(model_->forward(images_), labels_); }

  void step() {
    model_->zero_grad(true);
    curvature::ParameterVector curvature;
    if (optimizer_->needs_curvature()) {
      curvature = *learn::backward_with_curvature(loss(), model_->parameters(), probes_, number_++);
    } else {
      loss().backward();
    }
    optimizer_->step(1e-3, curvature);
  }

  double seconds_of_steps() {
    const double started = thread_seconds();
    for (int i = 0; i < kSteps; ++i) step();
    return (thread_seconds() - started) / kSteps;
  }

  /// Products with `kProbes` probes, from one graph or from a graph each.
  double seconds_of_probes(bool shared) {
    const auto parameters = model_->parameters();
    const double started = thread_seconds();
    std::optional<curvature::GradientGraph> graph;
    for (std::uint32_t i = 0; i < kProbes; ++i) {
      if (!shared || !graph) graph = *curvature::GradientGraph::make(loss(), parameters);
      const auto z = curvature::rademacher(parameters, probes_, i);
      COVEY_CHECK(graph->product(z, !shared).ok());
    }
    return thread_seconds() - started;
  }

 private:
  std::shared_ptr<nn::Model> model_;
  torch::Tensor images_;
  torch::Tensor labels_;
  Stream probes_;
  std::uint32_t number_ = 0;
  std::unique_ptr<learn::Optimizer> optimizer_;
};

double peak_mib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

/// Model and data are there before; libraries load what they need at the first step of either kind.
void print_memory(const std::string& optimizer) {
  Training training(optimizer, 1);
  const double before = peak_mib();
  for (int i = 0; i < 2; ++i) training.step();
  std::printf("%.1f\n", peak_mib() - before);
}

double one_memory_of(const char* self, const char* optimizer) {
  const std::string command = std::string("'") + self + "' " + optimizer;
  FILE* pipe = ::popen(command.c_str(), "r");
  COVEY_CHECK(pipe != nullptr);
  double mib = 0;
  COVEY_CHECK(std::fscanf(pipe, "%lf", &mib) == 1);
  COVEY_CHECK(::pclose(pipe) == 0);
  return mib;
}

/// Of some processes: where the allocator puts what differs from one to the next.
double memory_of(const char* self, const char* optimizer) {
  std::vector<double> mib(5);
  for (double& one : mib) one = one_memory_of(self, optimizer);
  return median(mib);
}

void bench_steps() {
  Training sgd("sgd", 1);
  Training every("adahessian", 1);
  Training fifth("adahessian", 5);
  std::vector<double> plain;
  std::vector<double> every_ratio;
  std::vector<double> fifth_ratio;
  for (int round = -1; round < kRounds; ++round) {
    const double base = sgd.seconds_of_steps();
    const double one = every.seconds_of_steps() / base;
    const double five = fifth.seconds_of_steps() / base;
    if (round < 0) continue;  // the first round allocates
    plain.push_back(base);
    every_ratio.push_back(one);
    fifth_ratio.push_back(five);
  }
  std::printf("sgd step %.1f ms\n", 1e3 * median(plain));
  std::printf("adahessian step over sgd, curvature in every step: ratio %.2f\n", median(every_ratio));
  std::printf("adahessian step over sgd, curvature in every fifth step: ratio %.2f\n", median(fifth_ratio));
}

void bench_probes() {
  Training training("adahessian", 1);
  std::vector<double> ratios;
  for (int round = 0; round < 3; ++round)
    ratios.push_back(training.seconds_of_probes(true) / training.seconds_of_probes(false));
  std::printf("%u probes that share a graph, over as many with their own: ratio %.2f\n", kProbes,
              median(ratios));
}

}  // namespace
}  // namespace covey

int main(int argc, char** argv) {
  covey::program::configure_process();
  if (argc > 1) {
    covey::print_memory(argv[1]);
    return 0;
  }
  const double sgd = covey::memory_of(argv[0], "sgd");
  const double adahessian = covey::memory_of(argv[0], "adahessian");
  std::printf("resnet20 with group norm, batch %lld; medians of %d rounds\n",
              static_cast<long long>(covey::kBatch), covey::kRounds);
  covey::bench_steps();
  covey::bench_probes();
  std::printf("peak memory of a step: %.0f MiB with sgd, %.0f MiB with adahessian: ratio %.2f\n", sgd,
              adahessian, adahessian / sgd);
  return 0;
}
