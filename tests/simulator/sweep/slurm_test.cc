#include "simulator/sweep/slurm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/common/store/temp_dir.h"

namespace covey::simulator {
namespace {

using store::test::TempDir;
using ::testing::HasSubstr;

SlurmJob job_in(const fs::path& folder, std::vector<std::string> command) {
  SlurmJob job{"covey-1", folder, 4, 2, {}};
  job.tasks.push_back({{"/bin/true"}, folder / "0.log", folder / "0.exit"});
  job.tasks.push_back({std::move(command), folder / "1.log", folder / "1.exit"});
  return job;
}

TEST(SlurmScript, AsksForAnArrayWithItsWidthAndCores) {
  const std::string script = slurm_script(job_in("/shared/sweep", {"/bin/true"}));
  EXPECT_THAT(script, HasSubstr("#SBATCH --array=0-1%4\n"));
  EXPECT_THAT(script, HasSubstr("#SBATCH --cpus-per-task=2\n"));
  EXPECT_THAT(script, HasSubstr("#SBATCH --job-name=covey-1\n"));
}

/// What Slurm would do with one task of the array.
int run_task(const SlurmJob& job, int task) {
  EXPECT_TRUE(write_file_atomically(job.folder / "covey-1.tasks", as_bytes(slurm_task_list(job))).ok());
  EXPECT_TRUE(write_file_atomically(job.folder / "covey-1.sh", as_bytes(slurm_script(job)), 0755).ok());
  const std::string command = "SLURM_ARRAY_TASK_ID=" + std::to_string(task) + " bash \"" +
                              (job.folder / "covey-1.sh").string() + "\"";
  return std::system(command.c_str());
}

TEST(SlurmScript, RunsItsTaskAndKeepsLogAndExitCode) {
  const TempDir dir;
  const SlurmJob job =
      job_in(dir.path(), {"/bin/sh", "-c", "echo \"it's $1\" >&2; exit 3", "sh", "a 'b' $HOME"});
  EXPECT_EQ(run_task(job, 1), 0);
  EXPECT_EQ(*read_text_file(dir / "1.log"), "it's a 'b' $HOME\n");
  EXPECT_EQ(*read_text_file(dir / "1.exit"), "3\n");
  EXPECT_FALSE(fs::exists(dir / "0.exit"));
  EXPECT_EQ(run_task(job, 0), 0);
  EXPECT_EQ(*read_text_file(dir / "0.exit"), "0\n");
}

TEST(SlurmJobs, HaveNamesOfTheirOwn) {
  EXPECT_NE(new_slurm_job_name(), new_slurm_job_name());
}

TEST(SlurmJobs, RefuseLineBreaks) {
  const TempDir dir;
  EXPECT_EQ(submit_slurm_job(job_in(dir.path(), {"/bin/echo", "a\nb"})).code(), Code::kInvalidArgument);
}

}  // namespace
}  // namespace covey::simulator
