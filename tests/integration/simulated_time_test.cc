#include <gtest/gtest.h>

#include "common/store/run_schema.h"
#include "common/store/run_store.h"
#include "tests/integration/support/federation.h"

/// [devices]: rounds on simulated devices, with time that can be computed by hand.
namespace covey::testing {
namespace {

class SimulatedTime : public ::testing::Test {
 protected:
  Outcome simulate(const std::string& name, const Sets& sets,
                   const std::vector<std::string>& arguments = {}) {
    Sets all{"devices.profile=lognormal", "federation.evaluate_every=100"};
    all.insert(all.end(), sets.begin(), sets.end());
    return run(simulation(experiment_, all, folder_.path() / name, arguments), 120);
  }
  std::vector<store::RoundRecord> rounds(const std::string& name) const {
    return *(*store::RunStore::open_read_only(folder_.path() / name))->rounds();
  }

  TemporaryFolder folder_;
  fs::path experiment_ = write_experiment(folder_.path());
};

/// Devices that are all alike: 3 latencies, download, training, 3 latencies, upload.
const Sets kAlike{"devices.speed_spread=0",
                  "devices.link_spread=0",
                  "devices.images_per_second=100",
                  "devices.down_mbit=8",
                  "devices.up_mbit=2",
                  "devices.latency_ms=100",
                  "devices.server_images_per_second=50",
                  "federation.rounds=3"};

double device_seconds(const store::RoundRecord& round) {
  const double per_user_down = static_cast<double>(round.figures.bytes_down) / kUsers;
  // Updates differ by a few bytes; the slowest decides, so this is right to a byte or two.
  const double per_user_up = static_cast<double>(round.figures.bytes_up) / kUsers;
  const double images = static_cast<double>(round.figures.images) / (kUsers + 1);
  return 0.6 + per_user_down * 8 / 8e6 + images / 100 + per_user_up * 8 / 2e6;
}

TEST_F(SimulatedTime, OfAnAlternateRoundIsThatOfTheDevicesThenOfTheServer) {
  const Outcome outcome = simulate("run", kAlike);
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const auto all = rounds("run");
  for (const store::RoundRecord& round : all) {
    if (round.drawn == 0) continue;  // warm-up
    const double server = static_cast<double>(round.figures.images) / (kUsers + 1) / 50;
    EXPECT_NEAR(round.figures.virtual_seconds, device_seconds(round) + server, 1e-3);
    EXPECT_GT(round.figures.virtual_seconds, 1);
  }
}

TEST_F(SimulatedTime, OfAParallelRoundIsThatOfTheSlower) {
  Sets sets = kAlike;
  sets.emplace_back("federation.order=parallel");
  ASSERT_EQ(simulate("devices", sets).code, 0);
  const auto devices = rounds("devices").back();
  EXPECT_NEAR(devices.figures.virtual_seconds, device_seconds(devices), 1e-3);
  sets.emplace_back("devices.server_images_per_second=5");
  ASSERT_EQ(simulate("server", sets).code, 0);
  const auto server = rounds("server").back();
  EXPECT_NEAR(server.figures.virtual_seconds, static_cast<double>(server.figures.images) / (kUsers + 1) / 5,
              1e-3);
}

TEST_F(SimulatedTime, IsTheSameOnAnyThreads) {
  const Sets sets{"devices.availability=0.7", "devices.dropout=0.1", "federation.deadline_s=4",
                  "devices.images_per_second=30", "federation.rounds=6"};
  ASSERT_EQ(simulate("one", sets, {"--threads", "1"}).code, 0);
  ASSERT_EQ(simulate("two", sets, {"--threads", "2"}).code, 0);
  EXPECT_EQ(model_hash(folder_.path() / "one"), model_hash(folder_.path() / "two"));
  const auto one = rounds("one");
  const auto two = rounds("two");
  std::uint32_t lost = 0;
  for (std::size_t r = 0; r < one.size(); ++r) {
    EXPECT_EQ(one[r].figures.virtual_seconds, two[r].figures.virtual_seconds);
    lost += one[r].drawn - one[r].counted;
  }
  EXPECT_GT(lost, 0u) << "no slot was lost, so nothing was tried";
}

TEST_F(SimulatedTime, TheDeadlineEndsARoundAndTheSlowLoseTheirSlots) {
  write_file_atomically(folder_.path() / "trace.csv",
                        as_bytes("images_per_second,down_mbit,up_mbit,latency_ms,availability,dropout\n"
                                 "1000,100,100,10,1,0\n"
                                 "1000,100,100,10,1,0\n"
                                 "0.001,100,100,10,1,0\n"))
      .ok();
  const Outcome outcome = simulate(
      "run", {"devices.profile=trace", "devices.trace=" + (folder_.path() / "trace.csv").string(),
              "federation.deadline_s=30", "federation.rounds=3", "devices.server_images_per_second=1e9"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const auto all = rounds("run");
  for (const store::RoundRecord& round : all) {
    if (round.drawn == 0) continue;
    EXPECT_EQ(round.drawn, kUsers);
    EXPECT_EQ(round.counted, kUsers - 1);
    EXPECT_NEAR(round.figures.virtual_seconds, 30, 1e-3);
  }
}

TEST_F(SimulatedTime, OverSelectionTakesTheFastest) {
  const Sets sets{"federation.communicating=2", "federation.over_select=0.5", "federation.rounds=3",
                  "devices.speed_spread=2"};
  const Outcome outcome = simulate("run", sets);
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const auto all = rounds("run");
  for (const store::RoundRecord& round : all) {
    if (round.drawn == 0) continue;
    EXPECT_EQ(round.drawn, 3u);
    EXPECT_EQ(round.counted, 2u);
  }
}

/// What a run that is killed in round `round` leaves: its last attempt begun, those before it void.
void reopen_round(const fs::path& run, std::uint32_t round) {
  auto database = *store::Database::open(run / "run.sqlite", store::run_migrations());
  const std::string at = " WHERE round = " + std::to_string(round);
  for (const char* table : {"evaluations", "diversity", "masters", "rounds"})
    ASSERT_TRUE(database.execute(std::string("DELETE FROM ") + table + at).ok());
  ASSERT_TRUE(database.execute("UPDATE attempts SET state = 'begun'" + at + " AND state = 'committed'").ok());
}

TEST_F(SimulatedTime, OfARoundHoldsItsVoidAttemptsAlsoAfterACrash) {
  const Sets sets{"devices.dropout=0.6", "federation.deadline_s=1000", "federation.rounds=8",
                  "federation.min_updates=" + std::to_string(kUsers - 1)};
  ASSERT_EQ(simulate("run", sets).code, 0);
  const auto before = rounds("run").back();
  ASSERT_GT(before.figures.virtual_seconds, 1000) << "no attempt of the last round was void";
  reopen_round(folder_.path() / "run", before.state.round);
  ASSERT_EQ(simulate("run", sets, {"--resume"}).code, 0);
  EXPECT_NEAR(rounds("run").back().figures.virtual_seconds, before.figures.virtual_seconds, 1e-6);
}

TEST_F(SimulatedTime, DevicesThatNeverDeliverEndInOneLine) {
  const Outcome outcome = simulate("run", {"devices.dropout=1"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_NE(outcome.err.find("too few devices delivered"), std::string::npos) << outcome.err;
}

TEST_F(SimulatedTime, AMissingTraceIsOneLine) {
  const Outcome outcome = simulate("run", {"devices.profile=trace", "devices.trace=/nowhere.csv"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_NE(outcome.err.find("/nowhere.csv"), std::string::npos) << outcome.err;
  EXPECT_FALSE(fs::exists(folder_.path() / "run")) << "a corrected command would be refused";
}

}  // namespace
}  // namespace covey::testing
