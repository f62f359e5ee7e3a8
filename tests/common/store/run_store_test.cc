// Goal: whatever happens between two calls, a reopened run is the run before or after a round, never in
// between.

#include "common/store/run_store.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "common/store/run_schema.h"
#include "tests/common/store/temp_dir.h"

namespace covey::store {
namespace {

using test::TempDir;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

RunInfo run_info(const char* toml = "seed = 1\n") {
  return {toml, sha256(as_bytes(toml)), sha256(as_bytes("run")), "avx2"};
}

const std::vector<Seat> kSeats = {{SlotId{0}, UserId{7}, GroupId{0}},
                                  {SlotId{1}, UserId{3}, GroupId{0}},
                                  {SlotId{2}, UserId{5}, GroupId{1}},
                                  {SlotId{3}, UserId{1}, GroupId{1}}};

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

class RunStoreTest : public ::testing::Test {
 protected:
  void SetUp() override { reopen(); }
  void reopen() {
    store_.reset();
    auto opened = RunStore::open(dir_.path(), run_info());
    ASSERT_STATUS_OK(opened.status());
    store_ = *std::move(opened);
  }

  Digest put(const std::string& text) { return *store_->blobs().put(as_bytes(text)); }
  bool kept(const std::string& text) const { return store_->blobs().contains(sha256(as_bytes(text))); }

  /// Slot 0 counted, 1 had nothing to report, 2 was refused, 3 was absent.
  std::vector<MemberRecord> members() const {
    std::vector<MemberRecord> members(4);
    for (std::size_t i = 0; i < 4; ++i) members[i].seat = kSeats[i];
    members[0].state = MemberState::kCounted;
    members[0].update = sha256(as_bytes("update"));
    members[0].bytes_down = 100;
    members[0].bytes_up = 50;
    members[0].loss = 0.1;
    members[0].mask_rate = 0.9;
    members[0].images = 640;
    members[0].train_seconds = 2.5;
    members[1].state = MemberState::kNothing;
    members[2].state = MemberState::kRefused;
    members[2].reason = "value 3 is not finite";
    members[2].loss = std::numeric_limits<double>::quiet_NaN();
    members[2].images = std::numeric_limits<std::uint64_t>::max();
    return members;
  }

  /// Models of round r are the texts "w0 r", "w1 r", "avg r", "server r".
  CommitRecord commit(std::uint32_t round, std::uint32_t attempt = 0) {
    const std::string r = std::to_string(round);
    CommitRecord record;
    record.state = {round,
                    attempt,
                    {put("w0 " + r), put("w1 " + r)},
                    put("avg " + r),
                    put("server " + r),
                    put("velocity " + r)};
    record.members = members();
    record.figures = {1.5, 30, 0.25, 0.5, 0.75, 1000, 50, 100, 200, 400, 60, 120, {3, 0, 4}, {}, {}};
    record.figures.diversity = {{Diversity::Tensors::kAll, Diversity::Among::kRound, 11, 3.5},
                                {Diversity::Tensors::kClassifier, Diversity::Among::kGroup, 5.5, kNaN}};
    record.figures.curvature = {{"a.weight", 2.5, 0.5}, {"b.weight", -1, kNaN}};
    if (round % 2 == 1) record.bit_plan = "plan of round " + r;
    record.evaluate = round % 2 == 1;
    return record;
  }

  void run_round(std::uint32_t round, std::uint32_t attempt = 0) {
    ASSERT_STATUS_OK(store_->begin_attempt(round, attempt, kSeats));
    ASSERT_STATUS_OK(store_->commit_round(commit(round, attempt)));
  }

