// RoundCore from the first offer to the commit or the void.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/server/support/round_harness.h"

namespace covey::testing {
namespace {

using ::testing::HasSubstr;
namespace action = server::action;
namespace event = server::event;
using server::SeatState;

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

TEST(RoundCoreUpdates, TheSameOfferAgainWhileItsBytesComeChangesNothingAndAnotherIsRefused) {
  Round round(alternate());
  round.open({0, 1});
  round.offer(0, 7);
  EXPECT_TRUE(round.offer(0, 7).empty());
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

TEST(RoundCoreClose, WithUsersOnlyTheirAverageIsTheRound) {
  auto settings = alternate();
  settings.order = server::Order::kUsersOnly;
  Round round(settings);
  EXPECT_FALSE(has<action::TrainServer>(round.open({0, 1})));
  round.upload(0, 7);
  EXPECT_FALSE(only<action::Average>(round.upload(1, 8)).with_server);
  const auto averaged = round.step(event::Averaged{});
  EXPECT_FALSE(has<action::TrainServer>(averaged));
  EXPECT_EQ(only<action::Commit>(averaged).round, 0u);
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

}  // namespace
}  // namespace covey::testing
