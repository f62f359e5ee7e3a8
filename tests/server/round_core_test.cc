#include "server/round_core.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/server/support/round_harness.h"

namespace covey::testing {
namespace {

namespace action = server::action;
namespace event = server::event;
using server::SeatState;

// ---- draw

TEST(RoundCoreDraw, StoresTheAttemptBeforeAnyTaskLeaves) {
  Round round(alternate());
  round.connect(0);
  const auto started = round.step(event::Started{});
  EXPECT_EQ(only<action::StoreAttempt>(started).seats.size(), 2u);
  EXPECT_FALSE(has<action::SendTask>(started));
  const auto stored = round.step(event::AttemptStored{});
  EXPECT_EQ(only<action::SendTask>(stored).user, UserId{0});
}

TEST(RoundCoreDraw, FixedSelectionDrawsAbsentUsersToo) {
  Round round(alternate());
  EXPECT_EQ(only<action::StoreAttempt>(round.step(event::Started{})).seats.size(), 2u);
}

TEST(RoundCoreDraw, AvailableSelectionWaitsForEnoughUsers) {
  auto settings = alternate();
  settings.only_connected = true;
  Round round(settings);
  EXPECT_TRUE(round.step(event::Started{}).empty());
  EXPECT_TRUE(round.connect(3).empty());
  const auto store = only<action::StoreAttempt>(round.connect(1));
  EXPECT_EQ(store.seats[0].user, UserId{1});
  EXPECT_EQ(store.seats[1].user, UserId{3});
}

TEST(RoundCoreDraw, AvailableSelectionTakesFewerUsersAfterTheDeadline) {
  auto settings = alternate();
  settings.only_connected = true;
  Round round(settings);
  round.step(event::Started{});
  round.connect(3);
  EXPECT_EQ(round.core.next_deadline(), 100);
  EXPECT_TRUE(round.tick_at(99).empty());
  EXPECT_EQ(only<action::StoreAttempt>(round.tick_at(100)).seats.size(), 1u);
}

TEST(RoundCoreDraw, WaitingPastTheDeadlineNeedsNoTimerAndDrawsWhenAUserComes) {
  auto settings = alternate();
  settings.only_connected = true;
  settings.min_updates = 2;
  Round round(settings);
  round.step(event::Started{});
  round.connect(3);
  EXPECT_TRUE(round.tick_at(100).empty());
  EXPECT_FALSE(round.core.next_deadline());
  EXPECT_EQ(only<action::StoreAttempt>(round.connect(2)).seats.size(), 2u);
}

TEST(RoundCoreDraw, AUserThatLeftBeforeTheDrawIsNoCandidate) {
  auto settings = alternate();
  settings.only_connected = true;
  Round round(settings);
  round.step(event::Started{});
  round.connect(0);
  round.leave(0);
  EXPECT_TRUE(round.connect(1).empty());
  EXPECT_EQ(only<action::StoreAttempt>(round.connect(2)).seats[0].user, UserId{1});
}

TEST(RoundCoreDraw, AnInfiniteDeadlineNeedsNoTimer) {
  auto settings = alternate();
  settings.deadline_s = std::numeric_limits<double>::infinity();
  Round round(settings);
  round.open({0, 1});
  EXPECT_FALSE(round.core.next_deadline());
}

TEST(RoundCoreDeadline, WhateverEventComesFirstPastItClosesTheRound) {
  for (const bool leaves : {true, false}) {
    Round round(alternate());
    round.open({0, 1});
    round.upload(0, 1);
    round.now = *round.core.next_deadline();
    const auto actions = leaves ? round.leave(1) : round.connect(3);
    EXPECT_TRUE(has<action::Average>(actions)) << leaves;
  }
}

// ---- resume

TEST(RoundCoreResume, AnAttemptThatWasBegunKeepsItsSeatsWhoeverIsConnected) {
  auto settings = alternate();
  settings.only_connected = true;
  server::RoundCore::Resume resume;
  resume.round = 1;
  resume.attempt = 3;
  resume.seats = {{SlotId{0}, UserId{3}}, {SlotId{1}, UserId{2}}};
  Round round(settings, 2, resume);
  const auto store = only<action::StoreAttempt>(round.step(event::Started{}));
  EXPECT_EQ(store.round, 1u);
  EXPECT_EQ(store.attempt, 3u);
  ASSERT_EQ(store.seats.size(), 2u);
  EXPECT_EQ(store.seats[0].user, UserId{3});
}

TEST(RoundCoreResume, TheNextAttemptIsDrawnAnew) {
  server::RoundCore::Resume resume;
  resume.attempt = 3;
  resume.seats = {{SlotId{0}, UserId{3}}, {SlotId{1}, UserId{2}}};
  Round round(alternate(), 2, resume);
  round.open({});
  const auto actions = round.tick_at(100);
  EXPECT_EQ(only<action::VoidAttempt>(actions).attempt, 3u);
  EXPECT_EQ(only<action::StoreAttempt>(actions).attempt, 4u);
  EXPECT_EQ(only<action::StoreAttempt>(actions).seats[0].user, UserId{0});
}

TEST(RoundCoreResume, ARunWhoseLastRoundIsCommittedFinishesAtOnce) {
  server::RoundCore::Resume resume;
  resume.round = 2;
  Round round(alternate(), 2, resume);
  EXPECT_TRUE(has<action::FinishRun>(round.step(event::Started{})));
  EXPECT_TRUE(round.core.finished());
}

TEST(RoundCoreResume, AnUpdateThatTheLastRoundTookIsAcknowledgedAgain) {
  server::RoundCore::Resume resume;
  resume.round = 1;
  resume.taken[UserId{3}] = {0, 2, digest(7)};
  Round round(alternate(), 2, resume);
  round.open({3});
  EXPECT_TRUE(only<action::AnswerUpdate>(round.offer_for(0, 2, 3, 7)).accepted);
  EXPECT_FALSE(only<action::AnswerUpdate>(round.offer_for(0, 2, 3, 8)).accepted);
  EXPECT_FALSE(only<action::AnswerUpdate>(round.offer_for(0, 1, 3, 7)).accepted);
}

// ---- tasks and sessions

TEST(RoundCoreTasks, AUserThatComesLateGetsItsTaskWithTheTimeThatIsLeft) {
  Round round(alternate());
  round.open({});
  round.now = 60;
  const auto task = only<action::SendTask>(round.connect(1));
  EXPECT_EQ(task.slot, SlotId{1});
  EXPECT_EQ(task.seconds_left, 40);
}

TEST(RoundCoreTasks, AUserWithoutASeatGetsNothing) {
  Round round(alternate());
  round.open({});
  EXPECT_TRUE(round.connect(3).empty());
}

TEST(RoundCoreTasks, ATaskIsSentOncePerSession) {
  Round round(alternate());
  EXPECT_EQ(all_of<action::SendTask>(round.open({0})).size(), 1u);
  EXPECT_TRUE(round.leave(0).empty());
  EXPECT_EQ(all_of<action::SendTask>(round.connect(0)).size(), 1u);
  EXPECT_EQ(all_of<action::SendTask>(round.connect(0)).size(), 1u) << "a session that replaces another";
}

TEST(RoundCoreTasks, AnUploadThatWasCutIsAskedForAgain) {
  Round round(alternate());
  round.open({0, 1});
  round.offer(0, 7);
  round.leave(0);
  EXPECT_EQ(round.seat(0), SeatState::kDrawn);
  EXPECT_TRUE(has<action::SendTask>(round.connect(0)));
  EXPECT_TRUE(has<action::FetchUpdate>(round.offer(0, 7)));
}

TEST(RoundCoreTasks, ASessionThatReplacesAnUploadingOneGetsTheTask) {
  Round round(alternate());
  round.open({0, 1});
  round.offer(0, 7);
  EXPECT_TRUE(has<action::SendTask>(round.connect(0)));
  EXPECT_TRUE(has<action::FetchUpdate>(round.offer(0, 7)));
}

TEST(RoundCoreTasks, NothingIsSentForASeatThatIsSettled) {
  auto settings = alternate();
  settings.communicating = 4;
  Round round(settings);
  round.open({0, 1, 2, 3});
  round.upload(0, 7);
  round.offer(1, 0, true);
  round.offer(2, 9);
  round.arrive(2, 9, "not finite");
  for (const std::uint32_t user : {0u, 1u, 2u}) {
    round.leave(user);
    EXPECT_TRUE(round.connect(user).empty()) << user;
  }
}

TEST(RoundCoreTasks, NoTaskIsSentOnceTheRoundIsFull) {
  Round round(parallel(), 3);
  round.open({0, 1});
  round.upload(0, 7);
  round.upload(1, 8);
  EXPECT_TRUE(round.connect(2).empty());
}

// ---- broken promises of the driver

TEST(RoundCoreDeath, ReportsThatNobodyAskedForStopTheProgram) {
  EXPECT_DEATH({ Round(alternate()).step(event::AttemptStored{}); }, "");
  EXPECT_DEATH({ Round(alternate()).step(event::Averaged{}); }, "");
  EXPECT_DEATH({ Round(alternate()).step(event::Committed{}); }, "");
  EXPECT_DEATH({ Round(alternate()).step(event::ServerTrained{}); }, "not training");
}

TEST(RoundCoreDeath, SettingsThatNoRoundCanMeetStopTheProgram) {
  auto settings = alternate();
  settings.min_updates = 3;
  EXPECT_DEATH(Round{settings}, "min_updates");
  settings = alternate();
  settings.communicating = 5;
  EXPECT_DEATH(Round{settings}, "communicating");
  settings = alternate();
  settings.order = server::Order::kUsersOnly;
  settings.warmup_rounds = 1;
  EXPECT_DEATH(Round{settings}, "warmup_rounds");
}

}  // namespace
}  // namespace covey::testing
