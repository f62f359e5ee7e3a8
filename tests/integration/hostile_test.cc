#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "common/security/server_key.h"
#include "tests/integration/support/device.h"

/// Devices that break the rules. What they send is refused and counted; the run ends with what the others
/// sent, which a replay of the recorded members proves bit by bit.
namespace covey::testing {
namespace {

constexpr std::uint32_t kHostile = 2;

/// User 2 is the test; the users 0 and 1 are real clients.
class Hostile : public ::testing::Test {
 protected:
  void SetUp() override {
    federation_.start_coordinator();
    device_ = std::make_unique<Device>(federation_, kHostile);
    ASSERT_TRUE(device_->greet());
    federation_.start_client(0);
    federation_.start_client(1);
  }

  /// Gives up its slots until the run is over, then checks the run. An update of no form at all gives a slot
  /// up: "nothing confident" would make this user a member, and a replay would train it.
  void finish_without_updates(std::uint32_t from_round) {
    for (std::uint32_t round = from_round; round < kRounds; ++round) {
      const auto task = device_->task_of(round);
      ASSERT_TRUE(task.has_value()) << round;
      const auto answer = device_->deliver(*task, {0});
      ASSERT_TRUE(answer && !answer->accepted) << round;
    }
    expect_run_of_the_others();
  }

  void expect_run_of_the_others() {
    EXPECT_TRUE(device_->next<wire::Finished>().has_value());
    federation_.expect_finish();
    EXPECT_EQ(federation_.simulated_hash({"--replay", federation_.run_folder().string()}),
              federation_.hash());
  }

