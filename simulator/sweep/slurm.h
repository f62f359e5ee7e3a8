#pragma once

#include "common/base/file.h"

namespace covey::simulator {

/// One task of a job array: a command, and where its standard error and exit code go.
struct SlurmTask {
  std::vector<std::string> command;
  fs::path log;
  fs::path exit_code;  ///< written last, as a whole
};

struct SlurmJob {
  std::string name;         ///< letters, digits and '-'; unique: it is what the job is found by
  fs::path folder;          ///< shared by all machines; the script and its task list are written there
  std::size_t jobs = 1;     ///< tasks at a time
  std::size_t threads = 1;  ///< cores of a task
  std::vector<SlurmTask> tasks;
};

/// The task list: line i is the shell command of task i.
std::string slurm_task_list(const SlurmJob& job);
/// The script of the job array.
std::string slurm_script(const SlurmJob& job);

/// A name that no other job has.
std::string new_slurm_job_name();

/// Writes both files and hands them to sbatch.
///   errors  kUnavailable with what sbatch says; kInvalidArgument for a task with a line break
Status submit_slurm_job(const SlurmJob& job);
/// Does any task of the job wait or run? Also when nobody can tell: a busy controller is no end.
bool slurm_job_is_active(const std::string& name);

}  // namespace covey::simulator
