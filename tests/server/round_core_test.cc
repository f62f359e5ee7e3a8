#include "server/round_core.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/server/support/round_harness.h"

namespace covey::testing {
namespace {

using ::testing::HasSubstr;
namespace action = server::action;
namespace event = server::event;
using server::SeatState;

server::RoundSettings alternate() {
  server::RoundSettings s;
  s.users = 4;
  s.communicating = 2;
  s.rounds = 2;
  s.order = server::Order::kAlternate;
  s.deadline_s = 100;
  return s;
}

server::RoundSettings parallel() {
  server::RoundSettings s = alternate();
  s.order = server::Order::kParallel;
  return s;
}

/// Drives the open round, whose members are complete, to its commit.
void commit(Round& round) {
  round.step(event::Averaged{});
  round.step(event::ServerTrained{});
  round.step(event::Committed{});
}

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

// ---- updates

TEST(RoundCoreUpdates, AnOfferIsFetchedCountedAndAnswered) {
  Round round(alternate());
  round.open({0, 1});
  const auto fetch = only<action::FetchUpdate>(round.offer(1, 7));
  EXPECT_EQ(fetch.slot, SlotId{1});
  EXPECT_EQ(fetch.update, digest(7));
  const auto actions = round.arrive(1, 7);
  EXPECT_EQ(only<action::CountUpdate>(actions).slot, SlotId{1});
  EXPECT_TRUE(only<action::AnswerUpdate>(actions).accepted);
  EXPECT_EQ(round.seat(1), SeatState::kCounted);
}

TEST(RoundCoreUpdates, TheSameUpdateAgainIsAcknowledgedAndNotCounted) {
  Round round(alternate());
  round.open({0, 1});
  round.upload(0, 7);
  for (const auto& actions : {round.offer(0, 7), round.arrive(0, 7)}) {
    EXPECT_TRUE(only<action::AnswerUpdate>(actions).accepted);
    EXPECT_EQ(actions.size(), 1u);
  }
}

TEST(RoundCoreUpdates, AnotherUpdateAfterOneThatCountedIsRefused) {
  Round round(alternate());
  round.open({0, 1});
  round.upload(0, 7);
  const auto answer = only<action::AnswerUpdate>(round.offer(0, 8));
  EXPECT_FALSE(answer.accepted);
  EXPECT_THAT(answer.reason, HasSubstr("another update"));
}

TEST(RoundCoreUpdates, TheSameOfferAgainWhileItsBytesComeIsFetchedAndAnotherRefused) {
  Round round(alternate());
  round.open({0, 1});
  round.offer(0, 7);
  EXPECT_TRUE(has<action::FetchUpdate>(round.offer(0, 7)));
  EXPECT_FALSE(only<action::AnswerUpdate>(round.offer(0, 8)).accepted);
}

TEST(RoundCoreUpdates, AnUpdateThatFailsACheckIsRefusedForTheAttempt) {
  Round round(alternate());
  round.open({0, 1});
  round.offer(0, 7);
  const auto answer = only<action::AnswerUpdate>(round.arrive(0, 7, "tensor w is not finite"));
  EXPECT_FALSE(answer.accepted);
  EXPECT_EQ(answer.reason, "tensor w is not finite");
  EXPECT_EQ(round.seat(0), SeatState::kRefused);
  EXPECT_FALSE(only<action::AnswerUpdate>(round.offer(0, 8)).accepted);
  EXPECT_FALSE(only<action::AnswerUpdate>(round.arrive(0, 7)).accepted);
}

TEST(RoundCoreUpdates, BytesOfASessionThatJustEndedCount) {
  Round round(alternate());
  round.open({0, 1});
  round.offer(0, 7);
  round.connect(0);
  EXPECT_TRUE(has<action::CountUpdate>(round.arrive(0, 7)));
  EXPECT_TRUE(only<action::AnswerUpdate>(round.offer(0, 7)).accepted);
}

TEST(RoundCoreUpdates, AFailureOfASessionThatEndedDoesNotCostTheSeat) {
  Round round(alternate());
  round.open({0, 1});
  round.offer(0, 7);
  round.connect(0);
  EXPECT_FALSE(only<action::AnswerUpdate>(round.arrive(0, 7, "the digest does not fit")).accepted);
  EXPECT_EQ(round.seat(0), SeatState::kDrawn);
}

TEST(RoundCoreUpdates, BytesThatWereNotOfferedAreRefused) {
  Round round(alternate());
  round.open({0, 1});
  EXPECT_FALSE(only<action::AnswerUpdate>(round.arrive(0, 7)).accepted);
  EXPECT_FALSE(only<action::AnswerUpdate>(round.arrive(3, 7)).accepted);
}

TEST(RoundCoreUpdates, OffersForAnotherRoundOrAttemptOrWithoutASeatAreRefused) {
  Round round(alternate());
  round.open({0, 1, 3});
  EXPECT_THAT(only<action::AnswerUpdate>(round.offer_for(1, 0, 0, 7)).reason, HasSubstr("round 1 attempt 0"));
  EXPECT_THAT(only<action::AnswerUpdate>(round.offer_for(0, 5, 0, 7)).reason, HasSubstr("not open"));
  EXPECT_THAT(only<action::AnswerUpdate>(round.offer(3, 7)).reason, HasSubstr("no slot"));
}

TEST(RoundCoreUpdates, NothingToReportIsAcceptedAsOftenAsItIsSaid) {
  Round round(alternate());
  round.open({0, 1});
  EXPECT_TRUE(only<action::AnswerUpdate>(round.offer(0, 0, true)).accepted);
  EXPECT_EQ(round.seat(0), SeatState::kNothing);
  EXPECT_TRUE(only<action::AnswerUpdate>(round.offer(0, 0, true)).accepted);
  EXPECT_FALSE(only<action::AnswerUpdate>(round.offer(0, 7)).accepted);
}

TEST(RoundCoreUpdates, AFullRoundCountsNoMoreWhileTheServerTrains) {
  Round round(parallel(), 4);
  round.open({0, 1, 2, 3});
  round.offer(2, 9);
  round.upload(0, 7);
  round.upload(1, 8);
  const auto arrived = round.arrive(2, 9);
  EXPECT_FALSE(has<action::CountUpdate>(arrived));
  EXPECT_EQ(only<action::AnswerUpdate>(arrived).reason, "the round is full");
  EXPECT_EQ(only<action::AnswerUpdate>(round.offer(3, 9)).reason, "the round is full");
  const auto closed = round.step(event::ServerTrained{});
  EXPECT_TRUE(only<action::Average>(closed).with_server);
  EXPECT_EQ(round.seat(2), SeatState::kAbsent);
  EXPECT_EQ(round.seat(3), SeatState::kAbsent);
}

TEST(RoundCoreUpdates, AnUploadUnderWayWhenTheRoundClosesIsAnsweredThen) {
  Round round(alternate(), 3);
  round.open({0, 1, 2});
  round.offer(2, 9);
  round.upload(0, 7);
  const auto closed = round.upload(1, 8);
  EXPECT_TRUE(has<action::Average>(closed));
  const auto answers = all_of<action::AnswerUpdate>(closed);
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(answers[1].user, UserId{2});
  EXPECT_FALSE(answers[1].accepted);
}

TEST(RoundCoreUpdates, WhatCountedIsAcknowledgedWhileTheRoundIsClosedAndAfterItsCommit) {
  Round round(alternate());
  round.open({0, 1});
  round.upload(0, 7);
  round.offer(1, 0, true);
  const auto acknowledged = [&] {
    return only<action::AnswerUpdate>(round.offer_for(0, 0, 0, 7)).accepted &&
           only<action::AnswerUpdate>(round.offer_for(0, 0, 1, 0, true)).accepted &&
           !only<action::AnswerUpdate>(round.offer_for(0, 0, 0, 8)).accepted;
  };
  EXPECT_TRUE(acknowledged()) << "averaging";
  round.step(event::Averaged{});
  EXPECT_TRUE(acknowledged()) << "server steps";
  round.step(event::ServerTrained{});
  EXPECT_TRUE(acknowledged()) << "committing";
  round.step(event::Committed{});
  EXPECT_TRUE(acknowledged()) << "the next round";
}

TEST(RoundCoreUpdates, AVoidAttemptTookNothingButEarlierRoundsStayOnRecord) {
  auto settings = alternate();
  settings.min_updates = 2;
  Round round(settings);
  round.open({0, 1});
  round.upload(0, 7);
  round.upload(1, 8);
  commit(round);
  round.step(event::AttemptStored{});
  round.upload(0, 9);
  EXPECT_TRUE(has<action::VoidAttempt>(round.tick_at(200)));
  EXPECT_FALSE(only<action::AnswerUpdate>(round.offer_for(1, 0, 0, 9)).accepted);
  EXPECT_TRUE(only<action::AnswerUpdate>(round.offer_for(0, 0, 0, 7)).accepted);
}

// ---- closing

TEST(RoundCoreClose, AlternateOrderAveragesTheMembersThenTrainsThenCommits) {
  Round round(alternate());
  EXPECT_FALSE(has<action::TrainServer>(round.open({0, 1})));
  round.upload(0, 7);
  EXPECT_FALSE(only<action::Average>(round.upload(1, 8)).with_server);
  EXPECT_TRUE(only<action::TrainServer>(round.step(event::Averaged{})).from_members);
  const auto commits = only<action::Commit>(round.step(event::ServerTrained{}));
  EXPECT_EQ(commits.seats.at(SlotId{0}), SeatState::kCounted);
  const auto next = round.step(event::Committed{});
  EXPECT_EQ(only<action::StoreAttempt>(next).round, 1u);
}

TEST(RoundCoreClose, ParallelOrderTrainsBesideTheMembersAndWaitsForBoth) {
  Round round(parallel());
  EXPECT_FALSE(only<action::TrainServer>(round.open({0, 1})).from_members);
  round.upload(0, 7);
  EXPECT_FALSE(has<action::Average>(round.step(event::ServerTrained{})));
  EXPECT_TRUE(only<action::Average>(round.upload(1, 8)).with_server);
  EXPECT_TRUE(has<action::Commit>(round.step(event::Averaged{})));
}

TEST(RoundCoreClose, AWarmUpRoundIsTheServersAlone) {
  auto settings = alternate();
  settings.warmup_rounds = 1;
  Round round(settings);
  EXPECT_TRUE(only<action::StoreAttempt>(round.step(event::Started{})).seats.empty());
  const auto stored = round.step(event::AttemptStored{});
  EXPECT_FALSE(has<action::SendTask>(stored));
  EXPECT_FALSE(only<action::TrainServer>(stored).from_members);
  EXPECT_TRUE(only<action::Average>(round.step(event::ServerTrained{})).with_server);
  EXPECT_TRUE(has<action::Commit>(round.step(event::Averaged{})));
  EXPECT_EQ(only<action::StoreAttempt>(round.step(event::Committed{})).seats.size(), 2u);
}

TEST(RoundCoreClose, AWarmUpRoundThatOutlivesTheDeadlineIsNotVoid) {
  auto settings = parallel();
  settings.warmup_rounds = 1;
  Round round(settings);
  round.open({});
  EXPECT_TRUE(round.tick_at(500).empty());
  EXPECT_TRUE(has<action::Average>(round.step(event::ServerTrained{})));
}

TEST(RoundCoreClose, TheDeadlineClosesWithThoseWhoAreThere) {
  Round round(alternate());
  round.open({0, 1});
  round.upload(0, 7);
  EXPECT_EQ(round.core.next_deadline(), 100);
  EXPECT_TRUE(round.tick_at(99.9).empty());
  EXPECT_TRUE(has<action::Average>(round.tick_at(100)));
  EXPECT_EQ(round.seat(1), SeatState::kAbsent);
}

TEST(RoundCoreClose, MembersWithNothingToReportCountAsPresent) {
  auto settings = alternate();
  settings.min_updates = 2;
  Round round(settings);
  round.open({0, 1});
  round.offer(0, 0, true);
  EXPECT_TRUE(has<action::Average>(round.offer(1, 0, true)));
}

TEST(RoundCoreClose, TooFewMembersAtTheDeadlineVoidTheAttempt) {
  Round round(alternate());
  round.open({0});
  const auto actions = round.tick_at(100);
  EXPECT_EQ(only<action::VoidAttempt>(actions).seats.at(SlotId{0}), SeatState::kAbsent);
  EXPECT_EQ(only<action::StoreAttempt>(actions).attempt, 1u);
  EXPECT_EQ(only<action::StoreAttempt>(actions).round, 0u);
  EXPECT_TRUE(has<action::SendTask>(round.step(event::AttemptStored{})));
  EXPECT_EQ(round.core.next_deadline(), 200);
}

TEST(RoundCoreClose, TooFewMembersWaitForTheDeadlineEvenWhenAllAreResolved) {
  Round round(alternate());
  round.open({0, 1});
  for (const std::uint32_t user : {0u, 1u}) {
    round.offer(user, 7);
    EXPECT_FALSE(has<action::VoidAttempt>(round.arrive(user, 7, "bad")));
  }
  EXPECT_TRUE(has<action::VoidAttempt>(round.tick_at(100)));
}

TEST(RoundCoreClose, TheNextAttemptNumberStartsAgainWithTheNextRound) {
  Round round(alternate());
  round.open({0, 1});
  round.tick_at(100);
  round.step(event::AttemptStored{});
  round.upload(0, 7);
  round.upload(1, 8);
  commit(round);
  EXPECT_EQ(round.core.round(), 1u);
  EXPECT_EQ(round.core.attempt(), 0u);
}

TEST(RoundCoreClose, AVoidAttemptWaitsForTheServersSteps) {
  Round round(parallel());
  round.open({});
  EXPECT_TRUE(round.tick_at(100).empty());
  EXPECT_FALSE(round.core.next_deadline()) << "a timer that is due would make the driver spin";
  const auto actions = round.step(event::ServerTrained{});
  EXPECT_TRUE(has<action::VoidAttempt>(actions));
  EXPECT_TRUE(has<action::StoreAttempt>(actions));
}

TEST(RoundCoreClose, UpdatesCountWhileTheServerTrainsPastTheDeadline) {
  Round round(parallel());
  round.open({});
  round.tick_at(100);
  round.now = 120;
  EXPECT_EQ(only<action::SendTask>(round.connect(0)).seconds_left, 0);
  EXPECT_TRUE(has<action::CountUpdate>(round.upload(0, 7)));
  EXPECT_TRUE(has<action::Average>(round.step(event::ServerTrained{})));
}

TEST(RoundCoreClose, AfterTheLastRoundOnlyOffersAreAnswered) {
  auto settings = alternate();
  settings.rounds = 1;
  Round round(settings);
  round.open({0, 1});
  round.upload(0, 7);
  round.upload(1, 8);
  round.step(event::Averaged{});
  round.step(event::ServerTrained{});
  EXPECT_TRUE(has<action::FinishRun>(round.step(event::Committed{})));
  EXPECT_TRUE(round.connect(2).empty());
  EXPECT_TRUE(round.leave(0).empty());
  EXPECT_TRUE(round.tick_at(1000).empty());
  EXPECT_FALSE(round.core.next_deadline());
  EXPECT_TRUE(only<action::AnswerUpdate>(round.offer_for(0, 0, 0, 7)).accepted);
  EXPECT_FALSE(only<action::AnswerUpdate>(round.offer(0, 7)).accepted);
}

TEST(RoundCoreClose, EventsOfUsersChangeNothingWhileNoRoundIsOpen) {
  Round round(alternate());
  EXPECT_FALSE(only<action::AnswerUpdate>(round.offer(0, 7)).accepted) << "before the start";
  round.connect(0);
  round.step(event::Started{});
  EXPECT_FALSE(only<action::AnswerUpdate>(round.offer(0, 7)).accepted) << "storing";
  EXPECT_TRUE(round.connect(1).empty());
  EXPECT_TRUE(round.tick_at(5).empty());
  EXPECT_EQ(all_of<action::SendTask>(round.step(event::AttemptStored{})).size(), 2u);
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
}

}  // namespace
}  // namespace covey::testing