  TempDir dir_;
  std::unique_ptr<RunStore> store_;
};

// ---- opening

TEST_F(RunStoreTest, ContinuesARunOfTheFirstSchema) {
  const TempDir old;
  {
    const Database first = *Database::open(old / "run.sqlite", run_migrations().subspan(0, 1));
    ASSERT_STATUS_OK(
        first.execute("INSERT INTO attempts (round, attempt, state) VALUES (0, 0, 'committed')"));
    ASSERT_STATUS_OK(first.execute(
        "INSERT INTO rounds (round, attempt, average, evaluate, images, bytes_up, bytes_down, bytes_up_fp32, "
        "bytes_down_fp32, wire_bytes_up, wire_bytes_down, pseudo_labels) "
        "VALUES (0, 0, '" +
        sha256(as_bytes("avg")).hex() + "', 0, 7, 0, 0, 0, 0, 0, 0, '[]')"));
  }
  const auto store = RunStore::open(old.path(), run_info());
  ASSERT_STATUS_OK(store.status());
  const auto rounds = *(*store)->rounds();
  ASSERT_EQ(rounds.size(), 1u);
  EXPECT_EQ(rounds[0].figures.images, 7u);
  EXPECT_EQ(rounds[0].figures.virtual_seconds, 0);
}

TEST_F(RunStoreTest, StartsAtTheFirstRound) {
  const NextAttempt next = *store_->next_attempt();
  EXPECT_EQ(next.round, 0u);
  EXPECT_EQ(next.attempt, 0u);
  EXPECT_FALSE(next.begun);
  EXPECT_THAT(next.seats, IsEmpty());
  EXPECT_FALSE(store_->latest()->has_value());
}

TEST_F(RunStoreTest, KeepsTheIdentityItWasCreatedWith) {
  store_.reset();
  RunInfo other = run_info();
  other.run_id = sha256(as_bytes("another id"));
  other.numeric_profile = "avx512";
  store_ = *RunStore::open(dir_.path(), other);
  EXPECT_EQ(store_->info().run_id, run_info().run_id);
  EXPECT_EQ(store_->info().numeric_profile, "avx2");
  EXPECT_EQ(store_->info().experiment_toml, run_info().experiment_toml);
}

TEST_F(RunStoreTest, RefusesAnotherExperimentAndTellsWhatIsStored) {
  store_.reset();
  const Status status = RunStore::open(dir_.path(), run_info("seed = 2\n")).status();
  EXPECT_EQ(status.code(), Code::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr("another experiment"));
  EXPECT_EQ((*RunStore::stored_run(dir_.path()))->experiment_toml, "seed = 1\n");
}

TEST_F(RunStoreTest, TellsThatADirectoryHoldsNoRunWithoutTouchingIt) {
  const TempDir empty;
  EXPECT_EQ(*RunStore::stored_run(empty.path()), std::nullopt);
  EXPECT_EQ(*RunStore::stored_run(empty / "missing"), std::nullopt);
  EXPECT_EQ(test::file_count(empty.path()), 0u);
}

TEST_F(RunStoreTest, StartsOverWhereACrashCameBeforeTheRunWasNamed) {
  const TempDir dir;
  test::write_text(dir / "run.sqlite", "");  // created, nothing written
  EXPECT_EQ(*RunStore::stored_run(dir.path()), std::nullopt);
  EXPECT_EQ(RunStore::open_read_only(dir.path()).status().code(), Code::kNotFound);
  EXPECT_TRUE(RunStore::open(dir.path(), run_info()).ok());
}

TEST_F(RunStoreTest, RefusesASecondWriter) {
  const Status status = RunStore::open(dir_.path(), run_info()).status();
  EXPECT_EQ(status.code(), Code::kUnavailable);
  EXPECT_THAT(status.message(), HasSubstr("in use by process"));
  EXPECT_EQ((*RunStore::stored_run(dir_.path()))->run_id, run_info().run_id);  // may be asked at any time
}

TEST_F(RunStoreTest, LetsReadersInBesideTheWriter) {
  run_round(0);
  for (const fs::path& path : {dir_.path(), dir_ / "run.sqlite"}) {
    const auto reader = RunStore::open_read_only(path);
    ASSERT_STATUS_OK(reader.status());
    EXPECT_EQ((*reader)->info().run_id, run_info().run_id);
    EXPECT_EQ((*reader)->rounds()->size(), 1u);
    EXPECT_EQ(as_text(*(*reader)->blobs().read((*(*reader)->latest())->average)), "avg 0");
  }
  run_round(1);
  EXPECT_EQ((*RunStore::open_read_only(dir_.path()))->rounds()->size(), 2u);
}

TEST_F(RunStoreTest, CanBeReadWhenNobodyWrites) {
  run_round(0);
  store_.reset();
  EXPECT_EQ((*RunStore::open_read_only(dir_.path()))->rounds()->size(), 1u);
}

TEST_F(RunStoreTest, NamesADamagedDatabase) {
  run_round(0);
  store_.reset();
  test::write_text(dir_ / "run.sqlite",
                   "garbage that is longer than the header of a database file would be, by far");
  const Status status = RunStore::open(dir_.path(), run_info()).status();
  EXPECT_EQ(status.code(), Code::kCorrupt);
  EXPECT_THAT(status.message(), HasSubstr("run.sqlite"));
}

TEST_F(RunStoreTest, RefusesADatabaseOfANewerCovey) {
  store_.reset();
  ASSERT_STATUS_OK(
      Database::open(dir_ / "run.sqlite", run_migrations())->execute("PRAGMA user_version = 99"));
  const Status status = RunStore::open(dir_.path(), run_info()).status();
  EXPECT_EQ(status.code(), Code::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr("newer Covey"));
  EXPECT_EQ(RunStore::open_read_only(dir_.path()).status().code(), Code::kInvalidArgument);
  EXPECT_EQ((*RunStore::stored_run(dir_.path()))->experiment_toml, "seed = 1\n");
}

// ---- rounds

TEST_F(RunStoreTest, KeepsAnAttemptThatWasBegunAcrossACrash) {
  ASSERT_STATUS_OK(store_->begin_attempt(0, 0, kSeats));
  reopen();
  const NextAttempt next = *store_->next_attempt();
  EXPECT_EQ(next.round, 0u);
  EXPECT_EQ(next.attempt, 0u);
  EXPECT_TRUE(next.begun);
  EXPECT_EQ(next.seats, kSeats);
  EXPECT_TRUE(store_->begin_attempt(0, 0, next.seats).ok());
  EXPECT_TRUE(store_->commit_round(commit(0)).ok());
}

TEST_F(RunStoreTest, RefusesToBeginAnAttemptWithOtherSeats) {
  ASSERT_STATUS_OK(store_->begin_attempt(0, 0, kSeats));
  EXPECT_EQ(store_->begin_attempt(0, 0, {kSeats[0]}).code(), Code::kInternal);
  EXPECT_EQ(store_->begin_attempt(0, 1, kSeats).code(), Code::kInternal);
  EXPECT_EQ(store_->next_attempt()->seats, kSeats);
}

TEST_F(RunStoreTest, RefusesToBeginARoundOutOfTurn) {
  EXPECT_EQ(store_->begin_attempt(1, 0, kSeats).code(), Code::kInternal);
  run_round(0);
  EXPECT_EQ(store_->begin_attempt(0, 1, kSeats).code(), Code::kInternal);
}

TEST_F(RunStoreTest, CountsVoidAttemptsAcrossACrash) {
  ASSERT_STATUS_OK(store_->begin_attempt(0, 0, kSeats));
  ASSERT_STATUS_OK(store_->void_attempt(0, 0, "too few", members(), 30));
  reopen();
  NextAttempt next = *store_->next_attempt();
  EXPECT_EQ(next.round, 0u);
  EXPECT_EQ(next.attempt, 1u);
  EXPECT_FALSE(next.begun);
  EXPECT_EQ(next.virtual_seconds, 30);
  EXPECT_THAT(next.seats, IsEmpty());
  EXPECT_EQ(store_->begin_attempt(0, 0, kSeats).code(), Code::kInternal);
  run_round(0, 1);
  next = *store_->next_attempt();
  EXPECT_EQ(next.round, 1u);
  EXPECT_EQ(next.attempt, 0u);
  EXPECT_EQ(next.virtual_seconds, 0);
  EXPECT_EQ(store_->totals()->void_attempts, 1u);
}

TEST_F(RunStoreTest, MayBeginAtALaterAttemptAsAReplayDoes) {
  run_round(0, 3);
  EXPECT_EQ((*store_->latest())->attempt, 3u);
}

TEST_F(RunStoreTest, KeepsRoundsWithoutSeats) {
  ASSERT_STATUS_OK(store_->begin_attempt(0, 0, {}));
  reopen();
  EXPECT_TRUE(store_->next_attempt()->begun);
  CommitRecord record = commit(0);
  record.members.clear();
  ASSERT_STATUS_OK(store_->commit_round(record));
  EXPECT_EQ((*store_->rounds())[0].drawn, 0u);
}

TEST_F(RunStoreTest, GivesBackACommittedRoundAfterReopening) {
  run_round(0);
  reopen();
  const CommittedState state = **store_->latest();
  EXPECT_EQ(state.round, 0u);
  EXPECT_EQ(state.attempt, 0u);
  EXPECT_THAT(state.masters, ElementsAre(sha256(as_bytes("w0 0")), sha256(as_bytes("w1 0"))));
  EXPECT_EQ(state.average, sha256(as_bytes("avg 0")));
  EXPECT_EQ(state.trainer_state, sha256(as_bytes("server 0")));
  EXPECT_EQ(state.velocity, sha256(as_bytes("velocity 0")));
  EXPECT_EQ(as_text(*store_->blobs().read(state.average)), "avg 0");
}

TEST_F(RunStoreTest, KeepsEveryFigureOfARound) {
  run_round(0);
  reopen();
  const RoundRecord row = (*store_->rounds())[0];
  const RoundFigures& f = row.figures;
  EXPECT_EQ(f.seconds, 1.5);
  EXPECT_EQ(f.server_loss, 0.25);
  EXPECT_EQ(f.user_loss, 0.5);
  EXPECT_EQ(f.mask_rate, 0.75);
  EXPECT_EQ(f.images, 1000u);
  EXPECT_EQ(f.bytes_up, 50u);
  EXPECT_EQ(f.bytes_down, 100u);
  EXPECT_EQ(f.bytes_up_fp32, 200u);
  EXPECT_EQ(f.bytes_down_fp32, 400u);
  EXPECT_EQ(f.wire_bytes_up, 60u);
  EXPECT_EQ(f.wire_bytes_down, 120u);
  EXPECT_THAT(f.pseudo_labels, ElementsAre(3u, 0u, 4u));
  EXPECT_EQ(f.virtual_seconds, 30);
  ASSERT_EQ(f.diversity.size(), 2u);
  EXPECT_EQ(f.diversity[0].tensors, Diversity::Tensors::kAll);
  EXPECT_EQ(f.diversity[0].among, Diversity::Among::kRound);
  EXPECT_EQ(f.diversity[0].nodes, 11);
  EXPECT_EQ(f.diversity[0].d, 3.5);
  EXPECT_EQ(f.diversity[1].tensors, Diversity::Tensors::kClassifier);
  EXPECT_EQ(f.diversity[1].among, Diversity::Among::kGroup);
  EXPECT_TRUE(std::isnan(f.diversity[1].d));
  ASSERT_EQ(f.curvature.size(), 2u);
  EXPECT_EQ(f.curvature[0].tensor, "a.weight");
  EXPECT_EQ(f.curvature[0].trace, 2.5);
  EXPECT_EQ(f.curvature[0].standard_error, 0.5);
  EXPECT_EQ(f.curvature[1].trace, -1);
  EXPECT_TRUE(std::isnan(f.curvature[1].standard_error));
  EXPECT_EQ(row.drawn, 4u);
  EXPECT_EQ(row.counted, 1u);
  EXPECT_EQ(row.evaluation, std::nullopt);
  EXPECT_EQ(row.state.masters.size(), 2u);
}

TEST_F(RunStoreTest, APlanIsInForceUntilTheNext) {
  for (std::uint32_t round = 0; round < 4; ++round) run_round(round);
  EXPECT_FALSE((*store_->bit_plan(0)).has_value());
  for (const std::uint32_t round : {1u, 2u}) {
    const auto plan = *store_->bit_plan(round);
    ASSERT_TRUE(plan.has_value());
    EXPECT_EQ(plan->round, 1u);
    EXPECT_EQ(plan->plan, "plan of round 1");
  }
  EXPECT_EQ((*store_->bit_plan(9))->round, 3u);
}

TEST_F(RunStoreTest, CurvatureIsThatOfTheRoundsAskedFor) {
  for (std::uint32_t round = 0; round < 3; ++round) run_round(round);
  const auto measured = *store_->curvature(1);
  ASSERT_EQ(measured.size(), 2u);
  EXPECT_EQ(measured.begin()->first, 1u);
  EXPECT_EQ(measured.at(2)[0].tensor, "a.weight");
}

TEST_F(RunStoreTest, KeepsEveryMemberAlsoWithFiguresThatAHostileClientReports) {
  run_round(0);
  const std::vector<MemberRecord> rows = *store_->members(0, 0);
  ASSERT_EQ(rows.size(), 4u);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(rows[i].seat, kSeats[i]);
  EXPECT_EQ(rows[0].state, MemberState::kCounted);
  EXPECT_EQ(rows[0].update, sha256(as_bytes("update")));
  EXPECT_EQ(rows[0].bytes_down, 100u);
  EXPECT_EQ(rows[0].bytes_up, 50u);
  EXPECT_EQ(rows[0].loss, 0.1);
  EXPECT_EQ(rows[0].mask_rate, 0.9);
  EXPECT_EQ(rows[0].images, 640u);
  EXPECT_EQ(rows[0].train_seconds, 2.5);
  EXPECT_EQ(rows[1].state, MemberState::kNothing);
  EXPECT_EQ(rows[1].update, std::nullopt);
  EXPECT_EQ(rows[2].state, MemberState::kRefused);
  EXPECT_EQ(rows[2].reason, "value 3 is not finite");
  EXPECT_TRUE(std::isnan(rows[2].loss));
  EXPECT_EQ(rows[2].images, std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(rows[3].state, MemberState::kAbsent);
}

TEST_F(RunStoreTest, ShowsNoMembersOfAnAttemptThatRuns) {
  ASSERT_STATUS_OK(store_->begin_attempt(0, 0, kSeats));
  EXPECT_THAT(*store_->members(0, 0), IsEmpty());
}

TEST_F(RunStoreTest, CommitsARoundOnce) {
  run_round(0);
  EXPECT_EQ(store_->commit_round(commit(0)).code(), Code::kInternal);
  EXPECT_EQ(store_->void_attempt(0, 0, "late", {}, 0).code(), Code::kInternal);
  EXPECT_EQ(store_->rounds()->size(), 1u);
}

TEST_F(RunStoreTest, CommitsNothingOfARecordThatDoesNotFit) {
  ASSERT_STATUS_OK(store_->begin_attempt(0, 0, kSeats));
  CommitRecord wrong_user = commit(0);
  wrong_user.members[3].seat.user = UserId{99};
  EXPECT_EQ(store_->commit_round(wrong_user).code(), Code::kInternal);
  CommitRecord missing_blob = commit(0);
  missing_blob.state.average = sha256(as_bytes("never put"));
  EXPECT_EQ(store_->commit_round(missing_blob).code(), Code::kInternal);
  EXPECT_FALSE(store_->latest()->has_value());
  EXPECT_TRUE(store_->next_attempt()->begun);
  EXPECT_TRUE(store_->commit_round(commit(0)).ok());
}

TEST_F(RunStoreTest, ForgetsBlobsThatACrashLeftWithoutTheirCommit) {
  run_round(0);
  ASSERT_STATUS_OK(store_->begin_attempt(1, 0, kSeats));
  (void)commit(1);  // puts the blobs of round 1; then the process dies
  EXPECT_TRUE(kept("avg 1"));
  reopen();
  EXPECT_FALSE(kept("avg 1"));
  EXPECT_TRUE(kept("avg 0"));
  EXPECT_EQ(store_->next_attempt()->round, 1u);
  EXPECT_TRUE(store_->next_attempt()->begun);
}

TEST_F(RunStoreTest, IsTheRunBeforeOrAfterARoundWhereverItIsKilled) {
  // A child is killed after each of its steps; it says how far it came through its exit.
  for (int steps = 0; steps <= 3; ++steps) {
    const TempDir dir;
    const pid_t child = ::fork();
    if (child == 0) {
      (void)store_.release();  // belongs to the parent
      store_ = *RunStore::open(dir.path(), run_info());
      if (steps >= 1 && !store_->begin_attempt(0, 0, kSeats).ok()) ::_exit(1);
      CommitRecord record;
      if (steps >= 2) record = commit(0);
      if (steps >= 3 && !store_->commit_round(record).ok()) ::_exit(1);
      ::kill(::getpid(), SIGKILL);
    }
    int state = 0;
    ::waitpid(child, &state, 0);
    ASSERT_TRUE(WIFSIGNALED(state)) << steps;
    {
      const auto reader = RunStore::open_read_only(dir.path());  // the killed writer left its journal
      ASSERT_STATUS_OK(reader.status());
      EXPECT_EQ((*reader)->rounds()->size(), steps == 3 ? 1u : 0u);
    }
    const auto store = *RunStore::open(dir.path(), run_info());
    const NextAttempt next = *store->next_attempt();
    EXPECT_EQ(next.round, steps == 3 ? 1u : 0u) << steps;
    EXPECT_EQ(next.begun, steps == 1 || steps == 2) << steps;
    EXPECT_EQ(test::file_count(dir / "blobs"), steps == 3 ? 5u : 0u) << steps;
  }
}

TEST_F(RunStoreTest, StaysAtTheLastRoundWhenTheDiskIsFull) {
  run_round(0);
  ASSERT_STATUS_OK(store_->begin_attempt(1, 0, kSeats));
  store_.reset();
  EXPECT_TRUE(test::holds_with_file_limit(1 << 20, [&] {
    store_ = *RunStore::open(dir_.path(), run_info());
    CommitRecord record = commit(1);
    record.figures.pseudo_labels.assign(200'000, 1'000'000'000'000u);  // a transaction that needs room
    const Status status = store_->commit_round(record);
    return status.code() == Code::kExhausted && status.message().rfind("disk full", 0) == 0;
  }));
  reopen();
  EXPECT_EQ(store_->next_attempt()->round, 1u);
  EXPECT_TRUE(store_->next_attempt()->begun);
  EXPECT_TRUE(store_->commit_round(commit(1)).ok());
}

// ---- what a device asks

TEST_F(RunStoreTest, NamesTheLastCommittedRoundInWhichAUserCounted) {
  run_round(0);
  run_round(1, 2);
  ASSERT_STATUS_OK(store_->begin_attempt(2, 0, kSeats));
  ASSERT_STATUS_OK(store_->void_attempt(2, 0, "too few", members(), 0));  // a void attempt counts nobody
  const auto counted = *store_->last_counted(UserId{7});
  ASSERT_TRUE(counted.has_value());
  EXPECT_EQ(counted->round, 1u);
  EXPECT_EQ(counted->attempt, 2u);
  EXPECT_FALSE(store_->last_counted(UserId{3})->has_value());  // had nothing to report
  EXPECT_FALSE(store_->last_counted(UserId{5})->has_value());  // was refused
  EXPECT_FALSE(store_->last_counted(UserId{9})->has_value());
}

TEST_F(RunStoreTest, ReplacesDeviceStatesAtCommit) {
  ASSERT_STATUS_OK(store_->begin_attempt(0, 0, kSeats));
  CommitRecord first = commit(0);
  first.device_states = {{UserId{7}, put("seven 0")}, {UserId{3}, put("three 0")}};
  ASSERT_STATUS_OK(store_->commit_round(first));
  ASSERT_STATUS_OK(store_->begin_attempt(1, 0, kSeats));
  CommitRecord second = commit(1);
  second.device_states = {{UserId{7}, put("seven 1")}};
  ASSERT_STATUS_OK(store_->commit_round(second));
  reopen();
  EXPECT_THAT(*store_->device_states(), ElementsAre(std::pair(UserId{3}, sha256(as_bytes("three 0"))),
                                                    std::pair(UserId{7}, sha256(as_bytes("seven 1")))));
  ASSERT_STATUS_OK(store_->prune(1).status());
  EXPECT_TRUE(kept("three 0"));
  EXPECT_TRUE(kept("seven 1"));
  EXPECT_FALSE(kept("seven 0"));
}

// ---- pruning and evaluation

TEST_F(RunStoreTest, PruneKeepsTheLastRoundsAndWhatAnEvaluationStillNeeds) {
  for (std::uint32_t round = 0; round < 5; ++round) run_round(round);
  EXPECT_THAT(*store_->rounds_without_evaluation(), ElementsAre(1u, 3u));
  ASSERT_STATUS_OK(store_->prune(1).status());
  EXPECT_TRUE(kept("w0 4") && kept("w1 4") && kept("avg 4") && kept("server 4"));
  EXPECT_TRUE(kept("avg 1") && kept("server 1") && kept("avg 3") && kept("server 3"));
  EXPECT_FALSE(kept("w0 1") || kept("w1 3"));
  EXPECT_FALSE(kept("avg 0") || kept("avg 2") || kept("server 0"));

  ASSERT_STATUS_OK(store_->record_evaluation({1, 0.5, 1.0, {}, 0.1}));
  EXPECT_EQ(*store_->prune(2), 3u);
  EXPECT_FALSE(kept("avg 1") || kept("server 1"));
  EXPECT_TRUE(kept("avg 3"));
  EXPECT_TRUE(store_->committed(1).ok());  // the row stays, its blobs are gone
  EXPECT_EQ(store_->blobs().read(store_->committed(1)->average).status().code(), Code::kNotFound);
}

TEST_F(RunStoreTest, PruneOfAYoungRunRemovesNothing) {
  EXPECT_EQ(*store_->prune(2), 0u);
  run_round(0);
  EXPECT_EQ(*store_->prune(2), 0u);
  EXPECT_TRUE(kept("w0 0"));
}

TEST_F(RunStoreTest, JoinsEvaluationsToTheirRounds) {
  run_round(0);
  run_round(1);
  ASSERT_STATUS_OK(store_->record_evaluation({1, 0.875, 0.5, 0.75, 3.0}));
  EXPECT_THAT(*store_->rounds_without_evaluation(), IsEmpty());
  const std::vector<RoundRecord> rounds = *store_->rounds();
  EXPECT_EQ(rounds[0].evaluation, std::nullopt);
  ASSERT_TRUE(rounds[1].evaluation.has_value());
  EXPECT_EQ(rounds[1].evaluation->round, 1u);
  EXPECT_EQ(rounds[1].evaluation->accuracy, 0.875);
  EXPECT_EQ(rounds[1].evaluation->loss, 0.5);
  EXPECT_EQ(rounds[1].evaluation->accuracy_as_sent, 0.75);
  EXPECT_EQ(rounds[1].evaluation->seconds, 3.0);
}

TEST_F(RunStoreTest, RefusesAnEvaluationOfARoundThatIsNotCommitted) {
  EXPECT_FALSE(store_->record_evaluation({0, 0.5, 0.5, {}, 0}).ok());
}

TEST_F(RunStoreTest, KnowsNoRoundThatIsNotCommitted) {
  ASSERT_STATUS_OK(store_->begin_attempt(0, 0, kSeats));
  EXPECT_EQ(store_->committed(0).status().code(), Code::kNotFound);
}

// ---- history

TEST_F(RunStoreTest, RecordsForAReplayWhoWasPresent) {
  run_round(0);
  ASSERT_STATUS_OK(store_->begin_attempt(1, 0, kSeats));
  ASSERT_STATUS_OK(store_->void_attempt(1, 0, "too few", members(), 0));
  run_round(1, 1);
  ASSERT_STATUS_OK(store_->begin_attempt(2, 0, kSeats));  // not committed: no part of the record
  const std::vector<RecordedRound> rounds = *store_->recorded_rounds();
  ASSERT_EQ(rounds.size(), 2u);
  EXPECT_EQ(rounds[0].attempt, 0u);
  EXPECT_EQ(rounds[1].attempt, 1u);
  for (const RecordedRound& round : rounds) EXPECT_THAT(round.present, ElementsAre(kSeats[0], kSeats[1]));
}

TEST_F(RunStoreTest, SumsUpCommittedRounds) {
  run_round(0);
  run_round(1);
  const RunTotals totals = *store_->totals();
  EXPECT_EQ(totals.rounds, 2u);
  EXPECT_EQ(totals.seconds, 3.0);
  EXPECT_EQ(totals.images, 2000u);
  EXPECT_EQ(totals.bytes_up, 100u);
  EXPECT_EQ(totals.bytes_down, 200u);
  EXPECT_EQ(totals.bytes_up_fp32, 400u);
  EXPECT_EQ(totals.bytes_down_fp32, 800u);
  EXPECT_EQ(totals.wire_bytes_up, 120u);
  EXPECT_EQ(totals.wire_bytes_down, 240u);
}

TEST_F(RunStoreTest, CountsRefusalsByKind) {
  ASSERT_STATUS_OK(store_->add_refusals("malformed", 2));
  ASSERT_STATUS_OK(store_->add_refusals("malformed", 1));
  reopen();
  EXPECT_THAT(*store_->refusals(), ElementsAre(std::pair("malformed", 3u)));
}

TEST_F(RunStoreTest, ReportsRowsThatSomebodyEdited) {
  run_round(0);
  run_round(1);
  const Database raw = *Database::open(dir_ / "run.sqlite", run_migrations());
  ASSERT_STATUS_OK(raw.execute("UPDATE rounds SET average = 'no digest' WHERE round = 1"));
  EXPECT_EQ(store_->latest().status().code(), Code::kCorrupt);
}

}  // namespace
}  // namespace covey::store
