#include "client/client_core.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/client/support/client_harness.h"

namespace covey::testing {
namespace {

using ::testing::HasSubstr;

// ---- the link

TEST(ClientLink, GreetsWithWhatTheDeviceHolds) {
  Client c;
  EXPECT_TRUE(has<action::Connect>(c.start(finished(task(3)))));
  const auto hello = sent<wire::Hello>(c.step(event::Connected{}));
  ASSERT_EQ(hello.size(), 1u);
  EXPECT_EQ(hello[0].probe, Digest());
  EXPECT_EQ(hello[0].samples, 40u);
  EXPECT_TRUE(hello[0].resuming);
  EXPECT_FALSE(c.core.welcomed());
  EXPECT_TRUE(has<action::ApplyWelcome>(c.welcome()));
  EXPECT_TRUE(c.core.welcomed());
}

TEST(ClientLink, TellsItsProbeWhenItIsKnownAndInEveryLaterGreeting) {
  Client c;
  c.start();
  c.step(event::Connected{});
  c.welcome();
  const auto again = sent<wire::Hello>(c.step(event::Probed{digest(9)}));
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].probe, digest(9));
  c.step(event::LinkLost{"cut"});
  EXPECT_TRUE(has<action::Connect>(c.tick_at(c.core.next_deadline())));
  const auto later = sent<wire::Hello>(c.step(event::Connected{}));
  ASSERT_EQ(later.size(), 1u);
  EXPECT_EQ(later[0].probe, digest(9));
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

}  // namespace
}  // namespace covey::testing
