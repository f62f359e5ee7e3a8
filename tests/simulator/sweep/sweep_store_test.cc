#include "simulator/sweep/sweep_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/common/store/temp_dir.h"

namespace covey::simulator {
namespace {

using store::test::TempDir;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

SweepInfo info() {
  return {"mnist", "seed = 1\n", {{"federation.noniid", {"0", "1"}}, {"model.norm", {"group", "batch"}}}, 2};
}

std::vector<PlannedRun> plan() {
  return *plan_runs(info().axes, 1, info().seeds);
}

RunResult result() {
  RunResult result;
  result.summary.accuracy = 0.75;
  result.summary.seed = 2;
  result.partition = ClassHistogram{{5, 5}, {{10, 0}, {0, 10}}};
  store::RoundRecord round;
  round.figures.seconds = 1.5;
  round.figures.virtual_seconds = 60;
  round.figures.server_loss = 0.5;
  round.figures.user_loss = std::numeric_limits<double>::quiet_NaN();
  round.figures.mask_rate = 0.25;
  round.figures.images = 100;
  round.figures.bytes_up = 1;
  round.figures.bytes_down = 2;
  round.figures.bytes_up_fp32 = 3;
  round.figures.bytes_down_fp32 = 4;
  round.figures.pseudo_labels = {7, 8};
  round.figures.diversity = {{store::Diversity::Tensors::kAll, store::Diversity::Among::kRound, 3, 2.5}};
  round.drawn = 10;
  round.counted = 9;
  result.rounds.push_back(round);
  round.state.round = 1;
  round.figures.diversity.clear();
  round.evaluation = store::Evaluation{1, 0.75, 0.9, 0.74, 0};
  result.rounds.push_back(round);
  return result;
}

class SweepStoreTest : public ::testing::Test {
 protected:
  void SetUp() override { reopen(); }
  void reopen() {
    store_.reset();
    auto opened = SweepStore::open(dir_.path(), info(), plan());
    ASSERT_TRUE(opened.ok()) << opened.status().message();
    store_ = *std::move(opened);
  }

