#include <cmath>
#include <cstdio>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>

#include "common/curvature/prepare.h"
#include "common/learn/curvature_answers.h"
#include "common/learn/labelled_loss.h"
#include "common/nn/device.h"
#include "simulator/commands/commands.h"
#include "simulator/hessian/federated_trace.h"
#include "simulator/hessian/spectrum.h"
#include "simulator/saved_model.h"
#include "simulator/workers.h"

namespace covey::simulator {

namespace {

struct HessianOptions {
  SavedModelOptions saved;
  std::string data = "labelled";
  std::size_t samples = 0;
  std::size_t batch = 250;
  std::string density;
  SpectrumOptions spectrum;
  bool json = false;
};

/// The server's labelled images or the test set, the first `options.samples` of them.
Result<learn::Samples> samples_of(const ExperimentData& loaded, const HessianOptions& options) {
  learn::Samples samples;
  if (options.data == "test") {
    samples = learn::all_samples(loaded.dataset.test);
  } else if (options.data == "labelled") {
    samples = select_samples(loaded.dataset.train, loaded.partition.server, true);
  } else {
    return invalid_argument("--data: \"" + options.data + "\", allowed: labelled, test, users");
  }
  if (samples.size() == 0)
    return invalid_argument("--data: the server has no labelled images, allowed: test");
  COVEY_RETURN_IF_ERROR(keep_asked(options.samples, samples));
  return samples;
}

nlohmann::ordered_json as_json(const Spectrum& spectrum) {
  nlohmann::ordered_json json;
  json["eigenvalues"] = nlohmann::ordered_json::array();
  json["residuals"] = nlohmann::ordered_json::array();
  for (const Eigenvalue& e : spectrum.eigenvalues) {
    json["eigenvalues"].push_back(e.value);
    json["residuals"].push_back(e.residual);
  }
  if (spectrum.trace) {
    json["trace"] = spectrum.trace->total.mean;
    json["trace_stderr"] = spectrum.trace->total.standard_error;
    json["probes"] = spectrum.trace->probes;
  }
  for (const LayerCurvature& layer : spectrum.layers) {
    json["per_layer"].push_back({{"name", layer.name},
                                 {"parameters", layer.parameters},
                                 {"trace", layer.trace.mean},
                                 {"trace_stderr", layer.trace.standard_error}});
    if (layer.top) json["per_layer"].back()["top_eigenvalue"] = layer.top->value;
  }
  return json;
}

const char* remark(bool converged) {
  return converged ? "" : "  (not converged)";
}

void print(const Spectrum& spectrum) {
  for (const Eigenvalue& e : spectrum.eigenvalues)
    std::printf("eigenvalue %14.6g  residual %.2g%s\n", e.value, e.residual, remark(e.converged));
  if (spectrum.trace) {
    std::printf("trace      %14.6g  +- %.2g, %d probes%s\n", spectrum.trace->total.mean,
                spectrum.trace->total.standard_error, spectrum.trace->probes,
                remark(spectrum.trace->converged));
  }
  if (spectrum.layers.empty()) return;
  std::printf("\n%-34s %10s %12s %9s %12s%s\n", "layer", "parameters", "trace", "+-", "per value",
              spectrum.layers.front().top ? "     eigenvalue" : "");
  for (const LayerCurvature& layer : spectrum.layers) {
    std::printf("%-34s %10lld %12.5g %9.2g %12.4g", layer.name.c_str(),
                static_cast<long long>(layer.parameters), layer.trace.mean, layer.trace.standard_error,
                layer.trace.mean / static_cast<double>(layer.parameters));
    if (layer.top) std::printf(" %14.6g%s", layer.top->value, remark(layer.top->converged));
    std::printf("\n");
  }
}

Status write_density(const std::string& path, const curvature::Density& density) {
  std::ostringstream csv;
  csv.precision(std::numeric_limits<double>::max_digits10);
  csv << "eigenvalue,density\n";
  for (std::size_t i = 0; i < density.values.size(); ++i)
    csv << density.values[i] << ',' << density.density[i] << '\n';
  return write_file_atomically(path, as_bytes(csv.str()));
}

/// What the users measure: traces only, as eigenvalues take a round of the federation for every product.
Result<Spectrum> measured_by_users(const SavedModel& saved, const HessianOptions& options) {
  if (options.spectrum.top > 0 || options.spectrum.density)
    return invalid_argument("--data: users answer --trace and --per-layer only");
  const UserData users = make_user_data(saved.experiment, saved.data.dataset, saved.data.partition);
  Spectrum spectrum;
  COVEY_ASSIGN_OR_RETURN(
      spectrum.trace,
      federated_trace(*saved.trainer, users, saved.values,
                      {static_cast<std::uint32_t>(options.spectrum.traces.probes_max), options.samples}));
  curvature::Estimate& total = spectrum.trace->total;
  spectrum.trace->converged =
      total.standard_error <= options.spectrum.traces.tolerance * std::abs(total.mean);
  if (!options.spectrum.per_layer) return spectrum;
  for (const std::string& name : learn::parameter_names(saved.trainer->layout())) {
    const std::size_t at = spectrum.layers.size();
    spectrum.layers.push_back(
        {name, saved.trainer->parameters()[at].numel(), spectrum.trace->blocks[at], std::nullopt});
  }
  return spectrum;
}

Result<Spectrum> measured_here(const SavedModel& saved, const HessianOptions& options) {
  COVEY_ASSIGN_OR_RETURN(const learn::Samples samples, samples_of(saved.data, options));
  const curvature::UnroundedProducts unrounded(saved.trainer->model());
  const auto loss = learn::labelled_loss(saved.trainer->model(), samples, saved.data.dataset,
                                         nn::choose_device(), options.batch);
  return measure_spectrum(saved.trainer->model(), loss, options.spectrum);
}

Status hessian(HessianOptions options, char** argv) {
  options.spectrum.density = !options.density.empty();
  const SpectrumOptions& asked = options.spectrum;
  if (asked.top == 0 && !asked.trace && !asked.per_layer && !asked.density) {
    options.spectrum.top = options.data == "users" ? 0 : 1;
    options.spectrum.trace = true;
  }
  COVEY_ASSIGN_OR_RETURN(const SavedModel saved, open_saved_model(options.saved, argv));
  curvature::prepare_second_derivatives(saved.trainer->model());
  COVEY_ASSIGN_OR_RETURN(const Spectrum spectrum, options.data == "users" ? measured_by_users(saved, options)
                                                                          : measured_here(saved, options));
  if (spectrum.density) COVEY_RETURN_IF_ERROR(write_density(options.density, *spectrum.density));
  if (options.json) {
    std::printf("%s\n", as_json(spectrum).dump(2).c_str());
  } else {
    print(spectrum);
  }
  return ok_status();
}

}  // namespace

void add_hessian(program::CommandLine& line, char** argv) {
  const auto options = std::make_shared<HessianOptions>();
  program::Command command =
      line.add_command("hessian", "Measure the curvature of the loss at a saved model.",
                       [options, argv] { return hessian(*options, argv); });
  options->saved.add_to(command);
  command.number("--top", options->spectrum.top,
                 "Eigenvalues of largest magnitude; 1 where nothing is asked for", 0, 1000);
  command.flag("--trace", options->spectrum.trace, "Trace, with its standard error");
  command.flag("--per-layer", options->spectrum.per_layer, "Trace and largest eigenvalue of every layer");
  command.optional("--density", options->density, "Write how eigenvalues are spread to this CSV file");
  command.optional(
      "--data", options->data,
      "labelled (the server's images; default), test, or users (each user's, averaged: traces only)");
  command.number("--samples", options->samples, "The first so many of them; default 0: all", std::size_t{0},
                 std::size_t{100'000'000});
  command.number("--batch", options->batch, "Images in memory at once; default 250", std::size_t{1},
                 std::size_t{1'000'000});
  command.number("--probes", options->spectrum.traces.probes_max, "Probes of a trace, at most; default 100",
                 2, 1'000'000);
  command.number("--tolerance", options->spectrum.tolerance,
                 "Residual of an eigenvalue, as a share of it; default 0.001", 1e-12, 1.0);
  command.number("--iterations", options->spectrum.iterations,
                 "Products for an eigenvalue, at most; default 100", 1, 1'000'000);
  command.number("--steps", options->spectrum.lanczos_steps, "Lanczos steps of a density; default 100", 1,
                 10'000);
  command.number("--runs", options->spectrum.lanczos_runs, "Lanczos runs that a density averages; default 1",
                 1, 1000);
  command.number("--variance", options->spectrum.smoothing.variance,
                 "Variance of a density's smoothing, over max(1, range); default 1e-5", 1e-12, 1e6);
  command.number("--seed", options->spectrum.seed, "Seed of the probes; default 1", std::uint64_t{0},
                 std::numeric_limits<std::uint64_t>::max());
  command.flag("--json", options->json, "Print JSON");
}

}  // namespace covey::simulator
