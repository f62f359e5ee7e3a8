#include "simulator/sweep/sweep_runner.h"

#include <poll.h>

#include <algorithm>
#include <map>

#include "simulator/report/read_run.h"
#include "simulator/sweep/worker_process.h"

namespace covey::simulator {

namespace {

constexpr int kPollMilliseconds = 100;

/// The last line that the run wrote, without the program's name.
std::string reason_of(const fs::path& log, int exit_code) {
  const auto text = read_text_file(log);
  std::string last;
  if (text.ok()) {
    const std::size_t end = text->find_last_not_of("\n");
    if (end != std::string::npos) {
      const std::size_t begin = text->rfind('\n', end);
      last = text->substr(begin == std::string::npos ? 0 : begin + 1, std::string::npos);
      last = last.substr(0, last.find('\n'));
    }
  }
  const std::string prefix = "covey-sim: ";
  if (last.compare(0, prefix.size(), prefix) == 0) return last.substr(prefix.size());
  if (exit_code > 128) return "killed by signal " + std::to_string(exit_code - 128);
  return "exit code " + std::to_string(exit_code) + (last.empty() ? "" : ": " + last);
}

/// What the sweep's database holds now, and files that only a running run needs.
Status remove_duplicates(const fs::path& folder) {
  for (const char* name : {"blobs", "run.sqlite", "run.sqlite-wal", "run.sqlite-shm", "partition.json"}) {
    std::error_code problem;
    fs::remove_all(folder / name, problem);
    if (problem) return unavailable((folder / name).string() + ": " + problem.message());
  }
  return ok_status();
}

class Runner {
 public:
  explicit Runner(const SweepParts& parts) : parts_(parts) {}

  Status run() {
    COVEY_ASSIGN_OR_RETURN(waiting_, runs_to_do(parts_));
    while (!running_.empty() || (!waiting_.empty() && !parts_.stop->requested())) {
      COVEY_RETURN_IF_ERROR(start_more());
      parts_.progress->show();
      wait_a_little();
      COVEY_RETURN_IF_ERROR(take_ended());
    }
    parts_.progress->finish();
    if (!waiting_.empty() || stopped_)
      return unavailable("stopped; the same command with --resume continues");
    return check_failures(*parts_.store);
  }

 private:
  Status start_more() {
    while (running_.size() < parts_.jobs && !waiting_.empty() && !parts_.stop->requested()) {
      const PlannedRun run = waiting_.front();
      COVEY_RETURN_IF_ERROR(parts_.store->record_started(run.id));
      COVEY_ASSIGN_OR_RETURN(
          WorkerProcess process,
          WorkerProcess::start(run_command(parts_, parts_.store->info(), run), log_of(parts_.dir, run.id)));
      waiting_.erase(waiting_.begin());
      running_.emplace(run.id, Running{run, std::move(process)});
    }
    parts_.progress->set_running(running_.size());
    return ok_status();
  }

  void wait_a_little() {
    pollfd stop{parts_.stop->descriptor(), POLLIN, 0};
    ::poll(&stop, stopping_ ? 0 : 1, kPollMilliseconds);  // its descriptor stays readable
    if (stopping_ || !parts_.stop->requested()) return;
    stopping_ = true;
    for (const auto& [id, running] : running_) running.process.ask_to_stop();
  }

  Status take_ended() {
    for (auto next = running_.begin(); next != running_.end();) {
      const auto exit_code = next->second.process.poll();
      if (!exit_code) {
        ++next;
        continue;
      }
      const PlannedRun run = next->second.run;
      next = running_.erase(next);
      if (*exit_code != 0 && parts_.stop->requested()) {
        stopped_ = true;
      } else {
        COVEY_RETURN_IF_ERROR(take_ended_run(parts_, run, *exit_code).status());
      }
    }
    return ok_status();
  }

  struct Running {
    PlannedRun run;
    WorkerProcess process;
  };

  const SweepParts& parts_;
  std::vector<PlannedRun> waiting_;
  std::map<std::uint32_t, Running> running_;
  bool stopping_ = false;  ///< the runs were asked to stop
  bool stopped_ = false;   ///< a run was stopped before its end
};

}  // namespace

fs::path run_folder_of(const fs::path& sweep, std::uint32_t id) {
  return sweep / "runs" / std::to_string(id);
}

fs::path log_of(const fs::path& sweep, std::uint32_t id) {
  return run_folder_of(sweep, id).string() + ".log";
}

std::vector<std::string> run_command(const SweepParts& parts, const SweepInfo& info, const PlannedRun& run) {
  std::vector<std::string> command{parts.program.string(),
                                   "--log-level",
                                   "error",
                                   "run",
                                   (parts.dir / "experiment.toml").string(),
                                   "--out",
                                   run_folder_of(parts.dir, run.id).string(),
                                   "--threads",
                                   std::to_string(parts.threads),
                                   "--resume",
                                   "--quiet"};
  for (const std::string& set : overrides_of(info.axes, run)) {
    command.emplace_back("--set");
    command.push_back(set);
  }
  return command;
}

Result<bool> take_ended_run(const SweepParts& parts, const PlannedRun& run, int exit_code) {
  const std::string name = name_of(parts.store->info().axes, run.values, run.seed);
  if (exit_code != 0) {
    const std::string reason = reason_of(log_of(parts.dir, run.id), exit_code);
    COVEY_RETURN_IF_ERROR(parts.store->record_failed(run.id, reason));
    parts.progress->failed(run.id, name, reason);
    return false;
  }
  const fs::path folder = run_folder_of(parts.dir, run.id);
  COVEY_ASSIGN_OR_RETURN(const RunResult result, read_run(folder));
  COVEY_RETURN_IF_ERROR(parts.store->record_done(run.id, result));
  COVEY_RETURN_IF_ERROR(remove_duplicates(folder));
  std::error_code ignored;  // an empty file: nobody minds it
  fs::remove(log_of(parts.dir, run.id), ignored);
  parts.progress->done(run.id, name, result);
  return true;
}

Result<std::vector<PlannedRun>> runs_to_do(const SweepParts& parts) {
  COVEY_ASSIGN_OR_RETURN(const auto runs, parts.store->runs());
  std::vector<PlannedRun> waiting;
  for (const SweepRun& run : runs) {
    if (run.state == RunState::kDone) {
      parts.progress->skip(run.plan.id);
      COVEY_RETURN_IF_ERROR(remove_duplicates(run_folder_of(parts.dir, run.plan.id)));  // after a crash
    } else {
      waiting.push_back(run.plan);
    }
  }
  return waiting;
}

Status check_failures(const SweepStore& store) {
  COVEY_ASSIGN_OR_RETURN(const auto runs, store.runs());
  const auto failed = std::count_if(runs.begin(), runs.end(),
                                    [](const SweepRun& run) { return run.state == RunState::kFailed; });
  if (failed == 0) return ok_status();
  return internal_error(std::to_string(failed) + " of " + std::to_string(runs.size()) + " runs failed");
}

Status run_sweep(const SweepParts& parts) {
  return Runner(parts).run();
}

}  // namespace covey::simulator
