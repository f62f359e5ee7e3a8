#include "simulator/sweep/slurm.h"

#include <sys/wait.h>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
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
  return job.folder / (job.name + ".tasks");
}

struct ShellOutcome {
  int exit_code = -1;
  std::string output;
};

ShellOutcome run_in_shell(const std::string& command) {
  ShellOutcome outcome;
  FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return outcome;
  std::array<char, 256> part{};
  while (std::fgets(part.data(), part.size(), pipe) != nullptr) outcome.output += part.data();
  const int status = ::pclose(pipe);
  if (WIFEXITED(status)) outcome.exit_code = WEXITSTATUS(status);
  return outcome;
}

/// One line of what a program said.
std::string one_line(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
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

std::string new_slurm_job_name() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto ticks = std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
  return "covey-" + std::to_string(ticks) + "-" + std::to_string(::getpid());
}

Status submit_slurm_job(const SlurmJob& job) {
  const std::string list = slurm_task_list(job);
  if (std::count(list.begin(), list.end(), '\n') != static_cast<std::ptrdiff_t>(job.tasks.size()))
    return invalid_argument("a path or a value has a line break, which a Slurm task list cannot hold");
  const fs::path script = job.folder / (job.name + ".sh");
  COVEY_RETURN_IF_ERROR(write_file_atomically(task_list_of(job), as_bytes(list)));
  COVEY_RETURN_IF_ERROR(write_file_atomically(script, as_bytes(slurm_script(job)), 0755));
  const std::string here = fs::current_path().string();
  const ShellOutcome outcome =
      run_in_shell("sbatch --parsable --chdir=" + quoted(here) + " " + quoted(script.string()) + " 2>&1");
  return outcome.exit_code == 0 ? ok_status() : unavailable("sbatch: " + one_line(outcome.output));
}

bool slurm_job_is_active(const std::string& name) {
  // Warnings go to standard error and say nothing about the job.
  const ShellOutcome outcome = run_in_shell("squeue --noheader --name=" + quoted(name) + " 2>/dev/null");
  return outcome.exit_code != 0 || !outcome.output.empty();
}

}  // namespace covey::simulator
