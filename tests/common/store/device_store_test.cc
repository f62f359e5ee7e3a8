#include "common/store/device_store.h"

#include <gmock/gmock.h>

#include "tests/common/store/temp_dir.h"

namespace covey::store {
namespace {

using test::TempDir;
using ::testing::HasSubstr;

class DeviceStoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    reopen();
    ASSERT_STATUS_OK(store_->begin_run(run_).status());
  }
  void reopen() {
    store_.reset();
    store_ = *DeviceStore::open(dir_.path());
  }
  Tentative task(std::uint32_t round) const {
    return {round,          1,        SlotId{2}, sha256(as_bytes("model")), false, sha256(update_),
            update_.size(), {9, 8, 7}};
  }

  TempDir dir_;
  const Digest run_ = sha256(as_bytes("run"));
  const Bytes update_ = {1, 2, 3};
  const Bytes state_ = {4, 5};
  std::unique_ptr<DeviceStore> store_;
};

TEST_F(DeviceStoreTest, KeepsTheEnrolment) {
  EXPECT_EQ(*store_->enrolment(), std::nullopt);
  ASSERT_STATUS_OK(store_->set_enrolment({"tcp://a:1", "key-1", UserId{1}, {1}}));
  ASSERT_STATUS_OK(store_->set_enrolment({"tcp://b:2", "key-2", UserId{2}, {2, 3}}));
  reopen();
  const Enrolment enrolment = **store_->enrolment();
  EXPECT_EQ(enrolment.server, "tcp://b:2");
  EXPECT_EQ(enrolment.server_key, "key-2");
  EXPECT_EQ(enrolment.user, UserId{2});
  EXPECT_EQ(enrolment.signing_key, (Bytes{2, 3}));
}

TEST_F(DeviceStoreTest, GivesBackATentativePartAfterReopening) {
  ASSERT_STATUS_OK(store_->store_tentative(task(5), update_, state_, {}));
  reopen();
  const Tentative tentative = **store_->tentative();
  EXPECT_EQ(tentative.round, 5u);
  EXPECT_EQ(tentative.attempt, 1u);
  EXPECT_EQ(tentative.slot, SlotId{2});
  EXPECT_EQ(tentative.model, sha256(as_bytes("model")));
  EXPECT_FALSE(tentative.nothing_to_report);
  EXPECT_EQ(tentative.update, sha256(update_));
  EXPECT_EQ(tentative.update_bytes, 3u);
  EXPECT_EQ(tentative.report, (Bytes{9, 8, 7}));
  EXPECT_EQ(*store_->tentative_update(), update_);
  EXPECT_TRUE(store_->member_state()->empty());  // not committed yet
}

TEST_F(DeviceStoreTest, PromotesTheTentativeState) {
  ASSERT_STATUS_OK(store_->store_tentative(task(5), update_, state_, {}));
  ASSERT_STATUS_OK(store_->promote_tentative());
  EXPECT_EQ(*store_->member_state(), state_);
  EXPECT_EQ(*store_->tentative(), std::nullopt);
  EXPECT_EQ(store_->tentative_update().status().code(), Code::kNotFound);
}

TEST_F(DeviceStoreTest, PromotesDurablyWithTheNextTask) {
  ASSERT_STATUS_OK(store_->store_tentative(task(5), update_, state_, {}));
  ASSERT_STATUS_OK(store_->promote_tentative());
  EXPECT_EQ((*(*DeviceStore::open_read_only(dir_.path()))->tentative())->round, 5u);
  reopen();  // as after a crash: the next task promotes it again
  EXPECT_EQ((*store_->tentative())->round, 5u);
  EXPECT_EQ(*store_->tentative_update(), update_);
  EXPECT_TRUE(store_->member_state()->empty());

  ASSERT_STATUS_OK(store_->promote_tentative());
  Tentative nothing{6, 0, SlotId{0}, sha256(as_bytes("other")), true, {}, 0, {}};
  ASSERT_STATUS_OK(store_->store_tentative(nothing, {}, Bytes{6, 6}, {}));
  EXPECT_EQ(test::file_count(dir_ / "blobs"), 2u);  // both states; the sent update is gone
  reopen();
  EXPECT_EQ((*store_->tentative())->round, 6u);
  EXPECT_EQ(*store_->member_state(), state_);
  EXPECT_TRUE(store_->history()->front().counted);
}

