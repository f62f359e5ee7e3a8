// RoundCore against K ClientCores on a virtual clock, through a network and machines that fail.

#include <gtest/gtest.h>

#include "tests/server/support/fake_device.h"

namespace covey::testing {
namespace {

struct World {
  struct Options {
    std::uint32_t users = 5;
    std::uint32_t selected = 3;
    server::RoundSettings rounds;
    Weather chaos;
    double chaos_until_s = 0;
    double crash_every_s = 0;     ///< of the coordinator, mean; 0: never
    double cut_every_s = 0;       ///< of one session, and of one device's process
    std::uint32_t survivors = 0;  ///< users that stay after the chaos; 0: all
  };

  World(const Options& o, std::uint64_t seed)
      : options(o),
        random(Stream(seed, {}), 0),
        network(clock, Sequence(Stream(seed, {}), 1)),
        coordinator(clock, network, o.rounds, seed, o.selected, Sequence(Stream(seed, {}), 2)) {
    for (std::uint32_t user = 0; user < o.users; ++user)
      devices.push_back(std::make_unique<FakeDevice>(clock, network, coordinator, user,
                                                     Sequence(Stream(seed, {}), 100 + user)));
    network.to_coordinator = [this](SessionId session, std::uint32_t user, const wire::Message& message) {
      if (std::holds_alternative<wire::UpdateOffer>(message)) ++offers;
      coordinator.received(session, user, message);
    };
    network.to_device = [this](SessionId session, std::uint32_t user, const wire::Message& message) {
      if (std::holds_alternative<wire::UpdateAnswer>(message)) ++answers;
      devices[user]->received(session, message);
    };
  }

  void run() {
    network.weather = options.chaos;
    coordinator.start();
    for (auto& device : devices) {
      clock.after(30 * random.uniform_double(), [&device] { device->start(); });
    }
    if (options.crash_every_s > 0) plan_coordinator_crash();
    if (options.cut_every_s > 0) plan_cut();
    clock.after(options.chaos_until_s, [this] { calm_down(); });
    const double enough = options.chaos_until_s + 2000 * options.rounds.rounds;
    while (!everyone_left() && clock.now() < enough && !::testing::Test::HasFailure()) clock.advance();
    ended = true;
    const double drained = clock.now() + 10;
    while (clock.now() < drained && clock.advance()) {
    }
    check_end();
  }

  bool everyone_left() const {
    if (!coordinator.finished()) return false;
    for (std::uint32_t user = 0; user < options.users; ++user) {
      if (stays(user) && !devices[user]->exit_code()) return false;
    }
    return true;
  }

  bool stays(std::uint32_t user) const { return options.survivors == 0 || user < options.survivors; }
  bool calm() const { return ended || clock.now() >= options.chaos_until_s; }

  void plan_coordinator_crash() {
    clock.after(2 * options.crash_every_s * random.uniform_double(), [this] {
      if (calm()) return;
      coordinator.crash();
      for (const SessionId session : network.sessions()) cut(session);
      clock.after(40 * random.uniform_double(), [this] {
        if (!coordinator.running()) coordinator.start();
        if (!calm()) plan_coordinator_crash();
      });
    });
  }

  void plan_cut() {
    clock.after(2 * options.cut_every_s * random.uniform_double(), [this] {
      if (calm()) return;
      FakeDevice& device = *devices[random.below(options.users)];
      if (random.coin()) {
        cut(device.session());
      } else if (device.running()) {
        const SessionId session = device.session();
        device.crash();
        if (random.coin()) coordinator.session_ended(session);
        clock.after(60 * random.uniform_double(), [&device] { device.start(); });
      }
      plan_cut();
    });
  }

  /// Ends a session; each side hears of it, or must find out by silence.
  void cut(SessionId session) {
    if (!network.alive(session)) return;
    const std::uint32_t user = network.device_of(session);
    network.cut(session);
    if (random.coin())
      clock.after(random.uniform_double(), [this, session] { coordinator.session_ended(session); });
    if (random.coin())
      clock.after(random.uniform_double(), [this, session, user] { devices[user]->session_ended(session); });
  }

  void calm_down() {
    network.weather = {};
    for (std::uint32_t user = 0; user < options.users; ++user) {
      if (stays(user)) continue;
      clock.after(65, [this, user] {  // when each restart that was planned is over
        const SessionId session = devices[user]->session();
        devices[user]->crash();
        coordinator.session_ended(session);
      });
    }
  }