  TempDir dir_;
  std::unique_ptr<SweepStore> store_;
};

TEST_F(SweepStoreTest, StartsWithAllRunsWaiting) {
  const auto runs = *store_->runs();
  ASSERT_EQ(runs.size(), plan().size());
  for (std::size_t i = 0; i < runs.size(); ++i) {
    EXPECT_EQ(runs[i].plan, plan()[i]);
    EXPECT_EQ(runs[i].state, RunState::kWaiting);
  }
  EXPECT_EQ(store_->results()->unfinished, 8u);
}

TEST_F(SweepStoreTest, KeepsStatesOverARestart) {
  ASSERT_TRUE(store_->record_started(0).ok());
  ASSERT_TRUE(store_->record_failed(1, "diverged").ok());
  ASSERT_TRUE(store_->record_done(2, result()).ok());
  reopen();
  const auto runs = *store_->runs();
  EXPECT_EQ(runs[0].state, RunState::kStarted);
  EXPECT_EQ(runs[1].state, RunState::kFailed);
  EXPECT_EQ(runs[1].reason, "diverged");
  EXPECT_EQ(runs[2].state, RunState::kDone);
  EXPECT_EQ(runs[3].state, RunState::kWaiting);
}

TEST_F(SweepStoreTest, RemembersItsSlurmJob) {
  EXPECT_EQ(*store_->slurm_job(), "");
  ASSERT_TRUE(store_->record_slurm_job("17").ok());
  ASSERT_TRUE(store_->record_slurm_job("18").ok());
  reopen();
  EXPECT_EQ(*store_->slurm_job(), "18");
}

TEST_F(SweepStoreTest, AFailedRunCanStillBeDone) {
  ASSERT_TRUE(store_->record_failed(1, "diverged").ok());
  ASSERT_TRUE(store_->record_done(1, result()).ok());
  EXPECT_EQ((*store_->runs())[1].state, RunState::kDone);
  EXPECT_EQ((*store_->runs())[1].reason, "");
}

TEST_F(SweepStoreTest, GivesBackEveryFigure) {
  ASSERT_TRUE(store_->record_done(3, result()).ok());
  ASSERT_TRUE(store_->record_failed(4, "disk full").ok());
  const auto reader = *SweepStore::open_read_only(dir_.path());
  const Results results = *reader->results();
  EXPECT_EQ(results.title, "mnist");
  EXPECT_EQ(results.experiment_toml, "seed = 1\n");
  ASSERT_EQ(results.axes.size(), 2u);
  EXPECT_EQ(results.axes[1].key, "model.norm");
  EXPECT_THAT(results.axes[1].values, ElementsAre("group", "batch"));
  EXPECT_EQ(results.unfinished, 6u);
  ASSERT_EQ(results.failed.size(), 1u);
  EXPECT_EQ(results.failed[0].reason, "disk full");
  EXPECT_THAT(results.failed[0].values, ElementsAre("1", "group"));
  ASSERT_EQ(results.runs.size(), 1u);
  const RunResult& run = results.runs[0];
  EXPECT_THAT(run.values, ElementsAre("0", "batch"));
  EXPECT_EQ(run.seed, 2u);
  EXPECT_EQ(program::to_json(run.summary), program::to_json(result().summary));
  EXPECT_EQ(run.partition->users, result().partition->users);
  EXPECT_EQ(run.partition->server, result().partition->server);
  ASSERT_EQ(run.rounds.size(), 2u);
  const store::RoundFigures& f = run.rounds[0].figures;
  EXPECT_EQ(f.seconds, 1.5);
  EXPECT_EQ(f.virtual_seconds, 60);
  EXPECT_EQ(f.server_loss, 0.5);
  EXPECT_TRUE(std::isnan(f.user_loss));
  EXPECT_EQ(f.mask_rate, 0.25);
  EXPECT_EQ(f.images, 100u);
  EXPECT_EQ(f.bytes_up, 1u);
  EXPECT_EQ(f.bytes_down, 2u);
  EXPECT_EQ(f.bytes_up_fp32, 3u);
  EXPECT_EQ(f.bytes_down_fp32, 4u);
  EXPECT_THAT(f.pseudo_labels, ElementsAre(7u, 8u));
  ASSERT_EQ(f.diversity.size(), 1u);
  EXPECT_EQ(f.diversity[0].d, 2.5);
  EXPECT_EQ(run.rounds[0].drawn, 10u);
  EXPECT_EQ(run.rounds[0].counted, 9u);
  EXPECT_FALSE(run.rounds[0].evaluation);
  EXPECT_THAT(run.rounds[1].figures.diversity, IsEmpty());
  EXPECT_EQ(run.rounds[1].state.round, 1u);
  EXPECT_EQ(run.rounds[1].evaluation->accuracy, 0.75);
  EXPECT_EQ(run.rounds[1].evaluation->loss, 0.9);
  EXPECT_EQ(run.rounds[1].evaluation->accuracy_as_sent, 0.74);
}

TEST_F(SweepStoreTest, RefusesAnotherSweepAndSaysWhatDiffers) {
  store_.reset();
  const auto refusal = [&](const SweepInfo& other) {
    const Status status = SweepStore::open(dir_.path(), other, plan()).status();
    EXPECT_EQ(status.code(), Code::kInvalidArgument);
    return status.message();
  };
  SweepInfo other = info();
  other.axes.pop_back();
  EXPECT_THAT(refusal(other), HasSubstr("model.norm=group,batch, not over federation.noniid=0,1"));
  other = info();
  other.seeds = 3;
  EXPECT_THAT(refusal(other), HasSubstr("2 seeds, not 3"));
  other = info();
  other.experiment_toml = "seed = 2\n";
  EXPECT_THAT(refusal(other), HasSubstr("another sweep: seed: 1 against 2"));
}

TEST_F(SweepStoreTest, GoesOnWithASweepOfABuildThatHadFewerKeys) {
  store_.reset();
  SweepInfo same = info();
  same.experiment_toml += "\n[training]\ncrop = 0.125\n";  // the default
  EXPECT_TRUE(SweepStore::open(dir_.path(), same, plan()).ok());
}

TEST_F(SweepStoreTest, HasOneWriter) {
  EXPECT_EQ(SweepStore::open(dir_.path(), info(), plan()).status().code(), Code::kUnavailable);
}

TEST_F(SweepStoreTest, KnowsASweepWhenItSeesOne) {
  EXPECT_TRUE(SweepStore::holds_sweep(dir_.path()));
  const TempDir empty;
  EXPECT_FALSE(SweepStore::holds_sweep(empty.path()));
  EXPECT_EQ(SweepStore::open_read_only(empty.path()).status().code(), Code::kNotFound);
}

}  // namespace
}  // namespace covey::simulator
