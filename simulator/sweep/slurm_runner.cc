#include "simulator/sweep/slurm_runner.h"

#include <poll.h>

#include <algorithm>
#include <charconv>
#include <chrono>

#include "simulator/sweep/slurm.h"

namespace covey::simulator {

namespace {

constexpr int kPollMilliseconds = 500;
constexpr int kPollsBetweenQuestions = 10;  ///< to Slurm whether the job still lives
/// A shared disk may show a file this long after another machine wrote it.
constexpr std::chrono::seconds kLateFiles{60};
constexpr int kLost = 255;

fs::path exit_file_of(const fs::path& sweep, std::uint32_t id) {
  return run_folder_of(sweep, id).string() + ".exit";
}

/// Empty while the run has not ended.
std::optional<int> exit_code_of(const fs::path& sweep, std::uint32_t id) {
  const auto text = read_text_file(exit_file_of(sweep, id));
  if (!text.ok()) return std::nullopt;
  int code = kLost;
  std::from_chars(text->data(), text->data() + text->size(), code);
  return code;
}

class Follower {
 public:
  explicit Follower(const SweepParts& parts) : parts_(parts) {}

  Status run() {
    COVEY_ASSIGN_OR_RETURN(waiting_, runs_to_do(parts_));
    COVEY_RETURN_IF_ERROR(submit_unless_active());
    int polls = 0;
    auto last_active = std::chrono::steady_clock::now();
    while (!waiting_.empty()) {
      COVEY_RETURN_IF_ERROR(take_ended());
      parts_.progress->set_running(count_running());
      parts_.progress->show();
      if (parts_.stop->requested()) return stopped();
      if (++polls % kPollsBetweenQuestions == 0) {
        const auto now = std::chrono::steady_clock::now();
        if (slurm_job_is_active(job_)) last_active = now;
        if (now - last_active > kLateFiles) COVEY_RETURN_IF_ERROR(give_up());
      }
      if (!waiting_.empty()) wait_a_little();
    }
    parts_.progress->finish();
    return check_failures(*parts_.store);
  }

 private:
  Status submit_unless_active() {
    COVEY_ASSIGN_OR_RETURN(job_, parts_.store->slurm_job());
    if (waiting_.empty()) return ok_status();
    if (!job_.empty() && slurm_job_is_active(job_)) return forget_failed();
    // An earlier job may have ended while nobody looked.
    if (!job_.empty()) COVEY_RETURN_IF_ERROR(take_finished());
    if (waiting_.empty()) return ok_status();
    job_ = new_slurm_job_name();
    // Stored first: a crash in between leaves a job that the next call finds.
    COVEY_RETURN_IF_ERROR(parts_.store->record_slurm_job(job_));
    SlurmJob job{job_, parts_.dir, parts_.jobs, parts_.threads, {}};
    for (const PlannedRun& run : waiting_) {
      std::error_code ignored;  // sbatch fails as well where this folder cannot be written
      fs::remove(exit_file_of(parts_.dir, run.id), ignored);
      fs::remove(log_of(parts_.dir, run.id), ignored);
      job.tasks.push_back({run_command(parts_, parts_.store->info(), run), log_of(parts_.dir, run.id),
                           exit_file_of(parts_.dir, run.id)});
    }
    return submit_slurm_job(job);
  }

  /// The job that still runs will not run its failed tasks again.
  Status forget_failed() {
    COVEY_ASSIGN_OR_RETURN(const auto runs, parts_.store->runs());
    const auto failed = [&](const PlannedRun& run) { return runs[run.id].state == RunState::kFailed; };
    waiting_.erase(std::remove_if(waiting_.begin(), waiting_.end(), failed), waiting_.end());
    return ok_status();
  }

  /// Takes the runs that were done; the others are run again.
  Status take_finished() {
    for (auto next = waiting_.begin(); next != waiting_.end();) {
      if (exit_code_of(parts_.dir, next->id) != 0) {
        ++next;
        continue;
      }
      COVEY_RETURN_IF_ERROR(take_ended_run(parts_, *next, 0).status());
      next = waiting_.erase(next);
    }
    return ok_status();
  }

  Status take_ended() {
    for (auto next = waiting_.begin(); next != waiting_.end();) {
      const auto exit_code = exit_code_of(parts_.dir, next->id);
      if (!exit_code) {
        ++next;
        continue;
      }
      COVEY_RETURN_IF_ERROR(take_ended_run(parts_, *next, *exit_code).status());
      std::error_code ignored;  // taken twice is no harm
      fs::remove(exit_file_of(parts_.dir, next->id), ignored);
      next = waiting_.erase(next);
    }
    return ok_status();
  }

  /// No task is left in the job, so those that have not ended never will.
  Status give_up() {
    for (const PlannedRun& run : waiting_) {
      const std::string reason = "Slurm job " + job_ + " ended without its result";
      COVEY_RETURN_IF_ERROR(parts_.store->record_failed(run.id, reason));
      parts_.progress->failed(run.id, name_of(parts_.store->info().axes, run.values, run.seed), reason);
    }
    waiting_.clear();
    return ok_status();
  }

  /// A run that writes to its log or folder, and has not ended.
  std::size_t count_running() const {
    return static_cast<std::size_t>(std::count_if(waiting_.begin(), waiting_.end(), [&](const PlannedRun& r) {
      return fs::exists(log_of(parts_.dir, r.id));
    }));
  }

  void wait_a_little() {
    pollfd stop{parts_.stop->descriptor(), POLLIN, 0};
    ::poll(&stop, 1, kPollMilliseconds);
  }

  Status stopped() {
    parts_.progress->finish();
    return unavailable("Slurm job " + job_ + " goes on; the same command with --resume follows it");
  }

  const SweepParts& parts_;
  std::vector<PlannedRun> waiting_;
  std::string job_;
};

}  // namespace

Status run_sweep_on_slurm(const SweepParts& parts) {
  return Follower(parts).run();
}

}  // namespace covey::simulator
