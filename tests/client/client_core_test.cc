#include "client/client_core.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace covey::testing {
namespace {

using ::testing::HasSubstr;
namespace action = client::action;
namespace event = client::event;
using Actions = std::vector<client::Action>;

Digest digest(std::uint8_t value) {
  Digest d;
  d.bytes[0] = value;
  return d;
}

wire::Task task(std::uint32_t round, std::uint8_t model = 1, std::uint32_t attempt = 0) {
  wire::Task t;
  t.round = round;
  t.attempt = attempt;
  t.slot = SlotId{2};
  t.model = digest(model);
  t.model_bytes = 100;
  return t;
}

wire::Task counting(wire::Task t, std::uint32_t last_counted_round) {
  t.counted_before = true;
  t.last_counted_round = last_counted_round;
  return t;
}

client::Finished finished(const wire::Task& t, std::uint8_t update = 50) {
  client::Finished f;
  f.round = t.round;
  f.attempt = t.attempt;
  f.slot = t.slot;
  f.model = t.model;
  f.update = digest(update);
  f.update_bytes = 10;
  return f;
}

wire::UpdateAnswer answer(const client::Finished& f, bool accepted = true) {
  return {f.round, f.attempt, f.update, accepted, accepted ? "" : "the round is full"};
}

template <typename Kind>
std::vector<Kind> all_of(const Actions& actions) {
  std::vector<Kind> found;
  for (const client::Action& a : actions) {
    if (const Kind* kind = std::get_if<Kind>(&a)) found.push_back(*kind);
  }
  return found;
}

template <typename Kind>
bool has(const Actions& actions) {
  return !all_of<Kind>(actions).empty();
}

template <typename Kind>
std::vector<Kind> sent(const Actions& actions) {
  std::vector<Kind> found;
  for (const auto& send : all_of<action::Send>(actions)) {
    if (const Kind* kind = std::get_if<Kind>(&send.message)) found.push_back(*kind);
  }
  return found;
}

/// A ClientCore with its clock and the usual ways to drive it.
class Client {
 public:
  explicit Client(client::ClientSettings settings = {}) : core(settings) {}

  Actions step(const client::Event& e) { return core.step(now, e); }
  Actions receive(wire::Message message) { return step(event::Received{std::move(message)}); }
  Actions tick_at(double time) {
    now = time;
    return step(event::Tick{});
  }
  Actions start(std::optional<client::Finished> tentative = {}, std::optional<Digest> run_id = {}) {
    return step(event::Started{std::move(tentative), digest(9), 40, run_id});
  }
  Actions welcome(std::uint8_t run = 1) {
    wire::Welcome w;
    w.run_id = digest(run);
    return receive(w);
  }
  /// Started and welcomed.
  Client& join(std::optional<client::Finished> tentative = {}) {
    start(std::move(tentative));
    step(event::Connected{});
    welcome();
    return *this;
  }
  Actions train(const wire::Task& t) {
    receive(t);
    return step(event::ModelReady{t.model});
  }
  /// Works on a task up to its offer.
  Actions work(const wire::Task& t, std::uint8_t update = 50) {
    train(t);
    step(event::Trained{finished(t, update)});
    return step(event::TentativeStored{});
  }
  Actions reconnect() {
    step(event::LinkLost{"reset"});
    tick_at(core.next_deadline());
    step(event::Connected{});
    return welcome();
  }

