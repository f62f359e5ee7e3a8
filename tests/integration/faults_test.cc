#include <gtest/gtest.h>
#include <signal.h>

#include "tests/integration/support/federation.h"

/// Processes that die, sleep or start twice. Each run finishes, and the kills leave the model as it would
/// have been (semantics.md 5).
namespace covey::testing {
namespace {

/// Long enough rounds that a signal arrives in the middle of one.
const Sets kLongRounds{"federation.period=12", "federation.rounds=5"};
/// A slot that nobody serves ends after a second.
const Sets kShortDeadline{"federation.deadline_s=1.5", "federation.rounds=4", "federation.min_updates=2"};

/// Waits until round `round` is under way: the one before is committed and tasks are out.
void wait_inside_round(const Federation& federation, std::uint32_t round) {
  ASSERT_TRUE(federation.wait_for_rounds(round));
  sleep_seconds(0.1);
}

TEST(Faults, CoordinatorKilledInThreeRoundsEndsOnTheUndisturbedModel) {
  Federation federation(kLongRounds);
  federation.start();
  for (std::uint32_t round = 1; round <= 3; ++round) {
    wait_inside_round(federation, round);
    federation.coordinator().kill();
    EXPECT_LT(committed_rounds(federation.run_folder()), 5u) << "it was killed too late";
    federation.start_coordinator();
  }
  federation.expect_finish();
  EXPECT_EQ(federation.hash(), federation.simulated_hash());
}

TEST(Faults, ClientKilledAndRestartedEndsOnTheUndisturbedModel) {
  Federation federation({"federation.period=12", "federation.rounds=5", "training.optimizer_state=user",
                         "model.norm=batch", "averaging.bn_buffers=local", "upload.codec=qsgd",
                         "upload.bits=3", "upload.error_feedback=true"});
  federation.start();
  for (std::uint32_t round = 1; round <= 3; ++round) {
    wait_inside_round(federation, round);
    federation.client(round % kUsers).kill();
    federation.start_client(round % kUsers);
  }
  federation.expect_finish();
  EXPECT_EQ(federation.hash(), federation.simulated_hash());
}

TEST(Faults, CoordinatorStoppedBySigtermContinuesByTheSameCommand) {
  // Its widths follow from curvature that is measured in every round and kept with it.
  Federation federation({"federation.period=12", "federation.rounds=5", "training.optimizer=adahessian",
                         "training.lr=0.01", "download.codec=hawq", "curvature.from=optimizer",
                         "download.plan_every=2", "download.qat=true"});
  federation.start();
  wait_inside_round(federation, 2);
  federation.coordinator().signal(SIGTERM);
  EXPECT_EQ(federation.coordinator().wait(20), 1);
  EXPECT_NE(federation.coordinator().err().find("the same command continues the run"), std::string::npos);
  federation.start_coordinator();
  federation.expect_finish();
  EXPECT_EQ(federation.hash(), federation.simulated_hash());
}

TEST(Faults, ClientStoppedBySigtermSaysGoodbyeAndContinues) {
  Federation federation(kLongRounds);
  federation.start();
  wait_inside_round(federation, 1);
  federation.client(1).signal(SIGTERM);
  EXPECT_EQ(federation.client(1).wait(20), 0) << federation.client(1).err();
  federation.start_client(1);
  federation.expect_finish();
  EXPECT_EQ(federation.hash(), federation.simulated_hash());
}

TEST(Faults, SleepingClientLosesItsSlotsAndTheOthersGoOn) {
  Federation federation(kShortDeadline);
  federation.start();
  ASSERT_TRUE(federation.wait_for_rounds(1));
  federation.client(2).signal(SIGSTOP);
  EXPECT_EQ(federation.coordinator().wait(60), 0);
  federation.client(2).signal(SIGCONT);
  federation.expect_finish();
  EXPECT_EQ(federation.simulated_hash({"--replay", (federation.run_folder() / "run.sqlite").string()}),
            federation.hash());
}

TEST(Faults, SleepingClientJoinsAgainWhenItWakes) {
  Federation federation({"federation.deadline_s=3", "federation.rounds=5", "federation.min_updates=2"});
  federation.start();
  ASSERT_TRUE(federation.wait_for_rounds(1));
  federation.client(2).signal(SIGSTOP);
  const std::uint32_t asleep = committed_rounds(federation.run_folder());
  ASSERT_TRUE(federation.wait_for_rounds(asleep + 1));
  federation.client(2).signal(SIGCONT);
  federation.expect_finish();
  EXPECT_TRUE(federation.took_part(2, committed_rounds(federation.run_folder()) - 1));
  EXPECT_EQ(federation.simulated_hash({"--replay", federation.run_folder().string()}), federation.hash());
}

TEST(Faults, SecondProcessInOneClientFolderIsRefused) {
  Federation federation(kLongRounds);
  federation.start();
  wait_inside_round(federation, 1);
  const Outcome second = run(federation.client_command(federation.client_folder(0), 0));
  EXPECT_EQ(second.code, 1) << second.err;
  EXPECT_NE(second.err.find("in use"), std::string::npos) << second.err;
  federation.expect_finish();
}

TEST(Faults, NewerProcessWithTheSameKeyWins) {
  Federation federation(kLongRounds);
  federation.start();
  wait_inside_round(federation, 1);
  const fs::path copy = federation.folder() / "copy";
  federation.client(0).signal(SIGSTOP);  // so that the copy is of one moment
  fs::copy(federation.client_folder(0), copy, fs::copy_options::recursive);
  federation.client(0).signal(SIGCONT);
  Process newer(federation.client_command(copy, 0));
  EXPECT_EQ(federation.client(0).wait(30), 1);
  EXPECT_NE(federation.client(0).err().find("superseded"), std::string::npos);
  EXPECT_EQ(federation.coordinator().wait(60), 0);
  EXPECT_EQ(newer.wait(20), 0) << newer.err();
  EXPECT_EQ(federation.hash(), federation.simulated_hash());
}

TEST(Faults, RevokedClientIsRefusedAndTheRunGoesOn) {
  Federation federation({"federation.deadline_s=3", "federation.rounds=4", "federation.min_updates=2"});
  federation.start();
  ASSERT_TRUE(federation.wait_for_rounds(1));
  federation.client(2).signal(SIGSTOP);  // holds the run up until the key is revoked
  const Outcome revoked =
      run({coordinator_program(), "clients", federation.coordinator_folder().string(), "revoke", "2"});
  EXPECT_EQ(revoked.code, 0) << revoked.err;
  federation.client(2).signal(SIGCONT);
  EXPECT_EQ(federation.client(2).wait(30), 1);
  EXPECT_NE(federation.client(2).err().find("not enrolled, or was revoked"), std::string::npos);
  EXPECT_EQ(federation.coordinator().wait(60), 0);
  EXPECT_GE(federation.refused("not_enrolled"), 1u);
  EXPECT_EQ(federation.simulated_hash({"--replay", federation.run_folder().string()}), federation.hash());
}

}  // namespace
}  // namespace covey::testing
