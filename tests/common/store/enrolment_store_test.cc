#include "common/store/enrolment_store.h"

#include <gmock/gmock.h>

#include "tests/common/store/temp_dir.h"

namespace covey::store {
namespace {

using test::TempDir;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::int64_t kNow = 1'700'000'000;
constexpr std::int64_t kLater = kNow + 3600;

Digest token(const char* text) {
  return sha256(as_bytes(text));
}

class EnrolmentStoreTest : public ::testing::Test {
 protected:
  void expect_refused(const Result<UserId>& result, const std::string& reason) {
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.status().code(), Code::kRefused);
    EXPECT_THAT(result.status().message(), HasSubstr(reason));
  }

  TempDir dir_;
  EnrolmentStore store_ = *EnrolmentStore::open(dir_.path());
};

TEST_F(EnrolmentStoreTest, BindsTheKeyToTheUserOfTheToken) {
  ASSERT_STATUS_OK(store_.add_token(token("a"), UserId{3}, kLater));
  EXPECT_EQ(*store_.redeem(token("a"), "key-a", kNow), UserId{3});
  EXPECT_EQ(*store_.user_of("key-a"), UserId{3});
  EXPECT_EQ(*store_.user_of("key-b"), std::nullopt);
}

TEST_F(EnrolmentStoreTest, RemembersAcrossReopening) {
  ASSERT_STATUS_OK(store_.add_token(token("a"), UserId{3}, kLater));
  ASSERT_STATUS_OK(store_.redeem(token("a"), "key-a", kNow).status());
  const EnrolmentStore again = *EnrolmentStore::open(dir_.path());
  EXPECT_EQ(*again.user_of("key-a"), UserId{3});
}

TEST_F(EnrolmentStoreTest, RefusesAnUnknownToken) {
  expect_refused(store_.redeem(token("a"), "key-a", kNow), "unknown token");
}

TEST_F(EnrolmentStoreTest, RefusesATokenFromItsLastSecondOn) {
  ASSERT_STATUS_OK(store_.add_token(token("a"), UserId{0}, kLater));
  expect_refused(store_.redeem(token("a"), "key-a", kLater), "expired");
  EXPECT_TRUE(store_.redeem(token("a"), "key-a", kLater - 1).ok());
}

TEST_F(EnrolmentStoreTest, RefusesATokenThatAnotherDeviceUsed) {
  ASSERT_STATUS_OK(store_.add_token(token("a"), UserId{0}, kLater));
  ASSERT_STATUS_OK(store_.redeem(token("a"), "key-a", kNow).status());
  expect_refused(store_.redeem(token("a"), "key-b", kNow), "used already");
}

TEST_F(EnrolmentStoreTest, AnswersADeviceThatLostTheAnswerAgain) {
  ASSERT_STATUS_OK(store_.add_token(token("a"), UserId{4}, kLater));
  ASSERT_STATUS_OK(store_.redeem(token("a"), "key-a", kNow).status());
  EXPECT_EQ(*store_.redeem(token("a"), "key-a", kLater + 9), UserId{4});
  ASSERT_STATUS_OK(store_.revoke(UserId{4}, kNow));
  expect_refused(store_.redeem(token("a"), "key-a", kNow), "used already");
}

TEST_F(EnrolmentStoreTest, RefusesANewKeyForABoundUserUntilTheOldOneIsRevoked) {
  ASSERT_STATUS_OK(store_.add_token(token("a"), UserId{0}, kLater));
  ASSERT_STATUS_OK(store_.add_token(token("b"), UserId{0}, kLater));
  ASSERT_STATUS_OK(store_.redeem(token("a"), "key-a", kNow).status());
  expect_refused(store_.redeem(token("b"), "key-b", kNow), "revoke it first");
  ASSERT_STATUS_OK(store_.revoke(UserId{0}, kNow));
  EXPECT_EQ(*store_.redeem(token("b"), "key-b", kNow), UserId{0});  // the refusal did not use the token up
}

TEST_F(EnrolmentStoreTest, RefusesOneKeyForTwoUsers) {
  ASSERT_STATUS_OK(store_.add_token(token("a"), UserId{0}, kLater));
  ASSERT_STATUS_OK(store_.add_token(token("b"), UserId{1}, kLater));
  ASSERT_STATUS_OK(store_.redeem(token("a"), "key-a", kNow).status());
  expect_refused(store_.redeem(token("b"), "key-a", kNow), "bound to user 0");
}

TEST_F(EnrolmentStoreTest, RefusesARevokedKeyForEver) {
  ASSERT_STATUS_OK(store_.add_token(token("a"), UserId{0}, kLater));
  ASSERT_STATUS_OK(store_.add_token(token("b"), UserId{0}, kLater));
  ASSERT_STATUS_OK(store_.redeem(token("a"), "key-a", kNow).status());
  ASSERT_STATUS_OK(store_.revoke(UserId{0}, kNow));
  EXPECT_EQ(*store_.user_of("key-a"), std::nullopt);
  expect_refused(store_.redeem(token("b"), "key-a", kNow), "key was revoked");
}

TEST_F(EnrolmentStoreTest, SeesARevocationByAnotherProcessAtOnce) {
  ASSERT_STATUS_OK(store_.add_token(token("a"), UserId{0}, kLater));
  ASSERT_STATUS_OK(store_.redeem(token("a"), "key-a", kNow).status());
  EnrolmentStore other = *EnrolmentStore::open(dir_.path());
  ASSERT_STATUS_OK(other.revoke(UserId{0}, kNow));
  EXPECT_EQ(*store_.user_of("key-a"), std::nullopt);
}

TEST_F(EnrolmentStoreTest, CannotRevokeWhoIsNotEnrolled) {
  const Status status = store_.revoke(UserId{7}, kNow);
  EXPECT_EQ(status.code(), Code::kNotFound);
  EXPECT_THAT(status.message(), HasSubstr("user 7"));
}

TEST_F(EnrolmentStoreTest, GivesTheLowestUsersWithoutKeyOrOpenToken) {
  EXPECT_THAT(*store_.free_users(2, kNow), ElementsAre(UserId{0}, UserId{1}));
  ASSERT_STATUS_OK(store_.add_token(token("a"), UserId{0}, kLater));
  ASSERT_STATUS_OK(store_.add_token(token("b"), UserId{2}, kNow));  // expired at once
  ASSERT_STATUS_OK(store_.add_token(token("c"), UserId{3}, kLater));
  ASSERT_STATUS_OK(store_.redeem(token("c"), "key-c", kNow).status());
  EXPECT_THAT(*store_.free_users(3, kNow), ElementsAre(UserId{1}, UserId{2}, UserId{4}));
  ASSERT_STATUS_OK(store_.revoke(UserId{3}, kNow));
  EXPECT_THAT(*store_.free_users(3, kNow), ElementsAre(UserId{1}, UserId{2}, UserId{3}));
}

TEST_F(EnrolmentStoreTest, CountsTokensByState) {
  ASSERT_STATUS_OK(store_.add_token(token("a"), UserId{0}, kLater));
  ASSERT_STATUS_OK(store_.add_token(token("b"), UserId{1}, kLater));
  ASSERT_STATUS_OK(store_.add_token(token("c"), UserId{2}, kNow));
  ASSERT_STATUS_OK(store_.redeem(token("a"), "key-a", kNow).status());
  const TokenCount count = *store_.tokens(kNow);
  EXPECT_EQ(count.open, 1u);
  EXPECT_EQ(count.used, 1u);
  EXPECT_EQ(count.expired, 1u);
}

TEST_F(EnrolmentStoreTest, ListsEveryKeyWithItsLastSession) {
  for (const char* name : {"a", "b"}) {
    ASSERT_STATUS_OK(store_.add_token(token(name), UserId{0}, kLater));
    ASSERT_STATUS_OK(store_.redeem(token(name), std::string("key-") + name, kNow).status());
    if (std::string(name) == "a") ASSERT_STATUS_OK(store_.revoke(UserId{0}, kNow + 1));
  }
  ASSERT_STATUS_OK(store_.record_session("key-b", kNow + 4, 1));
  ASSERT_STATUS_OK(store_.record_probe("key-b", token("probe")));
  ASSERT_STATUS_OK(store_.record_session("key-b", kNow + 5, 4711));
  ASSERT_STATUS_OK(store_.record_session("unknown", kNow, 1));
  ASSERT_STATUS_OK(store_.record_probe("unknown", token("probe")));
  const std::vector<EnrolledUser> users = *store_.list();
  ASSERT_EQ(users.size(), 2u);
  EXPECT_EQ(users[0].public_key, "key-a");
  EXPECT_EQ(users[0].revoked_at, kNow + 1);
  EXPECT_EQ(users[0].last_seen, std::nullopt);
  EXPECT_EQ(users[1].public_key, "key-b");
  EXPECT_EQ(users[1].enrolled_at, kNow);
  EXPECT_EQ(users[1].revoked_at, std::nullopt);
  EXPECT_EQ(users[1].last_seen, kNow + 5);
  EXPECT_EQ(users[1].samples, 4711u);
  EXPECT_EQ(users[1].probe, token("probe"));
}

TEST_F(EnrolmentStoreTest, AddsUpRefusals) {
  ASSERT_STATUS_OK(store_.add_refusals("malformed", 2));
  ASSERT_STATUS_OK(store_.add_refusals("malformed", 3));
  ASSERT_STATUS_OK(store_.add_refusals("bad token", 1));
  EXPECT_THAT(*store_.refusals(), ElementsAre(std::pair("bad token", 1u), std::pair("malformed", 5u)));
}

TEST_F(EnrolmentStoreTest, LetsOneOfTwoProcessesThatUseOneTokenThrough) {
  ASSERT_STATUS_OK(store_.add_token(token("a"), UserId{0}, kLater));
  EnrolmentStore other = *EnrolmentStore::open(dir_.path());
  EXPECT_TRUE(other.redeem(token("a"), "key-other", kNow).ok());
  expect_refused(store_.redeem(token("a"), "key-mine", kNow), "used already");
}

}  // namespace
}  // namespace covey::store
