#include "server/update_inbox.h"

#include <gtest/gtest.h>

#include "common/wire/limits.h"
#include "tests/common/store/temp_dir.h"

namespace covey::server {
namespace {

using wire::kChunkBytes;

Bytes update_of(std::size_t size, std::uint8_t first) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(first + i / kChunkBytes);
  return bytes;
}

class UpdateInboxTest : public ::testing::Test {
 protected:
  UpdateInboxTest() {
    UpdateInbox::Options options;
    options.places = 2;
    options.window = 2;
    options.slow_s = 1000;
    options.uploads_concurrent = 4;
    options.chunks = 4;
    options.in_memory = 2;
    options.small_bytes = 3 * kChunkBytes;
    options.stall_s = 5;
    auto inbox = UpdateInbox::create(folder_.path() / "spool", options);
    EXPECT_TRUE(inbox.ok()) << inbox.status().message();
    inbox_.emplace(*std::move(inbox));
  }

  void expect(std::uint32_t user, const Bytes& bytes) {
    updates_[UserId{user}] = bytes;
    inbox_->expect({UserId{user}, 3, 0, sha256(bytes), bytes.size()});
  }

  /// Who was asked, and for how many chunks.
  std::map<std::uint32_t, std::uint32_t> ask(double now) {
    std::map<std::uint32_t, std::uint32_t> asked;
    const auto requests = inbox_->take_requests(now);
    EXPECT_TRUE(requests.ok()) << requests.status().message();
    for (const auto& [user, request] : *requests) asked[user.value] += request.chunks;
    return asked;
  }

  Result<std::optional<UpdateInbox::Arrived>> chunk(double now, std::uint32_t user, std::uint64_t offset) {
    const Bytes& update = updates_.at(UserId{user});
    const ByteSpan part = ByteSpan(update).subspan(offset, std::min(kChunkBytes, update.size() - offset));
    return inbox_->accept(now, UserId{user}, {sha256(update), offset, {part.begin(), part.end()}});
  }

  std::size_t files() const {
    const fs::directory_iterator entries(folder_.path() / "spool");
    return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
  }

  /// Asks and delivers until the user's update is whole.
  Bytes receive(std::uint32_t user) {
    for (std::uint64_t offset = 0; offset < updates_.at(UserId{user}).size(); offset += kChunkBytes) {
      ask(0);
      const auto arrived = chunk(0, user, offset);
      EXPECT_TRUE(arrived.ok()) << arrived.status().message();
      if (!arrived.ok()) break;
      if (*arrived) return {(**arrived).bytes().begin(), (**arrived).bytes().end()};
    }
    return {};
  }