TEST_F(DeviceStoreTest, SettlesWithoutAnotherTask) {
  ASSERT_STATUS_OK(store_->settle());
  ASSERT_STATUS_OK(store_->store_tentative(task(5), update_, state_, {}));
  ASSERT_STATUS_OK(store_->promote_tentative());
  ASSERT_STATUS_OK(store_->settle());
  EXPECT_EQ(*(*DeviceStore::open_read_only(dir_.path()))->tentative(), std::nullopt);
  EXPECT_EQ(test::file_count(dir_ / "blobs"), 1u);  // the sent update is gone
  reopen();
  EXPECT_EQ(*store_->member_state(), state_);
}

TEST_F(DeviceStoreTest, AnotherRunDropsWhatWasPromotedBefore) {
  ASSERT_STATUS_OK(store_->store_tentative(task(5), update_, state_, {}));
  ASSERT_STATUS_OK(store_->promote_tentative());
  EXPECT_TRUE(*store_->begin_run(sha256(as_bytes("next run"))));
  reopen();
  EXPECT_TRUE(store_->member_state()->empty());
  EXPECT_EQ(*store_->tentative(), std::nullopt);
  EXPECT_EQ(test::file_count(dir_ / "blobs"), 0u);
}

TEST_F(DeviceStoreTest, DropsTheTentativeStateAndKeepsTheCommittedOne) {
  ASSERT_STATUS_OK(store_->store_tentative(task(5), update_, state_, {}));
  ASSERT_STATUS_OK(store_->promote_tentative());
  ASSERT_STATUS_OK(store_->store_tentative(task(6), update_, Bytes{6, 6}, {}));
  ASSERT_STATUS_OK(store_->drop_tentative());
  EXPECT_EQ(*store_->member_state(), state_);
  EXPECT_EQ(*store_->tentative(), std::nullopt);
  ASSERT_STATUS_OK(store_->store_tentative(task(7), update_, Bytes{7}, {}));
  reopen();
  EXPECT_EQ(*store_->member_state(), state_);
  EXPECT_EQ((*store_->tentative())->round, 7u);
  EXPECT_EQ(test::file_count(dir_ / "blobs"), 3u);  // two states and the update
}

TEST_F(DeviceStoreTest, ChangesNothingWhenThereIsNothingToPromoteOrDrop) {
  ASSERT_STATUS_OK(store_->store_tentative(task(5), update_, state_, {}));
  ASSERT_STATUS_OK(store_->promote_tentative());
  ASSERT_STATUS_OK(store_->promote_tentative());
  ASSERT_STATUS_OK(store_->drop_tentative());
  EXPECT_EQ(*store_->member_state(), state_);
}

TEST_F(DeviceStoreTest, ReplacesAnOlderTentativePart) {
  ASSERT_STATUS_OK(store_->store_tentative(task(5), update_, state_, {}));
  Tentative nothing{6, 0, SlotId{0}, sha256(as_bytes("other")), true, {}, 0, {}};
  ASSERT_STATUS_OK(store_->store_tentative(nothing, {}, {}, {}));
  const Tentative tentative = **store_->tentative();
  EXPECT_EQ(tentative.round, 6u);
  EXPECT_TRUE(tentative.nothing_to_report);
  EXPECT_TRUE(tentative.report.empty());
  EXPECT_EQ(store_->tentative_update().status().code(), Code::kNotFound);
  EXPECT_EQ(test::file_count(dir_ / "blobs"), 1u);
}

TEST_F(DeviceStoreTest, ForgetsTheStateOfAnotherRunButNotTheEnrolment) {
  ASSERT_STATUS_OK(store_->set_enrolment({"tcp://a:1", "key", UserId{1}, {1}}));
  ASSERT_STATUS_OK(store_->store_tentative(task(5), update_, state_, {}));
  ASSERT_STATUS_OK(store_->promote_tentative());
  ASSERT_STATUS_OK(store_->store_tentative(task(6), update_, state_, {}));
  EXPECT_FALSE(*store_->begin_run(run_));
  EXPECT_EQ(*store_->member_state(), state_);
  EXPECT_EQ(store_->history()->size(), 2u);

  const Digest next_run = sha256(as_bytes("next run"));
  EXPECT_TRUE(*store_->begin_run(next_run));
  EXPECT_EQ(*store_->run_id(), next_run);
  EXPECT_TRUE(store_->member_state()->empty());
  EXPECT_EQ(*store_->tentative(), std::nullopt);
  EXPECT_TRUE(store_->history()->empty());
  EXPECT_TRUE(store_->enrolment()->has_value());
  EXPECT_EQ(test::file_count(dir_ / "blobs"), 0u);
}

