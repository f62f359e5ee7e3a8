#include <gtest/gtest.h>
#include <signal.h>

#include "common/store/run_store.h"
#include "tests/integration/support/federation.h"

/// `mpirun covey-sim run`: one run's users on several ranks give the model of one process.
namespace covey::testing {
namespace {

Command on_ranks(int count, const Command& command) {
  Command all{"/usr/bin/mpirun", "--allow-run-as-root", "--oversubscribe", "-n", std::to_string(count)};
  all.insert(all.end(), command.begin(), command.end());
  return all;
}

class Mpi : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists("/usr/bin/mpirun")) GTEST_SKIP() << "no mpirun here (Debian package openmpi-bin)";
  }
  Command simulate(const std::string& name, const Sets& sets,
                   const std::vector<std::string>& arguments = {}) const {
    return simulation(experiment_, sets, folder_.path() / name, arguments);
  }
  std::string hash(const std::string& name) const { return model_hash(folder_.path() / name); }

  TemporaryFolder folder_;
  fs::path experiment_ = write_experiment(folder_.path());
};

TEST_F(Mpi, TwoAndThreeRanksGiveTheModelOfOneProcess) {
  const Sets sets{"model.norm=batch",   "averaging.bn_buffers=local", "training.optimizer_state=user",
                  "averaging.groups=2", "download.codec=hawq",        "curvature.from=users",
                  "curvature.probes=2", "download.plan_every=1"};
  ASSERT_EQ(run(simulate("alone", sets)).code, 0);
  for (const int ranks : {2, 3}) {
    const std::string name = std::to_string(ranks);
    const Outcome outcome = run(on_ranks(ranks, simulate(name, sets, {"--threads", "1"})), 120);
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_EQ(hash(name), hash("alone"));
    EXPECT_NE(outcome.err.find("rank=1 trained "), std::string::npos) << outcome.err;
    EXPECT_EQ(outcome.err.find("rank=1 trained 0 tasks"), std::string::npos) << "it had nothing to do";
  }
}

// Several users of a round on each rank, from models that differ.
TEST_F(Mpi, ARankTrainsUsersOfEveryGroup) {
  const Sets sets{"data.glyph_train=150", "federation.users=8", "federation.communicating=8",
                  "federation.rounds=4", "averaging.groups=4"};
  ASSERT_EQ(run(simulate("alone", sets)).code, 0);
  const Outcome outcome = run(on_ranks(2, simulate("two", sets, {"--threads", "1"})), 120);
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(hash("two"), hash("alone"));
}

TEST_F(Mpi, SimulatedTimeIsTheSame) {
  const Sets sets{"devices.profile=lognormal", "devices.dropout=0.2", "federation.rounds=6"};
  ASSERT_EQ(run(simulate("alone", sets)).code, 0);
  const Outcome outcome = run(on_ranks(2, simulate("two", sets)), 120);
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(hash("two"), hash("alone"));
  const auto alone = *(*store::RunStore::open_read_only(folder_.path() / "alone"))->rounds();
  const auto two = *(*store::RunStore::open_read_only(folder_.path() / "two"))->rounds();
  ASSERT_EQ(alone.size(), two.size());
  for (std::size_t r = 0; r < alone.size(); ++r)
    EXPECT_EQ(alone[r].figures.virtual_seconds, two[r].figures.virtual_seconds);
}

TEST_F(Mpi, StoppedBySigtermIsContinuedByOneProcess) {
  const Sets sets{"federation.period=12", "federation.rounds=5"};
  ASSERT_EQ(run(simulate("alone", sets)).code, 0);
  Process ranks(on_ranks(2, simulate("stopped", sets)));
  ASSERT_TRUE(eventually(60, [&] { return committed_rounds(folder_.path() / "stopped") >= 1; }));
  ranks.signal(SIGTERM);
  ASSERT_NE(ranks.wait(30), 0) << "it was stopped too late";
  ASSERT_EQ(run(simulate("stopped", sets, {"--resume"})).code, 0);
  EXPECT_EQ(hash("stopped"), hash("alone"));
}

TEST_F(Mpi, RankZeroStopsAloneWhileOthersSendResults) {
  const Sets sets{"federation.period=12", "federation.rounds=5", "upload.codec=fp32"};
  ASSERT_EQ(run(simulate("alone", sets)).code, 0);
  Process ranks(on_ranks(3, simulate("stopped", sets, {"--threads", "1"})));
  ASSERT_TRUE(eventually(60, [&] { return committed_rounds(folder_.path() / "stopped") >= 1; }));
  sleep_seconds(0.05);  // into the next round
  // Its launcher is not told, so only rank 0 knows that it is over.
  const auto pid = read_text_file(folder_.path() / "stopped" / "lock");
  ASSERT_TRUE(pid.ok());
  ASSERT_EQ(::kill(std::stoi(*pid), SIGTERM), 0);
  const auto code = ranks.wait(30);
  ASSERT_TRUE(code) << "the ranks wait for each other: " << ranks.err();
  EXPECT_NE(*code, 0) << "it was stopped too late";
  EXPECT_NE(ranks.err().find("--resume"), std::string::npos) << ranks.err();
  ASSERT_EQ(run(simulate("stopped", sets, {"--resume"})).code, 0);
  EXPECT_EQ(hash("stopped"), hash("alone"));
}

TEST_F(Mpi, AFailedRunEndsAllRanks) {
  const Outcome diverged = run(
      on_ranks(2, simulate("diverged", {"training.lr=100", "model.norm=none", "training.threshold=0"})), 120);
  EXPECT_GT(diverged.code, 0);
  EXPECT_NE(diverged.err.find("lower training.lr"), std::string::npos) << diverged.err;
  ASSERT_EQ(run(simulate("done", {"federation.rounds=1"})).code, 0);
  const Outcome again = run(on_ranks(2, simulate("done", {"federation.rounds=1"})), 60);
  EXPECT_GT(again.code, 0);
  EXPECT_NE(again.err.find("--resume"), std::string::npos) << again.err;
}

}  // namespace
}  // namespace covey::testing
