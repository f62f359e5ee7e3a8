#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <fstream>

#include "simulator/sweep/sweep_store.h"
#include "tests/integration/support/federation.h"

/// `covey-sim sweep --slurm` against a real Slurm on this machine: munged, slurmctld and slurmd of our own.
namespace covey::testing {
namespace {

using simulator::SweepStore;

constexpr const char* kPrograms[] = {"/usr/sbin/munged", "/usr/sbin/slurmctld", "/usr/sbin/slurmd",
                                     "/usr/bin/sbatch"};

std::string host_name() {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  const std::string text = name.data();
  return text.substr(0, text.find('.'));
}

/// A cluster of one node, in a folder. Its daemons end with the object.
class Cluster {
 public:
  Cluster() {
    fs::create_directories(dir() / "state");
    fs::create_directories(dir() / "spool");
    fs::create_directories(dir() / "munge");
    fs::permissions(dir(), fs::perms::owner_all | fs::perms::group_exec | fs::perms::others_exec);
    fs::permissions(dir() / "munge", fs::perms::owner_all);
    write(dir() / "munge" / "key", std::string(1024, 'k'));
    fs::permissions(dir() / "munge" / "key", fs::perms::owner_read);
    write(dir() / "slurm.conf", configuration());
    ::setenv("SLURM_CONF", (dir() / "slurm.conf").c_str(), 1);
  }
  ~Cluster() { ::unsetenv("SLURM_CONF"); }

  /// Empty when the cluster runs, else why not.
  std::string start() {
    const std::string munge = (dir() / "munge").string();
    munged_.emplace(Command{"/usr/sbin/munged", "--foreground", "--force", "--key-file=" + munge + "/key",
                            "--socket=" + munge + "/socket", "--pid-file=" + munge + "/pid",
                            "--log-file=" + munge + "/log", "--seed-file=" + munge + "/seed"});
    if (!eventually(10, [&] { return fs::exists(munge + "/socket"); })) return "munged: " + munged_->err();
    controller_.emplace(Command{"/usr/sbin/slurmctld", "-D"});
    node_.emplace(Command{"/usr/sbin/slurmd", "-D"});
    const bool idle = eventually(20, [] {
      return run({"/usr/bin/sinfo", "--noheader", "--format=%T"}).out.find("idle") != std::string::npos;
    });
    return idle ? "" : "slurmctld: " + controller_->err() + " slurmd: " + node_->err();
  }

 private:
  const fs::path& dir() const { return folder_.path(); }
  static void write(const fs::path& path, const std::string& text) { std::ofstream(path) << text; }

  std::string configuration() const {
    const std::string d = dir().string();
    const int port = 20000 + static_cast<int>(::getpid() % 20000);
    return "ClusterName=covey\nSlurmctldHost=" + host_name() +
           "(127.0.0.1)\nSlurmUser=root\nSlurmdUser=root\n" + "AuthType=auth/munge\nAuthInfo=socket=" + d +
           "/munge/socket\nCredType=cred/munge\n" + "SlurmctldPort=" + std::to_string(port) +
           "\nSlurmdPort=" + std::to_string(port + 1) + "\nStateSaveLocation=" + d +
           "/state\nSlurmdSpoolDir=" + d + "/spool\nSlurmctldPidFile=" + d +
           "/slurmctld.pid\nSlurmdPidFile=" + d + "/slurmd.pid\n" +
           "ProctrackType=proctrack/linuxproc\nTaskPlugin=task/none\nSwitchType=switch/none\n" +
           "MpiDefault=none\nReturnToService=2\nSelectType=select/cons_tres\n" +
           "SelectTypeParameters=CR_Core\nAccountingStorageType=accounting_storage/none\n" +
           "JobAcctGatherType=jobacct_gather/none\nNodeName=" + host_name() +
           " NodeAddr=127.0.0.1 CPUs=" + std::to_string(::sysconf(_SC_NPROCESSORS_ONLN)) +
           " State=UNKNOWN\n" + "PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP\n";
  }