  static constexpr std::uint32_t kRounds = 3;
  Federation federation_{{"federation.rounds=3", "download.codec=fp32", "upload.codec=fp32"}};
  std::unique_ptr<Device> device_;
};

TEST_F(Hostile, GarbageIsRefusedAndCounted) {
  for (int size = 0; size < 400; size += 7) {
    Bytes garbage(static_cast<std::size_t>(size));
    for (std::size_t i = 0; i < garbage.size(); ++i) garbage[i] = static_cast<std::uint8_t>(i * 37 + 11);
    device_->send_frames({garbage, garbage, size % 2 == 0});
    ASSERT_TRUE(device_->next<wire::Error>().has_value());
  }
  finish_without_updates(0);
  EXPECT_GE(federation_.refused("malformed"), 58u);
}

TEST_F(Hostile, MessagesForTheOtherSideAreRefused) {
  device_->send(wire::Finished{kRounds});
  const auto error = device_->next<wire::Error>();
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->code, wire::ErrorCode::kMalformed);
  finish_without_updates(0);
  EXPECT_EQ(federation_.refused("malformed"), 1u);
}

TEST_F(Hostile, TruncatedUpdateIsRefused) {
  const auto task = device_->task_of(0);
  Bytes update = device_->fetch_model(*task);
  const wire::UpdateOffer whole = Device::offer_of(*task, update);
  update.resize(update.size() / 2);
  const auto answer = device_->deliver(whole, update);
  ASSERT_TRUE(answer.has_value());
  EXPECT_FALSE(answer->accepted);
  finish_without_updates(1);
  EXPECT_GE(federation_.refused("bad_update"), 1u);
}

TEST_F(Hostile, UpdateOfOtherBytesThanOfferedIsRefused) {
  const auto task = device_->task_of(0);
  Bytes update = device_->fetch_model(*task);
  const wire::UpdateOffer offer = Device::offer_of(*task, update);
  update.back() ^= 1;
  const auto answer = device_->deliver(offer, update);
  ASSERT_TRUE(answer.has_value());
  EXPECT_FALSE(answer->accepted);
  finish_without_updates(1);
  EXPECT_GE(federation_.refused("bad_update"), 1u);
}

TEST_F(Hostile, WrongBytesWithTheOfferAreRefused) {
  const auto task = device_->task_of(0);
  EXPECT_TRUE(task->update_with_offer);
  wire::UpdateOffer offer = Device::offer_of(*task, task->bytes);
  EXPECT_EQ(sha256(task->bytes), task->model) << "a small model comes with its task";
  offer.bytes = task->bytes;
  offer.bytes.back() ^= 1;
  const auto answer = device_->deliver(offer, {});
  ASSERT_TRUE(answer.has_value());
  EXPECT_FALSE(answer->accepted);
  EXPECT_NE(answer->reason.find("digest"), std::string::npos) << answer->reason;
  finish_without_updates(1);
  EXPECT_GE(federation_.refused("bad_update"), 1u);
}

TEST_F(Hostile, AnUpdateWithTheOfferOfAnOldRoundIsRefused) {
  const auto first = device_->task_of(0);
  EXPECT_FALSE(device_->deliver(*first, {0})->accepted);
  const auto second = device_->task_of(1);
  wire::UpdateOffer offer = Device::offer_of(*first, second->bytes);
  offer.bytes = second->bytes;
  const auto answer = device_->deliver(offer, {});
  ASSERT_TRUE(answer.has_value());
  EXPECT_FALSE(answer->accepted);
  EXPECT_NE(answer->reason.find("not open"), std::string::npos) << answer->reason;
  EXPECT_FALSE(device_->deliver(*second, {0})->accepted);
  finish_without_updates(2);
  EXPECT_EQ(federation_.refused("unexpected_chunk"), 0u);
}

TEST_F(Hostile, ADeviceThatResumesAsksForItsModel) {
  EXPECT_FALSE(device_->task_of(0)->bytes.empty());
  device_ = std::make_unique<Device>(federation_, kHostile);
  ASSERT_TRUE(device_->greet(true));
  const auto task = device_->task_of(0);
  EXPECT_TRUE(task->bytes.empty()) << "it may have trained already";
  EXPECT_EQ(sha256(device_->fetch_model(*task)), task->model);
  EXPECT_FALSE(device_->deliver(*task, {0})->accepted);
  const auto next = device_->task_of(1);
  EXPECT_FALSE(next->bytes.empty()) << "it has offered something";
  EXPECT_FALSE(device_->deliver(*next, {0})->accepted);
  finish_without_updates(2);
}

TEST_F(Hostile, ContainerCutShortIsRefused) {
  const auto task = device_->task_of(0);
  Bytes update = device_->fetch_model(*task);
  update.resize(update.size() - 5);
  const auto answer = device_->deliver(*task, update);
  ASSERT_TRUE(answer.has_value());
  EXPECT_FALSE(answer->accepted);
  EXPECT_NE(answer->reason.find("truncated"), std::string::npos) << answer->reason;
  finish_without_updates(1);
  EXPECT_EQ(federation_.refused("update"), kRounds);
}

TEST_F(Hostile, UpdateWithNanIsRefused) {
  const auto task = device_->task_of(0);
  const Bytes model = device_->fetch_model(*task);
  const auto answer = device_->deliver(*task, with_first_value(model, std::nanf("")));
  ASSERT_TRUE(answer.has_value());
  EXPECT_FALSE(answer->accepted);
  EXPECT_NE(answer->reason.find("finite"), std::string::npos) << answer->reason;
  finish_without_updates(1);
  EXPECT_EQ(federation_.refused("update"), kRounds);
}

TEST_F(Hostile, UpdateWithAbsurdValueIsRefused) {
  const auto task = device_->task_of(0);
  const Bytes model = device_->fetch_model(*task);
  const auto answer = device_->deliver(*task, with_first_value(model, 1e9f));
  ASSERT_TRUE(answer.has_value());
  EXPECT_FALSE(answer->accepted);
  finish_without_updates(1);
  EXPECT_EQ(federation_.refused("update"), kRounds);
}

TEST_F(Hostile, UpdateLargerThanAnyModelIsNotEvenFetched) {
  const auto task = device_->task_of(0);
  wire::UpdateOffer offer = Device::offer_of(*task, {1, 2, 3});
  offer.update_bytes = std::uint64_t{1} << 33;
  const auto answer = device_->deliver(offer, {});
  ASSERT_TRUE(answer.has_value());
  EXPECT_FALSE(answer->accepted);
  EXPECT_FALSE(device_->deliver(*task, {0})->accepted);
  finish_without_updates(1);
  EXPECT_EQ(federation_.refused("update"), 1u + kRounds);
}

TEST_F(Hostile, UpdateForAnOldRoundIsRefused) {
  const auto first = device_->task_of(0);
  EXPECT_FALSE(device_->deliver(*first, {0})->accepted);
  const auto second = device_->task_of(1);
  const auto answer = device_->deliver(*first, device_->fetch_model(*second));
  ASSERT_TRUE(answer.has_value());
  EXPECT_FALSE(answer->accepted);
  EXPECT_NE(answer->reason.find("not open"), std::string::npos) << answer->reason;
  EXPECT_FALSE(device_->deliver(*second, {0})->accepted);
  finish_without_updates(2);
  EXPECT_EQ(federation_.refused("update"), 1u + kRounds);
}

TEST_F(Hostile, SameUpdateTwiceCountsOnceAndAnotherIsRefused) {
  const auto task = device_->task_of(0);
  const Bytes model = device_->fetch_model(*task);
  const Bytes update = with_first_value(model, 0.25f);
  ASSERT_TRUE(device_->deliver(*task, update)->accepted);
  EXPECT_TRUE(device_->deliver(*task, update)->accepted);
  EXPECT_FALSE(device_->deliver(*task, with_first_value(model, 0.5f))->accepted);
  for (std::uint32_t round = 1; round < kRounds; ++round) {
    ASSERT_TRUE(device_->report_nothing(*device_->task_of(round))->accepted);
  }
  EXPECT_TRUE(device_->next<wire::Finished>().has_value());
  federation_.expect_finish();
  EXPECT_EQ(federation_.refused("update"), 1u);
  EXPECT_TRUE(federation_.took_part(kHostile, 0));
}

TEST_F(Hostile, ChunksThatNobodyAskedForAreCountedAndDropped) {
  const auto task = device_->task_of(0);
  const Bytes noise(wire::kChunkBytes, 7);
  for (int i = 0; i < 20; ++i) device_->send(wire::Chunk{sha256(noise), 0, noise});
  EXPECT_FALSE(device_->deliver(*task, {0})->accepted);
  finish_without_updates(1);
  EXPECT_EQ(federation_.refused("unexpected_chunk"), 20u);
}

TEST_F(Hostile, UnknownKeyMayNeitherGreetNorTakePart) {
  const auto server = security::parse_server_key(federation_.server_key());
  Device stranger(federation_.endpoint(), server->curve, security::CurveKeys::generate());
  EXPECT_FALSE(stranger.greet());
  finish_without_updates(0);
  EXPECT_GE(federation_.refused("not_enrolled"), 1u);
}

TEST_F(Hostile, WrongServerKeyOpensNoLink) {
  const security::CurveKeys other = security::CurveKeys::generate();
  Device fooled(federation_.endpoint(), other.public_key, security::CurveKeys::generate());
  EXPECT_FALSE(fooled.greet());
  EXPECT_FALSE(fooled.failure().ok());
  finish_without_updates(0);
}

TEST_F(Hostile, TokensServeOnceAndExpire) {
  const auto enroll = [this](const char* name, const std::string& token) {
    return run(federation_.enroll_command(federation_.folder() / name, token));
  };
  const std::string token = federation_.new_token();
  const Outcome first = enroll("first", token);
  EXPECT_EQ(first.code, 0) << first.err;
  const Outcome again = enroll("again", token);
  EXPECT_EQ(again.code, 1);
  EXPECT_NE(again.err.find("used"), std::string::npos) << again.err;
  const std::string short_lived = federation_.new_token("1s");
  sleep_seconds(2.1);
  const Outcome late = enroll("late", short_lived);
  EXPECT_EQ(late.code, 1);
  EXPECT_NE(late.err.find("expired"), std::string::npos) << late.err;
  const Outcome invented = enroll("invented", std::string(64, 'a'));
  EXPECT_EQ(invented.code, 1);
  finish_without_updates(0);
  EXPECT_GE(federation_.refused("bad_token"), 3u);
}

TEST_F(Hostile, ClientWithAWrongServerKeySaysSo) {
  const security::CurveKeys curve = security::CurveKeys::generate();
  const std::string wrong = security::make_server_key(curve.public_key, curve.public_key);
  const Outcome outcome =
      run({client_program(), "enroll", (federation_.folder() / "wrong").string(), "--server",
           federation_.endpoint(), "--server-key", wrong, "--token", federation_.new_token()});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_NE(outcome.err.find("handshake failed"), std::string::npos) << outcome.err;
  finish_without_updates(0);
}

}  // namespace
}  // namespace covey::testing
