#include <cstdio>

#include "common/config/client_settings.h"
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

Status export_model(const ExportOptions& options) {
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
  const Bytes file = store::write_safetensors(trainer->layout(), *model);
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
  command.number("--round", options->round, "After so many rounds; default: the latest");
}

}  // namespace covey::server