  void check_end() const {
    ASSERT_TRUE(coordinator.finished()) << "stuck in round " << coordinator.round();
    for (std::uint32_t user = 0; user < options.users; ++user) {
      if (!stays(user)) continue;
      EXPECT_EQ(devices[user]->exit_code(), 0) << "user " << user;
      check_promoted(user);
    }
  }

  /// All rounds that counted became the device's state, but for the last, which no task has named yet.
  void check_promoted(std::uint32_t user) const {
    std::vector<std::uint32_t> counted;
    for (std::uint32_t round = 0; round < coordinator.committed().size(); ++round) {
      if (coordinator.committed()[round].counted.count(user) != 0) counted.push_back(round);
    }
    const auto& promoted = devices[user]->promoted();
    ASSERT_LE(promoted.size(), counted.size());
    EXPECT_LE(counted.size() - promoted.size(), 1u);
    EXPECT_TRUE(std::equal(promoted.begin(), promoted.end(), counted.begin()));
  }

  Options options;
  bool ended = false;
  Clock clock;
  Sequence random;
  FakeNetwork network;
  FakeCoordinator coordinator;
  std::vector<std::unique_ptr<FakeDevice>> devices;
  std::size_t offers = 0;
  std::size_t answers = 0;
};

World::Options options_of(std::uint64_t seed) {
  World::Options o;
  o.rounds.users = o.users;
  o.rounds.communicating = 3;
  o.rounds.rounds = 6;
  o.rounds.warmup_rounds = static_cast<std::uint32_t>(seed % 2);
  o.rounds.order = seed % 3 == 0 ? server::Order::kAlternate : server::Order::kParallel;
  o.rounds.only_connected = seed % 5 == 0;
  o.rounds.min_updates = 1 + static_cast<std::uint32_t>(seed % 3);
  o.rounds.deadline_s = 200;
  o.selected = 3 + static_cast<std::uint32_t>(seed / 7 % 3);
  return o;
}

class Protocol : public ::testing::TestWithParam<int> {
 protected:
  /// 50 worlds a parameter, so that a failure names a small range.
  template <typename Change>
  void run_worlds(const Change& change) {
    for (std::uint64_t i = 0; i < 50 && !HasFailure(); ++i) {
      const std::uint64_t seed = 50 * static_cast<std::uint64_t>(GetParam()) + i;
      SCOPED_TRACE("seed " + std::to_string(seed));
      World::Options options = options_of(seed);
      change(options);
      World world(options, seed);
      world.run();
      inspect(world);
    }
  }
  std::function<void(const World&)> inspect = [](const World&) {};
};

TEST_P(Protocol, OnACalmNetworkEveryRoundCommitsAtOnceAndEveryOfferIsAnswered) {
  inspect = [](const World& world) {
    EXPECT_EQ(world.coordinator.voided(), 0u);
    EXPECT_LE(world.offers, world.answers);
    EXPECT_GT(world.offers, 0u);
  };
  run_worlds([](World::Options& o) { o.rounds.min_updates = 1; });
}

TEST_P(Protocol, SurvivesLostSessionsAndDevices) {
  run_worlds([](World::Options& o) {
    o.chaos_until_s = 1500;
    o.cut_every_s = 20;
  });
}

TEST_P(Protocol, SurvivesCrashesOfTheCoordinator) {
  run_worlds([](World::Options& o) {
    o.chaos_until_s = 2000;
    o.crash_every_s = 90;
  });
}

TEST_P(Protocol, SurvivesANetworkThatLosesRepeatsAndReorders) {
  run_worlds([](World::Options& o) {
    o.chaos = {0.1, 0.1, 0.3, 20};
    o.chaos_until_s = 2500;
  });
}

TEST_P(Protocol, SurvivesEverythingAtOnce) {
  run_worlds([](World::Options& o) {
    o.chaos = {0.05, 0.1, 0.2, 10};
    o.chaos_until_s = 3000;
    o.crash_every_s = 150;
    o.cut_every_s = 30;
  });
}

TEST_P(Protocol, FinishesWithAsManySurvivorsAsARoundNeeds) {
  run_worlds([](World::Options& o) {
    o.rounds.only_connected = true;
    o.rounds.min_updates = 2;
    o.survivors = 2;
    o.chaos_until_s = 300;
    o.cut_every_s = 40;
    o.crash_every_s = 100;
  });
}

INSTANTIATE_TEST_SUITE_P(Seeds, Protocol, ::testing::Range(0, 8));

}  // namespace
}  // namespace covey::testing
