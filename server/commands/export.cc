#include <cstdio>

#include "common/config/client_settings.h"
#include "common/plan/compressed_model.h"
#include "common/program/known_names.h"
#include "common/store/safetensors.h"
#include "server/commands/commands.h"
#include "server/coordinator_folder.h"
#include "server/run_folder.h"
#include "server/stored_model.h"

namespace covey::server {

namespace {

struct ExportOptions {
  std::string dir;
  std::string out;
  std::optional<std::uint32_t> round;
  std::string bits = "32";
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
  if (bits == "32" || bits == "plan" || is_width(bits)) return ok_status();
  return invalid_argument("--bits: \"" + bits + "\", allowed: 2 to 8, 32, plan");
}

/// The widths of the file's tensors; none for fp32.
Result<std::optional<plan::BitPlan>> chosen_plan(const std::string& bits, const store::RunStore& run,
                                                 const store::CommittedState& state,
                                                 const config::Experiment& experiment, const Layout& layout) {
  std::optional<plan::BitPlan> plan;
  if (is_width(bits)) plan = plan::uniform_plan(layout, experiment.download.quantiser, bits[0] - '0');
  if (bits != "plan") return plan;
  COVEY_ASSIGN_OR_RETURN(const auto stored, run.bit_plan(state.round));
  if (!stored)
    return invalid_argument(
        "--bits: this run has planned no widths (download.codec = \"hawq\" does), allowed: 2 to 8, 32");
  COVEY_ASSIGN_OR_RETURN(plan, plan::parse_bit_plan(stored->plan));
  return plan;
}

Status export_model(const ExportOptions& options) {
  COVEY_RETURN_IF_ERROR(check_bits(options.bits));
  const fs::path dir = run_folder_of(options.dir);
  COVEY_ASSIGN_OR_RETURN(const auto run, store::RunStore::open_read_only(dir));
  const fs::path settings_file = dir / "settings.toml";
  COVEY_ASSIGN_OR_RETURN(const std::string text, read_text_file(settings_file));
  COVEY_ASSIGN_OR_RETURN(
      const config::ClientSettings settings,
      config::parse_client_settings(text, settings_file.string(), program::known_names(false)));
  COVEY_ASSIGN_OR_RETURN(const auto trainer, learn::LocalTrainer::make(training_setup(settings)));
  COVEY_ASSIGN_OR_RETURN(const store::CommittedState state, chosen_round(*run, options.round));
  const auto model = stored_model(*run, state, trainer->layout(), settings.experiment);
  if (!model.ok()) {
    return model.status().with_context("round " + std::to_string(state.round + 1) +
                                       " (federation.keep_rounds says how many stay on disk)");
  }
  COVEY_ASSIGN_OR_RETURN(const auto plan,
                         chosen_plan(options.bits, *run, state, settings.experiment, trainer->layout()));
  Bytes file;
  if (plan) {
    COVEY_ASSIGN_OR_RETURN(file, plan::write_compressed_model(trainer->layout(), *model, *plan));
  } else {
    file = store::write_safetensors(trainer->layout(), *model);
  }
  COVEY_RETURN_IF_ERROR(write_file_atomically(options.out, file));
  std::printf("round %u, %zu bytes, sha256 %s\n", state.round + 1, file.size(), sha256(file).hex().c_str());
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
                   "Bits of a quantised value: 2 to 8, plan (the run's widths), 32 (default)");
  command.number("--round", options->round, "After so many rounds; default: the latest");
}

}  // namespace covey::server
