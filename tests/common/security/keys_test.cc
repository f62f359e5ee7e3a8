#include "common/security/keys.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>

namespace covey::security {
namespace {

class Keys : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = fs::path(testing::TempDir()) / "covey_keys_test" /
                 testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::remove_all(directory_);
  }
  void TearDown() override { fs::remove_all(directory_); }

  static mode_t mode_of(const fs::path& path) {
    struct stat info {};
    EXPECT_EQ(::stat(path.c_str(), &info), 0);
    return info.st_mode & 0777;
  }

  fs::path directory_;
};

SecretKey secret_of(const std::string& hex) {
  SecretKey secret;
  const Bytes raw = *from_hex(hex);
  std::copy(raw.begin(), raw.end(), secret.mutable_bytes().begin());
  return secret;
}

TEST_F(Keys, CurveKeysAreX25519) {
  // RFC 7748, section 5.2: the first iteration multiplies the base point by the scalar 9.
  const auto keys = CurveKeys::from_secret(secret_of("09" + std::string(62, '0')));
  EXPECT_EQ(to_hex(keys.public_key), "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079");
}

TEST_F(Keys, SigningKeysAreEd25519) {
  // RFC 8032, section 7.1, test 1.
  const auto keys =
      SigningKeys::from_secret(secret_of("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"));
  EXPECT_EQ(to_hex(keys.public_key), "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
}

TEST_F(Keys, EachGenerationIsNew) {
  EXPECT_NE(CurveKeys::generate().public_key, CurveKeys::generate().public_key);
  EXPECT_NE(SigningKeys::generate().public_key, SigningKeys::generate().public_key);
}

TEST_F(Keys, AreSavedPrivatelyAndComeBack) {
  const auto curve = CurveKeys::generate();
  const auto signing = SigningKeys::generate();
  ASSERT_TRUE(save_keys(directory_, curve).ok());
  ASSERT_TRUE(save_keys(directory_, signing).ok());
  EXPECT_EQ(mode_of(directory_), 0700u);
  EXPECT_EQ(mode_of(directory_ / "curve.key"), 0600u);
  EXPECT_EQ(mode_of(directory_ / "signing.key"), 0600u);

  const auto curve_again = load_curve_keys(directory_);
  ASSERT_TRUE(curve_again.ok()) << curve_again.status().message();
  EXPECT_EQ(curve_again->public_key, curve.public_key);
  EXPECT_EQ(to_hex(curve_again->secret_key.bytes()), to_hex(curve.secret_key.bytes()));
  const auto signing_again = load_signing_keys(directory_);
  ASSERT_TRUE(signing_again.ok()) << signing_again.status().message();
  EXPECT_EQ(signing_again->public_key, signing.public_key);
}

TEST_F(Keys, AreNeverReplaced) {
  const auto first = CurveKeys::generate();
  ASSERT_TRUE(save_keys(directory_, first).ok());
  const Status second = save_keys(directory_, CurveKeys::generate());
  EXPECT_EQ(second.code(), Code::kInvalidArgument);
  EXPECT_NE(second.message().find("curve.key: exists already"), std::string::npos);
  EXPECT_EQ(load_curve_keys(directory_)->public_key, first.public_key);
}

TEST_F(Keys, AFileThatOthersMayTouchIsRefused) {
  ASSERT_TRUE(save_keys(directory_, SigningKeys::generate()).ok());
  for (const mode_t mode : {0640u, 0620u, 0604u, 0602u, 0610u, 0601u}) {
    ASSERT_EQ(::chmod((directory_ / "signing.key").c_str(), mode), 0);
    const auto loaded = load_signing_keys(directory_);
    ASSERT_FALSE(loaded.ok()) << std::oct << mode;
    EXPECT_EQ(loaded.status().code(), Code::kInvalidArgument);
    EXPECT_NE(loaded.status().message().find("signing.key: group or others may access this key file"),
              std::string::npos);
    EXPECT_NE(loaded.status().message().find("chmod 600"), std::string::npos);
  }
  ASSERT_EQ(::chmod((directory_ / "signing.key").c_str(), 0400), 0);
  EXPECT_TRUE(load_signing_keys(directory_).ok());
}

TEST_F(Keys, AMissingFileIsNotFound) {
  EXPECT_EQ(load_curve_keys(directory_).status().code(), Code::kNotFound);
}

TEST_F(Keys, OtherContentIsCorruptAndNotRepeated) {
  ASSERT_TRUE(make_directories(directory_).ok());
  const std::string good(64, 'a');
  for (const std::string& text : {std::string(), std::string("secret"), good + "a", good.substr(1),
                                  "g" + good.substr(1), good + "\n\n", std::string(5000, 'a')}) {
    ASSERT_TRUE(write_file_atomically(directory_ / "curve.key", as_bytes(text), 0600).ok());
    const auto loaded = load_curve_keys(directory_);
    ASSERT_FALSE(loaded.ok()) << text;
    EXPECT_EQ(loaded.status().message().find("secret"), std::string::npos);
  }
  ASSERT_TRUE(write_file_atomically(directory_ / "curve.key", as_bytes(good + "\n"), 0600).ok());
  EXPECT_TRUE(load_curve_keys(directory_).ok());
}

TEST(PublicKey, Has32Bytes) {
  EXPECT_TRUE(public_key_from_bytes(Bytes(32, 1)).ok());
  EXPECT_EQ(public_key_from_bytes(Bytes(31, 1)).status().code(), Code::kCorrupt);
  EXPECT_EQ(public_key_from_bytes(Bytes(33, 1)).status().code(), Code::kCorrupt);
}

}  // namespace
}  // namespace covey::security