  TemporaryFolder folder_;
  std::optional<Process> munged_;
  std::optional<Process> controller_;
  std::optional<Process> node_;
};

class Slurm : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* program : kPrograms) {
      if (!fs::exists(program))
        GTEST_SKIP() << "no " << program << " here (Debian packages slurm-wlm, munge)";
    }
    if (::getuid() != 0) GTEST_SKIP() << "a Slurm node starts jobs as other users, which only root may";
    const std::string problem = cluster_.start();
    if (!problem.empty()) GTEST_SKIP() << "Slurm does not start here: " << problem;
  }
  Command sweep(const std::string& name, const std::vector<std::string>& arguments) const {
    Command command{sim_program(),
                    "sweep",
                    experiment_.string(),
                    "--out",
                    (folder_.path() / name).string(),
                    "--over",
                    "federation.period=2,6",
                    "--seeds",
                    "2",
                    "--set",
                    "federation.rounds=4"};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return command;
  }
  bool submitted(const std::string& name) const {
    const auto sweep = SweepStore::open_read_only(folder_.path() / name);
    return sweep.ok() && !(*(*sweep)->slurm_job()).empty();
  }
  std::vector<std::string> hashes(const std::string& name) const {
    const auto results = *(*SweepStore::open_read_only(folder_.path() / name))->results();
    std::vector<std::string> hashes;
    for (const auto& run : results.runs) hashes.push_back(run.summary.model_sha256);
    return hashes;
  }

  TemporaryFolder folder_;
  fs::path experiment_ = write_experiment(folder_.path());
  Cluster cluster_;
};

TEST_F(Slurm, AJobArrayGivesTheRunsOfALocalSweep) {
  const Outcome local = run(sweep("local", {}), 120);
  ASSERT_EQ(local.code, 0) << local.err;
  const Outcome slurm = run(sweep("slurm", {"--slurm"}), 240);
  ASSERT_EQ(slurm.code, 0) << slurm.err << slurm.out;
  EXPECT_EQ(hashes("local").size(), 4u);
  EXPECT_EQ(hashes("slurm"), hashes("local"));

  // A stopped follower leaves the job running; the next one submits nothing new.
  Process follower(sweep("left", {"--slurm"}));
  ASSERT_TRUE(eventually(60, [&] { return submitted("left"); }));
  sleep_seconds(1);
  follower.signal(SIGTERM);
  EXPECT_EQ(follower.wait(30), 1);
  EXPECT_NE(follower.err().find("goes on"), std::string::npos) << follower.err();
  const std::string job = *(*SweepStore::open_read_only(folder_.path() / "left"))->slurm_job();
  ASSERT_EQ(run(sweep("left", {"--slurm", "--resume"}), 240).code, 0);
  EXPECT_EQ(hashes("left"), hashes("local"));
  EXPECT_EQ(*(*SweepStore::open_read_only(folder_.path() / "left"))->slurm_job(), job);

  // A cancelled job fails its runs, and the sweep can be resumed.
  Process cancelled(sweep("cancelled", {"--slurm"}));
  ASSERT_TRUE(eventually(60, [&] { return submitted("cancelled"); }));
  ASSERT_TRUE(eventually(30, [&] {
    return run({"/usr/bin/squeue", "--noheader"}).out.find("covey-") != std::string::npos;
  }));
  run({"/usr/bin/scancel", "--user=root"});
  EXPECT_EQ(cancelled.wait(120), 1);
  EXPECT_NE(cancelled.err().find("runs failed"), std::string::npos) << cancelled.err();
  ASSERT_EQ(run(sweep("cancelled", {"--slurm", "--resume"}), 240).code, 0);
  EXPECT_EQ(hashes("cancelled"), hashes("local"));
}

TEST(SlurmMissing, IsOneLine) {
  const TemporaryFolder folder;
  const Outcome outcome =
      run({"/usr/bin/env", "PATH=/nowhere", sim_program(), "sweep", write_experiment(folder.path()).string(),
           "--out", (folder.path() / "s").string(), "--slurm"},
          60);
  EXPECT_EQ(outcome.code, 1);
  EXPECT_NE(outcome.err.find("sbatch"), std::string::npos) << outcome.err;
  EXPECT_EQ(outcome.err.find('\n'), outcome.err.size() - 1) << outcome.err;
}

}  // namespace
}  // namespace covey::testing
