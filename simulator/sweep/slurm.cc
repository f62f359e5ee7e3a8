#include "simulator/sweep/slurm.h"

#include <sys/wait.h>

#include <array>
#include <cstdio>

namespace covey::simulator {

namespace {

/// A word that a shell takes as it is.
std::string quoted(const std::string& text) {
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? "'\\''" : std::string(1, c);
  return word + "'";
}

fs::path task_list_of(const SlurmJob& job) {
  return job.folder / "slurm.tasks";
}

struct ShellOutcome {
  int exit_code = -1;
  std::string output;  ///< both streams
};

ShellOutcome run_in_shell(const std::string& command) {
  ShellOutcome outcome;
  FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return outcome;
  std::array<char, 256> part{};
  while (std::fgets(part.data(), part.size(), pipe) != nullptr) outcome.output += part.data();
  const int status = ::pclose(pipe);
  if (WIFEXITED(status)) outcome.exit_code = WEXITSTATUS(status);
  return outcome;
}

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

}  // namespace

std::string slurm_task_list(const SlurmJob& job) {
  std::string list;
  for (const SlurmTask& task : job.tasks) {
    for (const std::string& word : task.command) list += quoted(word) + " ";
    const std::string exit_code = quoted(task.exit_code.string());
    list += "2>" + quoted(task.log.string()) + "; echo $? >" + exit_code + ".new; mv " + exit_code + ".new " +
            exit_code + "\n";
  }
  return list;
}

std::string slurm_script(const SlurmJob& job) {
  return "#!/bin/bash\n"
         "#SBATCH --job-name=" +
         job.name +
         "\n"
         "#SBATCH --array=0-" +
         std::to_string(job.tasks.size() - 1) + "%" + std::to_string(job.jobs) +
         "\n"
         "#SBATCH --cpus-per-task=" +
         std::to_string(job.threads) +
         "\n"
         "#SBATCH --output=/dev/null\n"
         "eval \"$(sed -n \"$((SLURM_ARRAY_TASK_ID + 1))p\" " +
         quoted(task_list_of(job).string()) + ")\"\n";
}

Result<std::string> submit_slurm_job(const SlurmJob& job) {
  const fs::path script = job.folder / "slurm.sh";
  COVEY_RETURN_IF_ERROR(write_file_atomically(task_list_of(job), as_bytes(slurm_task_list(job))));
  COVEY_RETURN_IF_ERROR(write_file_atomically(script, as_bytes(slurm_script(job)), 0755));
  const std::string here = fs::current_path().string();
  const ShellOutcome outcome =
      run_in_shell("sbatch --parsable --chdir=" + quoted(here) + " " + quoted(script.string()));
  const std::string answer = first_line(outcome.output);
  if (outcome.exit_code != 0) return unavailable("sbatch: " + answer);
  return answer.substr(0, answer.find(';'));  // "ID" or "ID;CLUSTER"
}

bool slurm_job_is_active(const std::string& id) {
  const ShellOutcome outcome = run_in_shell("squeue --noheader --job=" + quoted(id));
  if (outcome.exit_code == 0) return !outcome.output.empty();
  return outcome.output.find("Invalid job id") == std::string::npos;
}

}  // namespace covey::simulator
