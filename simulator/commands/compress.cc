#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <nlohmann/json.hpp>

#include "common/calibration/zeroq.h"
#include "common/curvature/prepare.h"
#include "common/curvature/probes.h"
#include "common/curvature/trace.h"
#include "common/learn/block_eigenvalues.h"
#include "common/learn/labelled_loss.h"
#include "common/nn/device.h"
#include "common/nn/multiplications.h"
#include "common/plan/compressed_model.h"
#include "common/plan/qbert.h"
#include "common/quant/container.h"
#include "simulator/commands/commands.h"
#include "simulator/saved_model.h"
#include "simulator/workers.h"

namespace covey::simulator {

namespace {

struct CompressOptions {
  SavedModelOptions saved;
  std::string method = "hawq";
  std::string codec;
  double mean_bits = 0;
  std::size_t samples = 0;
  double size_ratio = 0;
  double operation_bits = 0;
  int probes = 50;
  double percentile = 100;
  std::uint64_t seed = 1;
  std::string out;
  bool json = false;
};

constexpr std::size_t kBatch = 250;
constexpr int kNarrowest = 2;
constexpr int kWidest = 8;

/// The mean width at which all bytes of values come to `ratio` of fp32, scales left aside.
double mean_bits_of(double ratio, const Layout& layout) {
  double quantised = 0;
  for (const TensorSpec& tensor : layout.tensors()) {
    if (!quant::stays_fp32(tensor)) quantised += static_cast<double>(tensor.count);
  }
  const auto all = static_cast<double>(layout.value_count());
  return 32 * (ratio * all - (all - quantised)) / std::max(1.0, quantised);
}

/// What the plan may cost.
struct Budget {
  double mean_bits = 0;
  bool of_operations = false;  ///< the mean is over multiplications, not over values
};

Result<Budget> wanted_budget(const CompressOptions& options, const Layout& layout) {
  const int given = (options.mean_bits > 0) + (options.size_ratio > 0) + (options.operation_bits > 0);
  if (given != 1)
    return invalid_argument("one of --mean-bits, --size-ratio and --mean-operation-bits has to be given");
  if (options.mean_bits > 0) return Budget{options.mean_bits};
  if (options.operation_bits > 0) return Budget{options.operation_bits, true};
  const double bits = mean_bits_of(options.size_ratio, layout);
  if (bits >= kNarrowest) return Budget{bits};
  return invalid_argument("--size-ratio: " + std::to_string(options.size_ratio) + " leaves " +
                          std::to_string(bits) + " bits a value, allowed: what leaves at least " +
                          std::to_string(kNarrowest));
}

/// The plan of least sensitivity within the budget.
Result<plan::BitPlan> best_plan(const SavedModel& saved, std::vector<plan::LayerSensitivity> layers,
                                const Budget& budget, const CompressOptions& options) {
  if (budget.of_operations) {
    const std::vector<std::int64_t> sample = saved.data.dataset.format.dims;
    COVEY_RETURN_IF_ERROR(
        plan::limit_operations(nn::multiplications(saved.trainer->model(), sample), layers));
  }
  return plan::least_sensitive_plan(layers, options.codec, budget.mean_bits);
}

/// The server's labelled samples, as many as asked for.
Result<learn::Samples> labelled_samples(const ExperimentData& loaded, const CompressOptions& options) {
  learn::Samples samples = select_samples(loaded.dataset.train, loaded.partition.server, true);
  if (samples.size() == 0)
    return invalid_argument("--method: \"" + options.method +
                            "\" needs labelled samples at the server, allowed: uniform");
  COVEY_RETURN_IF_ERROR(keep_asked(options.samples, samples));
  return samples;
}

/// The traces of the parameters' blocks on the server's labelled images.
Result<std::vector<plan::LayerTrace>> labelled_traces(learn::LocalTrainer& trainer,
                                                      const ExperimentData& loaded,
                                                      const CompressOptions& options) {
  COVEY_ASSIGN_OR_RETURN(const learn::Samples samples, labelled_samples(loaded, options));
  nn::Model& model = trainer.model();
  model.eval();
  const curvature::UnroundedProducts unrounded(model);
  const curvature::Hessian hessian(
      model.parameters(), learn::labelled_loss(model, samples, loaded.dataset, nn::choose_device(), kBatch));
  StreamId id;
  id.purpose = Purpose::kCurvature;
  const Stream stream(options.seed, id);
  const auto probe = [&](std::uint32_t number) {
    return curvature::rademacher(hessian.parameters(), stream, number);
  };
  COVEY_ASSIGN_OR_RETURN(
      const auto answers,
      curvature::answer_probes(hessian, probe, 0, static_cast<std::uint32_t>(options.probes)));
  const curvature::TraceEstimate estimate = curvature::summarise(answers);
  std::vector<plan::LayerTrace> traces;
  for (const auto& parameter : model.named_parameters())
    traces.push_back({parameter.key(), estimate.blocks[traces.size()].mean});
  return traces;
}

/// A plan, and what else its method found out: metadata of the file.
struct Planned {
  plan::BitPlan plan;
  std::map<std::string, std::string> metadata = {};
};

Result<Planned> uniform(const SavedModel& saved, const Budget& budget, const CompressOptions& options) {
  const int width = static_cast<int>(std::floor(budget.mean_bits));
  if (width < kNarrowest || width > kWidest)
    return invalid_argument("--mean-bits: " + std::to_string(budget.mean_bits) + ", allowed: 2 to 8");
  return Planned{plan::uniform_plan(saved.trainer->layout(), options.codec, width)};
}

Result<Planned> hawq(const SavedModel& saved, const Budget& budget, const CompressOptions& options) {
  std::vector<int> widths;
  for (int width = kNarrowest; width <= kWidest; ++width) widths.push_back(width);
  curvature::prepare_second_derivatives(saved.trainer->model());
  COVEY_ASSIGN_OR_RETURN(const auto traces, labelled_traces(*saved.trainer, saved.data, options));
  COVEY_ASSIGN_OR_RETURN(const auto layers, plan::layer_sensitivities(saved.trainer->layout(), saved.values,
                                                                      traces, options.codec, widths));
  COVEY_ASSIGN_OR_RETURN(plan::BitPlan plan, best_plan(saved, layers, budget, options));
  return Planned{std::move(plan)};
}

Result<Planned> zeroq(const SavedModel& saved, const Budget& budget, const CompressOptions& options) {
  calibration::ZeroqOptions asked;
  asked.codec = options.codec;
  asked.percentile = options.percentile;
  asked.distil.seed = options.seed;
  COVEY_ASSIGN_OR_RETURN(calibration::Zeroq found,
                         calibration::zeroq(saved.trainer->model(), saved.trainer->layout(), saved.values,
                                            saved.data.dataset.format, asked));
  COVEY_ASSIGN_OR_RETURN(plan::BitPlan plan, best_plan(saved, found.layers, budget, options));
  return Planned{std::move(plan), {{"covey.activations", calibration::to_json(found.ranges)}}};
}

Result<Planned> qbert(const SavedModel& saved, const Budget& budget, const CompressOptions& options) {
  if (budget.of_operations || options.mean_bits == 0)
    return invalid_argument("--method: \"qbert\" chooses between two widths, allowed with it: --mean-bits");
  COVEY_ASSIGN_OR_RETURN(const learn::Samples samples, labelled_samples(saved.data, options));
  if (samples.size() < plan::kQbertParts)
    return invalid_argument("--samples: " + std::to_string(samples.size()) +
                            ", allowed with qbert: at least " + std::to_string(plan::kQbertParts));
  curvature::prepare_second_derivatives(saved.trainer->model());
  StreamId id;
  id.purpose = Purpose::kCurvature;
  COVEY_ASSIGN_OR_RETURN(
      const auto eigenvalues,
      learn::block_eigenvalues(saved.trainer->model(), samples, saved.data.dataset, plan::kQbertParts,
                               plan::block_of, Stream(options.seed, id)));
  auto plan = plan::qbert_plan(saved.trainer->layout(), eigenvalues, options.codec, budget.mean_bits);
  if (!plan.ok()) return plan.status().with_context("--method qbert");
  return Planned{*std::move(plan)};
}

using Planner = Result<Planned> (*)(const SavedModel& saved, const Budget& budget,
                                    const CompressOptions& options);

const Registry<Planner>& planners() {
  static const auto registry = Registry<Planner>("method")
                                   .add("hawq", hawq)
                                   .add("qbert", qbert)
                                   .add("uniform", uniform)
                                   .add("zeroq", zeroq);
  return registry;
}

Result<Planned> make_plan(const SavedModel& saved, const CompressOptions& options) {
  const auto planner = planners().find(options.method);
  if (!planner.ok()) return planner.status().with_context("--method");
  COVEY_ASSIGN_OR_RETURN(const Budget budget, wanted_budget(options, saved.trainer->layout()));
  return (*planner)(saved, budget, options);
}

void print(const plan::BitPlan& plan, const Layout& layout, std::size_t bytes, bool as_json) {
  const double ratio = static_cast<double>(bytes) / static_cast<double>(layout.fp32_bytes());
  if (as_json) {
    const nlohmann::ordered_json json{{"codec", plan.codec},
                                      {"mean_bits", plan::mean_bits(plan, layout)},
                                      {"bytes", bytes},
                                      {"ratio", ratio},
                                      {"bits", plan.bits}};
    std::printf("%s\n", json.dump(2).c_str());
    return;
  }
  for (const TensorSpec& tensor : layout.tensors()) {
    const auto found = plan.bits.find(tensor.name);
    if (found != plan.bits.end())
      std::printf("%-34s %10zu values  %d bits\n", tensor.name.c_str(), tensor.count, found->second);
  }
  std::printf("%.2f bits a quantised value on average, %zu bytes, %.3f of fp32\n",
              plan::mean_bits(plan, layout), bytes, ratio);
}

Status compress(CompressOptions options, char** argv) {
  if (options.codec.empty()) options.codec = options.method == "qbert" ? "group" : "sym";
  COVEY_ASSIGN_OR_RETURN(const SavedModel saved, open_saved_model(options.saved, argv));
  COVEY_ASSIGN_OR_RETURN(const Planned planned, make_plan(saved, options));
  COVEY_ASSIGN_OR_RETURN(
      const Bytes compressed,
      plan::write_compressed_model(saved.trainer->layout(), saved.values, planned.plan, planned.metadata));
  COVEY_RETURN_IF_ERROR(write_file_atomically(options.out, compressed));
  print(planned.plan, saved.trainer->layout(), compressed.size(), options.json);
  return ok_status();
}

}  // namespace

void add_compress(program::CommandLine& line, char** argv) {
  const auto options = std::make_shared<CompressOptions>();
  program::Command command =
      line.add_command("compress", "Quantise a saved model, with more bits where the loss is more curved.",
                       [options, argv] { return compress(*options, argv); });
  options->saved.add_to(command);
  command.number("--mean-bits", options->mean_bits, "Bits of a quantised value, on average", 2.0, 8.0);
  command.number("--size-ratio", options->size_ratio, "Or: bytes of the values over those of fp32", 0.001,
                 1.0);
  command.number("--mean-operation-bits", options->operation_bits,
                 "Or: bits of the weight in a multiplication, on average", 2.0, 8.0);
  command.optional("--method", options->method,
                   "hawq (by curvature; default), qbert (a width for each layer of a transformer), zeroq "
                   "(without data) or uniform");
  command.optional("--codec", options->codec, "Quantiser; default sym, qbert: group");
  command.number("--probes", options->probes, "Probes of the traces; default 50", 2, 100'000);
  command.number(
      "--samples", options->samples,
      "hawq, qbert: labelled samples that curvature is measured on, the first so many; default 0: all",
      std::size_t{0}, std::size_t{100'000'000});
  command.number("--percentile", options->percentile,
                 "zeroq: of the values of an activation range; default 100", 50.0, 100.0);
  command.number("--seed", options->seed, "Seed of probes and distilled images; default 1", std::uint64_t{0},
                 std::numeric_limits<std::uint64_t>::max());
  command.required("--out", options->out, "File to write");
  command.flag("--json", options->json, "Print JSON");
}

}  // namespace covey::simulator