  double now = 0;
  client::ClientCore core;
};

// ---- the link

TEST(ClientLink, GreetsWithWhatTheDeviceHolds) {
  Client c;
  EXPECT_TRUE(has<action::Connect>(c.start(finished(task(3)))));
  const auto hello = sent<wire::Hello>(c.step(event::Connected{}));
  ASSERT_EQ(hello.size(), 1u);
  EXPECT_EQ(hello[0].probe, digest(9));
  EXPECT_EQ(hello[0].samples, 40u);
  EXPECT_TRUE(hello[0].resuming);
  EXPECT_FALSE(c.core.welcomed());
  EXPECT_TRUE(has<action::ApplyWelcome>(c.welcome()));
  EXPECT_TRUE(c.core.welcomed());
}

TEST(ClientLink, IgnoresEverythingBeforeItIsStarted) {
  Client c;
  EXPECT_TRUE(c.tick_at(100).empty());
  EXPECT_TRUE(c.step(event::Connected{}).empty());
  EXPECT_TRUE(c.step(event::StopRequested{}).empty());
  EXPECT_TRUE(std::isinf(c.core.next_deadline()));
}

TEST(ClientLink, IgnoresMessagesOfAnEarlierSession) {
  Client c;
  c.start();
  EXPECT_TRUE(c.welcome().empty()) << "connecting";
  EXPECT_TRUE(c.receive(wire::Error{wire::ErrorCode::kSuperseded, ""}).empty());
  c.step(event::Connected{});
  EXPECT_TRUE(c.receive(task(0)).empty()) << "greeting";
  c.step(event::LinkLost{"reset"});
  EXPECT_TRUE(c.receive(wire::Finished{3}).empty()) << "down";
}

TEST(ClientLink, IgnoresASecondWelcomeAndASecondConnected) {
  Client c;
  c.join();
  EXPECT_TRUE(c.welcome().empty());
  EXPECT_TRUE(c.step(event::Connected{}).empty());
}

TEST(ClientLink, SendsHeartbeatsAlsoWhileItTrains) {
  Client c;
  c.join().train(task(0));
  EXPECT_EQ(c.core.next_deadline(), 5);
  EXPECT_TRUE(c.tick_at(4.9).empty());
  EXPECT_EQ(sent<wire::Heartbeat>(c.tick_at(5)).size(), 1u);
  EXPECT_EQ(c.core.next_deadline(), 10);
}

TEST(ClientLink, SilenceLosesTheLinkAndItIsMadeAgainAfterAPause) {
  Client c;
  c.join();
  for (double t = 5; t < 30; t += 5) c.tick_at(t);
  const auto lost = c.tick_at(30);
  EXPECT_FALSE(has<action::Send>(lost));
  EXPECT_FALSE(c.core.welcomed());
  const double again = c.core.next_deadline();
  EXPECT_GT(again, 30);
  EXPECT_TRUE(c.tick_at(std::nextafter(again, 0)).empty());
  EXPECT_TRUE(has<action::Connect>(c.tick_at(again)));
}

TEST(ClientLink, AnyMessageIsASignOfLife) {
  Client c;
  c.join();
  c.now = 29;
  c.receive(wire::Heartbeat{});
  c.tick_at(29);
  c.tick_at(58);
  EXPECT_TRUE(c.core.welcomed());
  c.tick_at(59);
  EXPECT_FALSE(c.core.welcomed());
}

TEST(ClientLink, ACoordinatorThatTalksButNeverWelcomesIsLeft) {
  Client c;
  c.start();
  c.step(event::Connected{});
  for (c.now = 0; c.now < 30; ++c.now) c.receive(wire::Heartbeat{});
  EXPECT_EQ(c.core.next_deadline(), 30);
  EXPECT_FALSE(c.tick_at(30).empty());
  EXPECT_GT(c.core.next_deadline(), 30);
}

TEST(ClientLink, AConnectionThatIsNeverMadeIsTriedAgain) {
  Client c;
  c.start();
  EXPECT_EQ(c.core.next_deadline(), 30);
  c.tick_at(30);
  EXPECT_TRUE(has<action::Connect>(c.tick_at(c.core.next_deadline())));
}

TEST(ClientLink, LosingALinkThatIsDownChangesNothing) {
  Client c;
  c.join();
  c.step(event::LinkLost{"reset"});
  const double again = c.core.next_deadline();
  EXPECT_TRUE(c.step(event::LinkLost{"reset"}).empty());
  EXPECT_EQ(c.core.next_deadline(), again);
}

std::vector<double> pauses(std::uint64_t seed) {
  client::ClientSettings settings;
  settings.jitter_seed = seed;
  Client c(settings);
  c.start();
  std::vector<double> found;
  for (int i = 0; i < 12; ++i) {
    c.step(event::LinkLost{"refused"});
    found.push_back(c.core.next_deadline() - c.now);
    c.tick_at(c.core.next_deadline());
  }
  return found;
}

TEST(ClientLink, PausesDoubleUpToTheMaximumWithJitter) {
  const auto found = pauses(1);
  for (std::size_t i = 0; i < found.size(); ++i) {
    const double ceiling = std::min(60.0, 0.5 * std::pow(2.0, static_cast<double>(i)));
    EXPECT_GE(found[i], 0.4999 * ceiling) << i;
    EXPECT_LE(found[i], 1.0001 * ceiling) << i;
  }
  EXPECT_EQ(found, pauses(1));
  EXPECT_NE(found, pauses(2)) << "a fleet must not reconnect in step";
}

TEST(ClientLink, OnlyASessionThatLastedStartsThePausesAnew) {
  Client c;
  c.join();
  for (int i = 0; i < 8; ++i) c.reconnect();
  c.step(event::LinkLost{"reset"});
  EXPECT_GT(c.core.next_deadline() - c.now, 25) << "sessions that end at once are no success";
  c.tick_at(c.core.next_deadline());
  c.step(event::Connected{});
  c.welcome();
  c.now += 30;
  c.step(event::LinkLost{"reset"});
  EXPECT_LE(c.core.next_deadline() - c.now, 0.5);
}

TEST(ClientLink, ARefusalGreetsAnew) {
  for (const auto code : {wire::ErrorCode::kRefused, wire::ErrorCode::kMalformed}) {
    Client c;
    c.join();
    EXPECT_FALSE(has<action::Exit>(c.receive(wire::Error{code, "say hello first"})));
    EXPECT_TRUE(has<action::Connect>(c.tick_at(c.core.next_deadline())));
  }
}

// ---- the end

TEST(ClientEnd, ErrorsThatNoRetryMendsEndTheClient) {
  for (const auto code : {wire::ErrorCode::kNotEnrolled, wire::ErrorCode::kVersion,
                          wire::ErrorCode::kBadToken, wire::ErrorCode::kSuperseded}) {
    Client c;
    c.start();
    c.step(event::Connected{});
    const auto exits = all_of<action::Exit>(c.receive(wire::Error{code, "the reason"}));
    ASSERT_EQ(exits.size(), 1u);
    EXPECT_EQ(exits[0].code, 1);
    EXPECT_THAT(exits[0].text, HasSubstr("the reason"));
  }
}

TEST(ClientEnd, AFinishedRunEndsTheClientWithSuccess) {
  Client c;
  const auto exits = all_of<action::Exit>(c.join().receive(wire::Finished{7}));
  ASSERT_EQ(exits.size(), 1u);
  EXPECT_EQ(exits[0].code, 0);
  EXPECT_THAT(exits[0].text, HasSubstr("7 rounds"));
}

TEST(ClientEnd, AStopSaysGoodbyeOnlyWhereItIsHeard) {
  Client c;
  const auto actions = c.join().step(event::StopRequested{});
  EXPECT_EQ(sent<wire::Goodbye>(actions).size(), 1u);
  EXPECT_EQ(all_of<action::Exit>(actions)[0].code, 0);
  Client down;
  down.start();
  EXPECT_FALSE(has<action::Send>(down.step(event::StopRequested{})));
}

TEST(ClientEnd, NothingFollowsAnExit) {
  Client c;
  c.join().train(task(0));
  c.receive(wire::Error{wire::ErrorCode::kSuperseded, "a newer session"});
  EXPECT_TRUE(c.core.done());
  EXPECT_TRUE(c.core.busy()) << "the driver must wait for the trainer or abandon it";
  const std::vector<client::Event> later{event::Connected{},
                                         event::LinkLost{"x"},
                                         event::Received{task(1)},
                                         event::Received{wire::Finished{1}},
                                         event::ModelReady{digest(1)},
                                         event::Trained{finished(task(0))},
                                         event::TrainingFailed{"x"},
                                         event::TentativeStored{},
                                         event::Tick{},
                                         event::StopRequested{}};
  for (const auto& e : later) EXPECT_TRUE(c.step(e).empty()) << e.index();
  EXPECT_TRUE(std::isinf(c.core.next_deadline()));
}

TEST(ClientEnd, FailedTrainingEndsTheClient) {
  Client c;
  c.join().train(task(0));
  EXPECT_EQ(all_of<action::Exit>(c.step(event::TrainingFailed{"diverged"}))[0].code, 1);
}

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
  EXPECT_TRUE(c.receive(task(0)).empty()) << "offered in this session";
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

TEST(ClientReconnect, AnOfferWithoutAnAnswerIsRepeatedOncePerSession) {
  Client c;
  c.join().work(task(0));
  EXPECT_EQ(sent<wire::UpdateOffer>(c.reconnect()).size(), 1u);
  EXPECT_TRUE(c.receive(task(0)).empty()) << "the coordinator sends the task again; it was offered already";
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