  store::test::TempDir folder_;
  std::optional<UpdateInbox> inbox_;
  std::map<UserId, Bytes> updates_;
};

TEST_F(UpdateInboxTest, KeepsASmallUpdateInMemory) {
  expect(1, update_of(2 * kChunkBytes + 9, 1));
  EXPECT_EQ(ask(0), (std::map<std::uint32_t, std::uint32_t>{{1, 2}}));
  EXPECT_EQ(files(), 0u);
  EXPECT_EQ(receive(1), updates_.at(UserId{1}));
  EXPECT_FALSE(inbox_->expected(UserId{1}).has_value());
}

TEST_F(UpdateInboxTest, SpoolsALargeUpdateAndRemovesTheFile) {
  expect(1, update_of(3 * kChunkBytes + 1, 1));
  ask(0);
  EXPECT_EQ(files(), 1u);
  EXPECT_EQ(receive(1), updates_.at(UserId{1}));
  EXPECT_EQ(files(), 0u);
}

TEST_F(UpdateInboxTest, LetsOnlySoManySendAtATime) {
  for (std::uint32_t user = 0; user < 3; ++user) expect(user, update_of(kChunkBytes, 1));
  EXPECT_EQ(ask(0), (std::map<std::uint32_t, std::uint32_t>{{0, 1}, {1, 1}}));
  ASSERT_TRUE(chunk(0, 1, 0).ok());
  EXPECT_EQ(ask(0), (std::map<std::uint32_t, std::uint32_t>{{2, 1}}));
}

TEST_F(UpdateInboxTest, AStalledUploadGivesItsPlaceAndGoesOnLater) {
  for (std::uint32_t user = 0; user < 3; ++user) expect(user, update_of(2 * kChunkBytes, 1));
  ask(0);
  ASSERT_TRUE(chunk(4, 0, 0).ok());  // user 1 sends nothing
  EXPECT_EQ(ask(6), (std::map<std::uint32_t, std::uint32_t>{{2, 2}}));
  EXPECT_EQ(chunk(6, 1, 0).status().code(), Code::kNotFound) << "nobody asks it any more";
  ASSERT_TRUE(chunk(7, 0, kChunkBytes).ok());
  EXPECT_EQ(ask(7), (std::map<std::uint32_t, std::uint32_t>{{1, 2}}));
  // It answers both requests: that of the time before, and the new one.
  for (const std::uint64_t offset : {std::uint64_t{0}, std::uint64_t{0}}) {
    const auto arrived = chunk(8, 1, offset);
    ASSERT_TRUE(arrived.ok()) << arrived.status().message();
    EXPECT_FALSE(arrived->has_value());
  }
  const auto whole = chunk(8, 1, kChunkBytes);
  ASSERT_TRUE(whole.ok() && whole->has_value());
  EXPECT_EQ(Bytes((**whole).bytes().begin(), (**whole).bytes().end()), updates_.at(UserId{1}));
}

TEST_F(UpdateInboxTest, ASlowUploadGivesItsPlaceAndGoesOn) {
  for (std::uint32_t user = 0; user < 7; ++user) expect(user, update_of(6 * kChunkBytes, 1));
  EXPECT_EQ(ask(0), (std::map<std::uint32_t, std::uint32_t>{{0, 2}, {1, 2}}));
  for (double now = 0; now < 1000; now += 4) {  // slow, but not stalled
    for (const std::uint32_t user : {0u, 1u}) ASSERT_TRUE(chunk(now, user, 0).ok());
  }
  EXPECT_EQ(ask(1000), (std::map<std::uint32_t, std::uint32_t>{{2, 1}, {3, 1}}))
      << "two more; four share four chunks, and the slow ones have more than their share under way";
  ASSERT_TRUE(chunk(1000, 0, kChunkBytes).ok());
  EXPECT_EQ(ask(1000), (std::map<std::uint32_t, std::uint32_t>{{0, 1}}));
  ASSERT_TRUE(chunk(1002, 0, 2 * kChunkBytes).ok());
  ASSERT_TRUE(chunk(1002, 1, kChunkBytes).ok());
  ASSERT_TRUE(chunk(1002, 2, 0).ok());
  EXPECT_EQ(ask(1002), (std::map<std::uint32_t, std::uint32_t>{{0, 1}, {1, 1}, {2, 1}}))
      << "four send already";
  EXPECT_EQ(ask(1005), (std::map<std::uint32_t, std::uint32_t>{{4, 1}})) << "user 3 never sent anything";
}

TEST_F(UpdateInboxTest, AStalledUploadIsLeftAloneWhileOthersCanBegin) {
  for (std::uint32_t user = 0; user < 2; ++user) expect(user, update_of(2 * kChunkBytes, 1));
  ask(0);
  expect(2, update_of(2 * kChunkBytes, 1));
  EXPECT_EQ(ask(1000), (std::map<std::uint32_t, std::uint32_t>{{2, 1}}))
      << "the others have lost their places";
  EXPECT_TRUE(chunk(1000, 0, 0).ok());
}

TEST_F(UpdateInboxTest, ManyStalledSmallUpdatesDoNotPileUpInMemory) {
  for (std::uint32_t user = 0; user < 6; ++user) expect(user, update_of(2 * kChunkBytes, 1));
  double now = 0;
  for (std::uint32_t user = 0; user < 6; user += 2) {
    ask(now);
    ASSERT_TRUE(chunk(now, user, 0).ok());
    ASSERT_TRUE(chunk(now, user + 1, 0).ok());
    now += 6;
  }
  EXPECT_EQ(files(), 4u) << "two are in memory";
}

TEST_F(UpdateInboxTest, TheSameOfferGoesOnWhereItStoppedAndAnotherStartsAnew) {
  expect(1, update_of(3 * kChunkBytes, 1));
  ask(0);
  ASSERT_TRUE(chunk(0, 1, 0).ok());
  inbox_->pause(UserId{1});
  expect(1, updates_.at(UserId{1}));
  ask(0);
  ASSERT_TRUE(chunk(0, 1, kChunkBytes).ok());
  expect(1, update_of(3 * kChunkBytes, 50));
  EXPECT_EQ(receive(1), update_of(3 * kChunkBytes, 50));
}

TEST_F(UpdateInboxTest, DropsAnUploadWithAWrongChunk) {
  expect(1, update_of(2 * kChunkBytes, 1));
  ask(0);
  EXPECT_EQ(chunk(0, 1, kChunkBytes).status().code(), Code::kCorrupt);
  EXPECT_FALSE(inbox_->expected(UserId{1}).has_value());
  EXPECT_EQ(chunk(0, 1, 0).status().code(), Code::kNotFound);
}

TEST_F(UpdateInboxTest, TakesAnUpdateThatCameWithItsOffer) {
  const Bytes update = update_of(kChunkBytes, 1);
  EXPECT_EQ(inbox_->accept_whole(UserId{1}, update).status().code(), Code::kNotFound);
  expect(1, update);
  const auto arrived = inbox_->accept_whole(UserId{1}, update);
  ASSERT_TRUE(arrived.ok()) << arrived.status().message();
  EXPECT_EQ(Bytes(arrived->bytes().begin(), arrived->bytes().end()), update);
  EXPECT_EQ(arrived->update.round, 3u);
  EXPECT_TRUE(ask(0).empty()) << "nothing is left to ask for";
  expect(2, update);
  EXPECT_EQ(inbox_->accept_whole(UserId{2}, update_of(kChunkBytes, 2)).status().code(), Code::kCorrupt);
  EXPECT_FALSE(inbox_->expected(UserId{2}).has_value());
}

TEST_F(UpdateInboxTest, NamesUploadsOfAnotherAttempt) {
  expect(1, update_of(10, 1));
  EXPECT_TRUE(inbox_->stale(3, 0).empty());
  ASSERT_EQ(inbox_->stale(3, 1).size(), 1u);
  EXPECT_EQ(inbox_->stale(4, 0).front().user, UserId{1});
}

}  // namespace
}  // namespace covey::server
