#include <cstdio>

#include "common/calibration/zeroq.h"
#include "common/config/client_settings.h"
#include "common/learn/client_setup.h"
#include "common/nn/state.h"
#include "common/plan/compressed_model.h"
#include "common/program/known_names.h"
#include "common/store/safetensors.h"
#include "server/commands/commands.h"
#include "server/coordinator_folder.h"
#include "server/run_folder.h"
#include "server/stored_model.h"

namespace covey::server {

namespace {

constexpr const char* kFp32 = "32";

struct ExportOptions {
  std::string dir;
  std::string out;
  std::optional<std::uint32_t> round;
  std::string bits = kFp32;
  double mean_bits = 4;
};

Result<store::CommittedState> chosen_round(const store::RunStore& run, std::optional<std::uint32_t> round) {
  if (round) {
    if (*round == 0) return invalid_argument("--round: rounds count from 1");
    return run.committed(*round - 1);
  }
  COVEY_ASSIGN_OR_RETURN(const auto latest, run.latest());
  if (!latest) return not_found("no round is committed yet");
  return *latest;
}

/// A whole number of bits for all, as one digit.
bool is_width(const std::string& bits) {
  return bits.size() == 1 && bits[0] >= '2' && bits[0] <= '8';
}

Status check_bits(const std::string& bits) {
  if (bits == kFp32 || bits == "plan" || bits == "zeroq" || is_width(bits)) return ok_status();
  return invalid_argument("--bits: \"" + bits + "\", allowed: 2 to 8, 32, plan, zeroq");
}

/// A committed model on its way into a file.
struct SavedModel {
  std::unique_ptr<learn::LocalTrainer> trainer;
  learn::TrainingSetup setup;
  store::CommittedState state;
  Values values;
};

Result<SavedModel> open_model(const store::RunStore& run, const fs::path& dir,
                              std::optional<std::uint32_t> round) {
  SavedModel model;
  const fs::path settings_file = dir / "settings.toml";
  COVEY_ASSIGN_OR_RETURN(const std::string text, read_text_file(settings_file));
  COVEY_ASSIGN_OR_RETURN(
      const config::ClientSettings settings,
      config::parse_client_settings(text, settings_file.string(), program::known_names(false)));
  auto setup = learn::training_setup(settings);
  if (!setup.ok()) return setup.status().with_context(settings_file.string());
  model.setup = *std::move(setup);
  COVEY_ASSIGN_OR_RETURN(model.trainer, learn::LocalTrainer::make(model.setup));
  COVEY_ASSIGN_OR_RETURN(model.state, chosen_round(run, round));
  auto values = stored_model(run, model.state, model.trainer->layout(), model.setup.experiment);
  if (!values.ok()) {
    return values.status().with_context("round " + std::to_string(model.state.round + 1) +
                                        " (federation.keep_rounds says how many stay on disk)");
  }
  model.values = *std::move(values);
  return model;
}

Result<Bytes> at_planned_widths(const store::RunStore& run, const SavedModel& model) {
  COVEY_ASSIGN_OR_RETURN(const auto stored, run.bit_plan(model.state.round));
  if (!stored)
    return invalid_argument(
        "--bits: this run has planned no widths (download.codec = \"hawq\" or \"qbert\" does), allowed: 2 to "
        "8, 32, "
        "zeroq");
  COVEY_ASSIGN_OR_RETURN(const plan::BitPlan plan, plan::parse_bit_plan(stored->plan));
  return plan::write_compressed_model(model.trainer->layout(), model.values, plan);
}

Result<Bytes> without_data(const SavedModel& model, double mean_bits) {
  const Layout& layout = model.trainer->layout();
  nn::write_values(model.trainer->model(), layout, model.values);
  calibration::ZeroqOptions options;
  options.codec = model.setup.experiment.download.quantiser;
  COVEY_ASSIGN_OR_RETURN(
      const calibration::Zeroq found,
      calibration::zeroq(model.trainer->model(), layout, model.values, model.setup.spec.format, options));
  COVEY_ASSIGN_OR_RETURN(const plan::BitPlan plan,
                         plan::least_sensitive_plan(found.layers, options.codec, mean_bits));
  return plan::write_compressed_model(layout, model.values, plan,
                                      {{"covey.activations", calibration::to_json(found.ranges)}});
}

Result<Bytes> file_of(const SavedModel& model, const store::RunStore& run, const ExportOptions& options) {
  const Layout& layout = model.trainer->layout();
  if (options.bits == kFp32) return store::write_safetensors(layout, model.values);
  if (options.bits == "plan") return at_planned_widths(run, model);
  if (options.bits == "zeroq") return without_data(model, options.mean_bits);
  const std::string& codec = model.setup.experiment.download.quantiser;
  return plan::write_compressed_model(layout, model.values,
                                      plan::uniform_plan(layout, codec, options.bits[0] - '0'));
}

Status export_model(const ExportOptions& options) {
  COVEY_RETURN_IF_ERROR(check_bits(options.bits));
  const fs::path dir = run_folder_of(options.dir);
  COVEY_ASSIGN_OR_RETURN(const auto run, store::RunStore::open_read_only(dir));
  COVEY_ASSIGN_OR_RETURN(const SavedModel model, open_model(*run, dir, options.round));
  COVEY_ASSIGN_OR_RETURN(const Bytes file, file_of(model, *run, options));
  COVEY_RETURN_IF_ERROR(write_file_atomically(options.out, file));
  std::printf("round %u, %zu bytes, sha256 %s\n", model.state.round + 1, file.size(),
              sha256(file).hex().c_str());
  return ok_status();
}

}  // namespace

void add_export(program::CommandLine& line) {
  const auto options = std::make_shared<ExportOptions>();
  program::Command command = line.add_command("export", "Write a committed model as safetensors.",
                                              [options] { return export_model(*options); });
  command.required("DIR", options->dir, "Coordinator's folder");
  command.required("--out", options->out, "File to write");
  command.optional("--bits", options->bits,
                   "Bits of a quantised value: 2 to 8, plan (the run's widths), zeroq (planned now, without "
                   "data), 32 (default)");
  command.number("--mean-bits", options->mean_bits, "zeroq: bits on average, at most; default 4", 2.0, 8.0);
  command.number("--round", options->round, "After so many rounds; default: the latest");
}

}  // namespace covey::server
