#include <gtest/gtest.h>
#include <signal.h>

#include "simulator/sweep/sweep_store.h"
#include "tests/integration/support/federation.h"

/// Whole sweeps as a user starts them: killed, resumed, partly failing, and wrong from the start.
namespace covey::testing {
namespace {

using simulator::Results;
using simulator::RunResult;
using simulator::SweepStore;

class Sweep : public ::testing::Test {
 protected:
  Command command(const std::string& name, const std::vector<std::string>& arguments) const {
    Command command{sim_program(), "sweep", experiment_.string(), "--out", (folder_.path() / name).string()};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return command;
  }
  Results results(const std::string& name) const {
    const auto sweep = SweepStore::open_read_only(folder_.path() / name);
    EXPECT_TRUE(sweep.ok()) << sweep.status().message();
    const auto results = (*sweep)->results();
    EXPECT_TRUE(results.ok()) << results.status().message();
    return *results;
  }
  std::size_t finished_runs(const std::string& name) const {
    const auto sweep = SweepStore::open_read_only(folder_.path() / name);
    return sweep.ok() ? (*sweep)->results()->runs.size() : 0;
  }

  TemporaryFolder folder_;
  fs::path experiment_ = write_experiment(folder_.path());
};

/// All that does not depend on the clock or on memory.
nlohmann::json timeless(const RunResult& run) {
  nlohmann::json summary = nlohmann::json::parse(program::to_json(run.summary));
  for (const char* key : {"seconds", "images_per_second", "peak_rss_bytes"}) summary.erase(key);
  nlohmann::json all{{"values", run.values}, {"seed", run.seed}, {"summary", summary}};
  all["users"] = run.partition->users;
  for (const store::RoundRecord& round : run.rounds) {
    const store::RoundFigures& f = round.figures;
    all["rounds"].push_back({round.state.round, f.server_loss, f.user_loss, f.mask_rate, f.images, f.bytes_up,
                             f.bytes_down, f.pseudo_labels, round.drawn, round.counted,
                             round.evaluation ? round.evaluation->accuracy : -1});
  }
  return all;
}

const std::vector<std::string> kGrid{
    "--over", "federation.noniid=0,1", "--over", "federation.period=2,6", "--seeds", "2",
    "--set",  "federation.rounds=4"};

TEST_F(Sweep, KilledAndResumedEqualsTheUndisturbedOneRowForRow) {
  const Outcome undisturbed = run(command("undisturbed", kGrid), 300);
  ASSERT_EQ(undisturbed.code, 0) << undisturbed.err;

  Process sweep(command("killed", kGrid));
  ASSERT_TRUE(eventually(120, [&] { return finished_runs("killed") >= 3; }));
  sweep.kill();
  const std::size_t finished = finished_runs("killed");
  ASSERT_LT(finished, 8u) << "it was killed too late";
  std::vector<std::string> again = kGrid;
  again.emplace_back("--resume");
  const Outcome resumed = run(command("killed", again), 300);
  ASSERT_EQ(resumed.code, 0) << resumed.err;

  const Results expected = results("undisturbed");
  const Results actual = results("killed");
  ASSERT_EQ(expected.runs.size(), 8u);
  ASSERT_EQ(actual.runs.size(), 8u);
  for (std::size_t i = 0; i < 8; ++i) EXPECT_EQ(timeless(actual.runs[i]), timeless(expected.runs[i]));
  EXPECT_NE(timeless(expected.runs[0])["summary"]["model_sha256"],
            timeless(expected.runs[1])["summary"]["model_sha256"]);
  // What was finished was not run again.
  EXPECT_NE(resumed.out.find(std::to_string(finished + 1) + "/8"), std::string::npos) << resumed.out;
  EXPECT_EQ(resumed.out.find(std::to_string(finished) + "/8"), std::string::npos) << resumed.out;
}

TEST_F(Sweep, StoppedBySigtermIsContinued) {
  Process sweep(command("stopped", kGrid));
  ASSERT_TRUE(eventually(120, [&] { return finished_runs("stopped") >= 1; }));
  sweep.signal(SIGTERM);
  EXPECT_EQ(sweep.wait(30), 1);
  EXPECT_NE(sweep.err().find("--resume continues"), std::string::npos) << sweep.err();
  std::vector<std::string> again = kGrid;
  again.emplace_back("--resume");
  EXPECT_EQ(run(command("stopped", again), 300).code, 0);
  EXPECT_EQ(results("stopped").runs.size(), 8u);
}

TEST_F(Sweep, AFailedRunTellsItsReasonAndHidesNoOther) {
  const Outcome outcome =
      run(command("failing", {"--over", "training.lr=0.05,100", "--set", "federation.rounds=4", "--set",
                              "federation.warmup_rounds=2", "--set", "model.norm=none"}),
          120);
  EXPECT_EQ(outcome.code, 1);
  EXPECT_NE(outcome.err.find("1 of 2 runs failed"), std::string::npos) << outcome.err;
  const Results all = results("failing");
  ASSERT_EQ(all.runs.size(), 1u);
  EXPECT_EQ(all.runs[0].values[0], "0.05");
  ASSERT_EQ(all.failed.size(), 1u);
  EXPECT_NE(all.failed[0].reason.find("diverged"), std::string::npos) << all.failed[0].reason;
}

TEST_F(Sweep, WrongOnesEndBeforeAnyRun) {
  ASSERT_EQ(run(command("other", {"--over", "federation.period=2", "--set", "federation.rounds=1"}), 60).code,
            0);
  write_file_atomically(folder_.path() / "file", as_bytes("")).ok();
  const struct {
    const char* out;
    std::vector<std::string> arguments;
    const char* message;
  } kWrong[] = {
      {"x", {"--over", "federation.nonid=0,1"}, "federation.nonid"},
      {"x", {"--over", "federation.noniid=0,2"}, "allowed"},
      {"x", {"--over", "federation.noniid="}, "empty"},
      {"x", {"--over", "federation.noniid"}, "--over"},
      {"x", {"--over", "model.name=cnn,vgg"}, "vgg"},
      {"x", {"--over", "seed=1,2"}, "--seeds"},
      {"x", {"--over", "federation.period=2", "--over", "federation.period=3"}, "twice"},
      {"x", {"--over", "federation.labelled=50,100000"}, "federation.labelled=100000"},
      {"x", {"--over", "federation.period=2", "--seeds", "0"}, "--seeds"},
      {"other", {"--over", "federation.period=2", "--set", "federation.rounds=1"}, "--resume"},
      {"other", {"--over", "federation.period=3", "--set", "federation.rounds=1", "--resume"}, "another"},
      {"other", {"--over", "federation.period=2", "--set", "federation.rounds=2", "--resume"}, "another"},
      {"file", {"--over", "federation.period=2"}, "file"},
      {"file/below", {"--over", "federation.period=2"}, "file"},
  };
  for (const auto& wrong : kWrong) {
    const Outcome outcome = run(command(wrong.out, wrong.arguments), 60);
    EXPECT_EQ(outcome.code, 2) << outcome.err;
    EXPECT_NE(outcome.err.find(wrong.message), std::string::npos) << wrong.message << ": " << outcome.err;
    EXPECT_EQ(outcome.err.find('\n'), outcome.err.size() - 1) << outcome.err;
    EXPECT_FALSE(fs::exists(folder_.path() / "x")) << "nothing may be written";
  }
}

}  // namespace
}  // namespace covey::testing