TEST_F(DeviceStoreTest, MarksAPromotedRoundAsCounted) {
  ASSERT_STATUS_OK(store_->store_tentative(task(4), update_, state_, {2.5, 50, 6}));
  ASSERT_STATUS_OK(store_->drop_tentative());
  ASSERT_STATUS_OK(store_->store_tentative(task(5), update_, state_, {1.5, 100, 4}));
  ASSERT_STATUS_OK(store_->promote_tentative());
  const std::vector<DeviceRound> history = *store_->history();
  ASSERT_EQ(history.size(), 2u);
  EXPECT_EQ(history[0].round, 4u);
  EXPECT_FALSE(history[0].counted);
  EXPECT_EQ(history[1].round, 5u);
  EXPECT_EQ(history[1].attempt, 1u);
  EXPECT_EQ(history[1].train_seconds, 1.5);
  EXPECT_EQ(history[1].images, 100u);
  EXPECT_EQ(history[1].bytes_up, 3u);
  EXPECT_EQ(history[1].bytes_down, 4u);
  EXPECT_TRUE(history[1].counted);
}

TEST_F(DeviceStoreTest, SweepsWhatACrashBeforeTheTransactionLeft) {
  ASSERT_STATUS_OK(store_->store_tentative(task(5), update_, state_, {}));
  store_.reset();
  ASSERT_STATUS_OK(BlobStore(dir_ / "blobs").put(Bytes{42}).status());
  reopen();
  EXPECT_EQ(test::file_count(dir_ / "blobs"), 2u);
  EXPECT_EQ(*store_->tentative_update(), update_);
}

TEST_F(DeviceStoreTest, ReportsADamagedState) {
  ASSERT_STATUS_OK(store_->store_tentative(task(5), update_, state_, {}));
  ASSERT_STATUS_OK(store_->promote_tentative());
  fs::resize_file(dir_ / "blobs" / sha256(state_).hex().c_str(), 1);
  EXPECT_EQ(store_->member_state().status().code(), Code::kCorrupt);
}

TEST_F(DeviceStoreTest, RefusesASecondClientButLetsStatusRead) {
  ASSERT_STATUS_OK(store_->store_tentative(task(5), update_, state_, {}));
  const Status second = DeviceStore::open(dir_.path()).status();
  EXPECT_EQ(second.code(), Code::kUnavailable);
  EXPECT_THAT(second.message(), HasSubstr("in use by process"));
  const auto reader = DeviceStore::open_read_only(dir_.path());
  ASSERT_STATUS_OK(reader.status());
  EXPECT_EQ((*(*reader)->tentative())->round, 5u);
}

TEST_F(DeviceStoreTest, CannotBeReadBeforeItExists) {
  const TempDir empty;
  EXPECT_EQ(DeviceStore::open_read_only(empty.path()).status().code(), Code::kNotFound);
}

TEST_F(DeviceStoreTest, KeepsTheOldTentativePartWhenTheDiskIsFull) {
  ASSERT_STATUS_OK(store_->store_tentative(task(5), update_, state_, {}));
  store_.reset();
  EXPECT_TRUE(test::holds_with_file_limit(1 << 20, [&] {
    store_ = *DeviceStore::open(dir_.path());
    const Bytes large(2 << 20, 1);
    Tentative next{6, 0, SlotId{0}, {}, false, sha256(large), large.size(), {}};
    const Status status = store_->store_tentative(next, large, state_, {});
    return status.code() == Code::kExhausted && status.message().rfind("disk full: ", 0) == 0;
  }));
  reopen();
  EXPECT_EQ((*store_->tentative())->round, 5u);
  EXPECT_EQ(*store_->tentative_update(), update_);
}

}  // namespace
}  // namespace covey::store
