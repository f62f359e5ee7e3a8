// What the simulator costs beside the training itself, against a bare LibTorch loop that takes the same steps
// with the same model and rule on batches made in advance. Pairs are interleaved and the median of their
// ratios counts, so that a busy machine slows both sides alike.
//   experiments/bench/mlp-100-users.toml  CPU time of all threads per client training
//   experiments/bench/pfl-cifar10.toml    images/s of whole rounds, and what a second worker thread adds to
//                                         them over what a second bare loop adds
//
// usage: simulation_bench BUILD_DIR EXPERIMENTS_DIR [CIFAR10_DIR]
#include <time.h>
#include <torch/optim/sgd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "common/base/image_shape.h"
#include "common/nn/model.h"
#include "common/nn/torch.h"
#include "common/program/startup.h"
#include "common/store/run_store.h"
#include "tests/bench/child_process.h"

namespace covey::bench {
namespace {

constexpr int kPairs = 5;
constexpr int kSlowPairs = 3;
constexpr int kBatchesInAdvance = 8;

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

double process_cpu_seconds() {
  timespec t{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

/// The job of an experiment file, as far as a loop without a federation needs it.
struct Job {
  std::string model;
  nn::ModelOptions options;
  std::int64_t batch = 0;
  std::int64_t steps = 0;  ///< of one client's training
  torch::optim::SGDOptions sgd{0.05};
};

/// The loop that somebody would write without Covey.
class BareLoop {
 public:
  explicit BareLoop(const Job& job)
      : job_(job),
        model_(*nn::make_model(job.model, job.options, 1)),
        optimizer_(model_->parameters(), job.sgd) {
    model_->set_draws(&draws_);
    std::vector<std::int64_t> sizes = job.options.samples.dims;
    sizes.insert(sizes.begin(), job.batch);
    for (int i = 0; i < kBatchesInAdvance; ++i) {
      images_.push_back(torch::rand(sizes));
      labels_.push_back(torch::randint(job.options.classes, {job.batch}, torch::kInt64));
    }
  }

  void train_client() {
    model_->train();
    for (std::int64_t step = 0; step < job_.steps; ++step) {
      const auto i = static_cast<std::size_t>(step % kBatchesInAdvance);
      optimizer_.zero_grad();
      torch::nn::functional::cross_entropy(model_->forward(images_[i]), labels_[i]).backward();
      optimizer_.step();
    }
  }

 private:
  Job job_;
  nn::DrawContext draws_{Stream(1, {}), 0};  ///< of dropout; bound to this object, so it stays where it is
  std::shared_ptr<nn::Model> model_;
  torch::optim::SGD optimizer_;
  std::vector<torch::Tensor> images_;
  std::vector<torch::Tensor> labels_;
};

/// Seconds of `count` client trainings on each of so many threads at once.
double bare_seconds(std::deque<BareLoop>& loops, int count) {
  const double started = monotonic_seconds();
  std::vector<std::thread> threads;
  for (BareLoop& loop : loops) {
    threads.emplace_back([&loop, count] {
      for (int i = 0; i < count; ++i) loop.train_client();
    });
  }
  for (std::thread& thread : threads) thread.join();
  return monotonic_seconds() - started;
}

struct Programs {
  std::string simulator;
  fs::path experiments;
  fs::path folder;  ///< for results; empty between runs
};

struct RunCost {
  double cpu_s = 0;
  double round_s = 0;  ///< median
};

Result<RunCost> run_simulator(const Programs& programs, const std::string& file,
                              const std::vector<std::string>& options) {
  const fs::path out = programs.folder / "out";
  std::error_code error;
  fs::remove_all(out, error);
  std::vector<std::string> argv{
      programs.simulator, "--log-level", "warn", "run", (programs.experiments / file).string(), "--out",
      out.string()};
  argv.insert(argv.end(), options.begin(), options.end());
  COVEY_ASSIGN_OR_RETURN(ChildProcess process, ChildProcess::start(argv, programs.folder / "log"));
  while (process.read_line()) {
  }
  COVEY_ASSIGN_OR_RETURN(const Usage usage, process.wait());
  COVEY_ASSIGN_OR_RETURN(const auto run, store::RunStore::open_read_only(out));
  COVEY_ASSIGN_OR_RETURN(const auto rounds, run->rounds());
  std::vector<double> seconds;
  for (const auto& round : rounds) seconds.push_back(round.figures.seconds);
  return RunCost{usage.cpu_s, median(std::move(seconds))};
}

/// All keys that the loop shares with the file stand here once more: the file says what they are for.
Job mlp_job() {
  return {"mlp", {ImageShape{1, 28, 28}, 10, nn::Norm::kNone}, 32, 10, torch::optim::SGDOptions(0.05)};
}
Job cifar_job() {
  return {"cnn-cifar", {ImageShape{3, 32, 32}, 10, nn::Norm::kNone}, 10, 5, torch::optim::SGDOptions(0.05)};
}

// The difference of a long run and a short one leaves out start-up and the making of data.
Status bench_mlp(const Programs& programs) {
  constexpr int kShort = 20, kLong = 100, kMembers = 11;  // ten users and the server trainer
  constexpr int kTrainings = (kLong - kShort) * kMembers;
  BareLoop bare(mlp_job());
  bare.train_client();
  std::vector<double> covey_ms, bare_ms, ratios;
  for (int pair = 0; pair < kPairs; ++pair) {
    const auto run = [&](int rounds) {
      return run_simulator(programs, "mlp-100-users.toml",
                           {"--threads", "1", "--set", "federation.rounds=" + std::to_string(rounds)});
    };
    COVEY_ASSIGN_OR_RETURN(const RunCost few, run(kShort));
    COVEY_ASSIGN_OR_RETURN(const RunCost many, run(kLong));
    const double started = process_cpu_seconds();
    for (int i = 0; i < kTrainings; ++i) bare.train_client();
    bare_ms.push_back(1000 * (process_cpu_seconds() - started) / kTrainings);
    covey_ms.push_back(1000 * (many.cpu_s - few.cpu_s) / kTrainings);
    ratios.push_back(covey_ms.back() / bare_ms.back());
  }
  std::printf("mlp-100-users: CPU ms per client training: covey-sim %.2f, bare loop %.2f, ratio %.2f\n",
              median(covey_ms), median(bare_ms), median(ratios));
  std::fflush(stdout);
  return ok_status();
}

Status bench_cifar(const Programs& programs, const std::string& data) {
  constexpr int kMembers = 51, kBareTrainings = 51;
  std::deque<BareLoop> loops;
  loops.emplace_back(cifar_job());
  loops.emplace_back(cifar_job());
  std::deque<BareLoop> one;
  one.emplace_back(cifar_job());
  bare_seconds(one, 5);
  bare_seconds(loops, 5);
  std::vector<double> rates, bare_rates, ratios, speedups, bare_speedups, speedup_ratios;
  for (int pair = 0; pair < kSlowPairs; ++pair) {
    const auto run = [&](const char* threads) {
      return run_simulator(
          programs, "pfl-cifar10.toml",
          {"--threads", threads, "--set", "data.path=" + data, "--set", "federation.rounds=3"});
    };
    COVEY_ASSIGN_OR_RETURN(const RunCost single, run("1"));
    const double bare_single = bare_seconds(one, kBareTrainings) / kBareTrainings;
    COVEY_ASSIGN_OR_RETURN(const RunCost twin, run("2"));
    const double bare_twin = bare_seconds(loops, kBareTrainings) / kBareTrainings / 2;
    const Job job = cifar_job();
    const auto images = static_cast<double>(job.batch * job.steps);
    rates.push_back(images * kMembers / single.round_s);
    bare_rates.push_back(images / bare_single);
    ratios.push_back(rates.back() / bare_rates.back());
    speedups.push_back(single.round_s / twin.round_s);
    bare_speedups.push_back(bare_single / bare_twin);
    speedup_ratios.push_back(speedups.back() / bare_speedups.back());
  }
  std::printf("pfl-cifar10: images/s of rounds: covey-sim %.0f, bare loop %.0f, ratio %.3f\n", median(rates),
              median(bare_rates), median(ratios));
  std::printf("pfl-cifar10: speed-up by a second thread: covey-sim %.2f, two bare loops %.2f, ratio %.3f\n",
              median(speedups), median(bare_speedups), median(speedup_ratios));
  return ok_status();
}

Status run_all(const std::vector<std::string>& arguments) {
  std::string folder = (fs::temp_directory_path() / "covey-bench-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) return internal_error("cannot make a folder for results");
  const Programs programs{arguments[0] + "/covey-sim", arguments[1], folder};
  Status status = bench_mlp(programs);
  if (status.ok() && arguments.size() > 2) status = bench_cifar(programs, arguments[2]);
  if (status.ok() && arguments.size() <= 2)
    std::printf("pfl-cifar10: skipped, the folder of CIFAR-10 is not given\n");
  std::error_code error;
  fs::remove_all(folder, error);
  return status;
}

}  // namespace
}  // namespace covey::bench

int main(int argc, char** argv) {
  if (argc < 3 || argc > 4) {
    std::fprintf(stderr, "usage: simulation_bench BUILD_DIR EXPERIMENTS_DIR [CIFAR10_DIR]\n");
    return 2;
  }
  covey::program::configure_process();
  const covey::Status status = covey::bench::run_all({argv + 1, argv + argc});
  if (status.ok()) return 0;
  std::fprintf(stderr, "simulation_bench: %s\n", status.message().c_str());
  return 1;
}
