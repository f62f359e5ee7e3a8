// ClientCore at work on tasks: in one session, across sessions, and when the run changes.

#include <gtest/gtest.h>

#include "common/wire/limits.h"
#include "tests/client/support/client_harness.h"

namespace covey::testing {
namespace {

// ---- the work

TEST(ClientWork, FetchesTrainsStoresAndThenOffers) {
  Client c;
  c.join();
  const auto fetch = all_of<action::FetchModel>(c.receive(task(4)));
  ASSERT_EQ(fetch.size(), 1u);
  EXPECT_EQ(fetch[0].bytes, 100u);
  EXPECT_EQ(all_of<action::Train>(c.step(event::ModelReady{digest(1)}))[0].task.round, 4u);
  EXPECT_TRUE(c.core.busy());
  const auto trained = c.step(event::Trained{finished(task(4))});
  EXPECT_TRUE(has<action::StoreTentative>(trained));
  EXPECT_FALSE(has<action::Send>(trained)) << "stored before it is offered";
  const auto offer = sent<wire::UpdateOffer>(c.step(event::TentativeStored{}));
  ASSERT_EQ(offer.size(), 1u);
  EXPECT_EQ(offer[0].round, 4u);
  EXPECT_EQ(offer[0].slot, SlotId{2});
  EXPECT_EQ(offer[0].update, digest(50));
  EXPECT_FALSE(c.core.busy());
}

TEST(ClientWork, ASmallUpdateGoesAlongWhereTheTaskAllowsIt) {
  for (const bool allowed : {false, true}) {
    for (const std::uint64_t bytes :
         {std::uint64_t{0}, std::uint64_t{wire::kChunkBytes}, std::uint64_t{wire::kChunkBytes} + 1}) {
      Client c;
      wire::Task given = task(0);
      given.update_with_offer = allowed;
      c.join().receive(given);
      c.step(event::ModelReady{digest(1)});
      client::Finished done = finished(given);
      done.update_bytes = bytes;
      done.nothing_to_report = bytes == 0;
      c.step(event::Trained{done});
      const auto sends = all_of<action::Send>(c.step(event::TentativeStored{}));
      ASSERT_EQ(sends.size(), 1u);
      EXPECT_EQ(sends[0].with_update, allowed && bytes == wire::kChunkBytes) << allowed << " " << bytes;
    }
  }
}

TEST(ClientWork, AnUpdateGoesAlongOnceASessionAndOnlyForATaskOfIt) {
  const auto with_update = [](const Actions& actions) {
    const auto sends = all_of<action::Send>(actions);
    EXPECT_EQ(sends.size(), 1u);
    return !sends.empty() && sends.back().with_update;
  };
  wire::Task given = task(0);
  given.update_with_offer = true;
  Client c;
  c.join().receive(given);
  c.step(event::ModelReady{digest(1)});
  c.step(event::Trained{finished(given)});
  EXPECT_TRUE(with_update(c.step(event::TentativeStored{})));
  EXPECT_FALSE(with_update(c.receive(given))) << "the coordinator may have it";
  EXPECT_FALSE(with_update(c.reconnect())) << "no task of this session asked for it";
  EXPECT_FALSE(with_update(c.receive(given)));
  given.round = 1;
  c.receive(given);
  c.step(event::ModelReady{digest(1)});
  c.step(event::Trained{finished(given, 51)});
  EXPECT_TRUE(with_update(c.step(event::TentativeStored{})));
}

TEST(ClientWork, AnAnswerEndsTheWork) {
  for (const bool accepted : {true, false}) {
    Client c;
    c.join().work(task(0));
    const auto logs = all_of<action::Log>(c.receive(answer(finished(task(0)), accepted)));
    ASSERT_EQ(logs.size(), 1u);
    EXPECT_EQ(logs[0].warning, !accepted);
    EXPECT_TRUE(c.receive(answer(finished(task(0)), accepted)).empty()) << "a second answer";
  }
}

TEST(ClientWork, AnAnswerToAnEarlierOfferIsIgnored) {
  Client c;
  c.join().work(task(0), 0);
  c.work(task(1), 0);  // nothing to report: the same digest in every round
  EXPECT_TRUE(c.receive(answer(finished(task(0), 0))).empty());
  EXPECT_FALSE(c.receive(answer(finished(task(1), 0))).empty());
}

TEST(ClientWork, TheSameTaskAgainIsNotBegunAgain) {
  Client c;
  c.join().receive(task(0));
  EXPECT_TRUE(c.receive(task(0)).empty()) << "fetching";
  c.step(event::ModelReady{digest(1)});
  EXPECT_TRUE(c.receive(task(0)).empty()) << "training";
  c.step(event::Trained{finished(task(0))});
  EXPECT_TRUE(c.receive(task(0)).empty()) << "storing";
  EXPECT_TRUE(has<action::Send>(c.step(event::TentativeStored{})));
}

TEST(ClientWork, TheSameTaskWhileOfferingIsOfferedAgain) {
  Client c;
  c.join().work(task(0));
  const auto again = c.receive(task(0));
  EXPECT_EQ(sent<wire::UpdateOffer>(again).size(), 1u) << "the coordinator asks because it waits";
  EXPECT_EQ(again.size(), 1u);
}

TEST(ClientWork, TheSameTaskAfterTheAnswerIsOfferedAgainAndNotTrained) {
  Client c;
  c.join().work(task(0));
  c.receive(answer(finished(task(0))));
  const auto again = c.receive(task(0));
  EXPECT_EQ(sent<wire::UpdateOffer>(again).size(), 1u);
  EXPECT_EQ(again.size(), 1u);
}

TEST(ClientWork, ARestartedDeviceOffersWhatItStored) {
  Client c;
  c.join(finished(task(3)));
  const auto actions = c.receive(task(3));
  EXPECT_EQ(sent<wire::UpdateOffer>(actions).size(), 1u);
  EXPECT_FALSE(has<action::FetchModel>(actions));
}

TEST(ClientWork, AnotherModelForTheSameRoundIsOtherWork) {
  Client c;
  c.join(finished(task(3)));
  const auto actions = c.receive(task(3, 2));
  EXPECT_TRUE(has<action::DropTentative>(actions));
  EXPECT_TRUE(has<action::FetchModel>(actions));
}

TEST(ClientWork, ANewTaskPromotesWhatCountedAndDropsWhatDidNot) {
  for (const bool counted : {true, false}) {
    Client c;
    c.join(finished(task(3)));
    const auto actions = c.receive(counted ? counting(task(5), 3) : counting(task(5), 2));
    EXPECT_EQ(has<action::PromoteTentative>(actions), counted);
    EXPECT_EQ(has<action::DropTentative>(actions), !counted);
    EXPECT_TRUE(std::holds_alternative<action::FetchModel>(actions.back())) << "settled before the work";
  }
}

TEST(ClientWork, AnotherAttemptAtTheSameRoundDropsTheUpdate) {
  Client c;
  c.join(finished(task(3)));
  EXPECT_TRUE(has<action::DropTentative>(c.receive(counting(task(3, 1, 1), 2))));
}

TEST(ClientWork, ANewTaskReplacesAFetchAndStaleBytesAreIgnored) {
  Client c;
  c.join().receive(task(0, 1));
  EXPECT_TRUE(has<action::FetchModel>(c.receive(task(1, 2))));
  EXPECT_TRUE(c.step(event::ModelReady{digest(1)}).empty());
  EXPECT_EQ(all_of<action::Train>(c.step(event::ModelReady{digest(2)}))[0].task.round, 1u);
}

TEST(ClientWork, ANewTaskWaitsForTheTrainerAndTheResultIsDropped) {
  Client c;
  c.join().train(task(0));
  EXPECT_TRUE(c.receive(task(1, 2)).empty());
  const auto actions = c.step(event::Trained{finished(task(0))});
  EXPECT_FALSE(has<action::StoreTentative>(actions));
  EXPECT_EQ(all_of<action::FetchModel>(actions)[0].model, digest(2));
}

TEST(ClientWork, ANewTaskWhileStoringIsBegunAfterIt) {
  Client c;
  c.join().train(task(0));
  c.step(event::Trained{finished(task(0))});
  EXPECT_TRUE(c.receive(task(1, 2)).empty());
  const auto actions = c.step(event::TentativeStored{});
  EXPECT_TRUE(has<action::DropTentative>(actions));
  EXPECT_TRUE(has<action::FetchModel>(actions));
  EXPECT_FALSE(has<action::Send>(actions));
}

TEST(ClientWork, AFailureOfOvertakenTrainingIsNoEnd) {
  Client c;
  c.join().train(task(0));
  c.receive(task(1, 2));
  const auto actions = c.step(event::TrainingFailed{"diverged"});
  EXPECT_FALSE(has<action::Exit>(actions));
  EXPECT_TRUE(has<action::FetchModel>(actions));
}

TEST(ClientWork, ANewTaskWhileOfferingIsBegun) {
  Client c;
  c.join().work(task(0));
  EXPECT_TRUE(has<action::FetchModel>(c.receive(counting(task(1, 2), 0))));
  EXPECT_TRUE(c.receive(answer(finished(task(0)))).empty()) << "the late answer";
}

TEST(ClientWork, ATaskThatWasOvertakenOnItsWayIsIgnored) {
  Client c;
  c.join().receive(task(5));
  EXPECT_TRUE(c.receive(task(4)).empty());
  EXPECT_EQ(c.core.task()->round, 5u);
  c.reconnect();
  EXPECT_TRUE(has<action::FetchModel>(c.receive(task(4)))) << "a new session may start from an older round";
}

TEST(ClientWork, ReportsThatNothingAskedForAreIgnored) {
  Client c;
  c.join();
  EXPECT_TRUE(c.step(event::ModelReady{digest(1)}).empty());
  EXPECT_TRUE(c.step(event::Trained{finished(task(0))}).empty());
  EXPECT_TRUE(c.step(event::TrainingFailed{"x"}).empty());
  EXPECT_TRUE(c.step(event::TentativeStored{}).empty());
  EXPECT_TRUE(c.receive(answer(finished(task(0)))).empty());
}

// ---- work across sessions

TEST(ClientReconnect, AFetchStartsAgainWithTheTaskOfTheNextSession) {
  Client c;
  c.join().receive(task(0));
  c.step(event::LinkLost{"reset"});
  EXPECT_TRUE(c.step(event::ModelReady{digest(1)}).empty());
  c.reconnect();
  EXPECT_TRUE(has<action::FetchModel>(c.receive(task(0))));
}

TEST(ClientReconnect, TrainingGoesOnAndItsTaskIsNotBegunAgain) {
  Client c;
  c.join().train(task(0));
  c.reconnect();
  EXPECT_TRUE(c.receive(task(0)).empty());
  c.step(event::Trained{finished(task(0))});
  EXPECT_EQ(sent<wire::UpdateOffer>(c.step(event::TentativeStored{})).size(), 1u);
}

TEST(ClientReconnect, WorkThatEndsWithoutALinkIsOfferedAfterTheNextWelcome) {
  Client c;
  c.join().train(task(0));
  c.step(event::LinkLost{"reset"});
  EXPECT_TRUE(has<action::StoreTentative>(c.step(event::Trained{finished(task(0))})));
  EXPECT_TRUE(c.step(event::TentativeStored{}).empty());
  EXPECT_EQ(sent<wire::UpdateOffer>(c.reconnect()).size(), 1u);
}

TEST(ClientReconnect, AnOfferWithoutAnAnswerIsRepeatedInTheNextSession) {
  Client c;
  c.join().work(task(0));
  EXPECT_EQ(sent<wire::UpdateOffer>(c.reconnect()).size(), 1u);
  c.receive(answer(finished(task(0))));
  EXPECT_TRUE(sent<wire::UpdateOffer>(c.reconnect()).empty()) << "it was answered";
}

TEST(ClientReconnect, AnOfferMeetsACoordinatorThatMovedOn) {
  Client c;
  c.join().work(task(0));
  c.reconnect();
  EXPECT_FALSE(c.receive(answer(finished(task(0)), false)).empty());
  const auto next = c.receive(counting(task(1, 2), 0));
  EXPECT_TRUE(has<action::PromoteTentative>(next));
  EXPECT_TRUE(has<action::FetchModel>(next));
}

TEST(ClientReconnect, ATaskThatWaitsWhenTheLinkIsLostComesAgain) {
  Client c;
  c.join().train(task(0));
  c.receive(task(1, 2));
  c.step(event::LinkLost{"reset"});
  EXPECT_FALSE(has<action::FetchModel>(c.step(event::Trained{finished(task(0))})));
  c.reconnect();
  EXPECT_TRUE(has<action::FetchModel>(c.receive(task(1, 2))));
}

TEST(ClientReconnect, TheCoordinatorsLastWordCountsWhileTheTrainerIsBusy) {
  Client c;
  c.join().train(task(0));
  c.receive(task(1, 2));
  c.reconnect();
  c.receive(task(0));
  EXPECT_TRUE(has<action::StoreTentative>(c.step(event::Trained{finished(task(0))})));
}

// ---- another run

TEST(ClientRun, AnotherRunDropsWhatTheDeviceHolds) {
  Client c;
  c.start(finished(task(3)), digest(1));
  c.step(event::Connected{});
  const auto actions = c.welcome(2);
  EXPECT_TRUE(has<action::DropTentative>(actions));
  EXPECT_TRUE(has<action::ApplyWelcome>(actions));
  EXPECT_TRUE(has<action::FetchModel>(c.receive(task(3)))) << "round 3 of the new run is other work";
}

TEST(ClientRun, TheSameRunKeepsIt) {
  Client c;
  c.start(finished(task(3)), digest(1));
  c.step(event::Connected{});
  EXPECT_FALSE(has<action::DropTentative>(c.welcome(1)));
}

TEST(ClientRun, ResultsForTheOldRunAreDroppedWhenTheyCome) {
  for (const bool storing : {false, true}) {
    Client c;
    c.join().train(task(0));
    if (storing) c.step(event::Trained{finished(task(0))});
    c.step(event::LinkLost{"reset"});
    c.tick_at(c.core.next_deadline());
    c.step(event::Connected{});
    c.welcome(2);
    EXPECT_FALSE(has<action::FetchModel>(c.receive(task(0)))) << "the trainer is busy";
    const auto actions =
        storing ? c.step(event::TentativeStored{}) : c.step(event::Trained{finished(task(0))});
    EXPECT_FALSE(has<action::Send>(actions));
    EXPECT_FALSE(has<action::StoreTentative>(actions));
    EXPECT_EQ(has<action::DropTentative>(actions), storing);
    EXPECT_TRUE(has<action::FetchModel>(actions));
  }
}

TEST(ClientRun, AnUnansweredOfferOfTheOldRunIsNotRepeated) {
  Client c;
  c.join().work(task(0));
  c.step(event::LinkLost{"reset"});
  c.tick_at(c.core.next_deadline());
  c.step(event::Connected{});
  EXPECT_FALSE(has<action::Send>(c.welcome(2)));
}

}  // namespace
}  // namespace covey::testing
