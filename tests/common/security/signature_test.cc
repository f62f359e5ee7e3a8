#include "common/security/signature.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace covey::security {
namespace {

const ModelUse kUse{sha256(as_bytes("run")), 3, 1, GroupId{2}, sha256(as_bytes("model"))};

TEST(Signature, CoversEveryFieldOfAModelUse) {
  const auto keys = SigningKeys::generate();
  const Verifier verifier = *Verifier::make(keys.public_key);
  const Bytes signature = Signer(keys).sign_model(kUse);
  EXPECT_EQ(signature.size(), 64u);
  EXPECT_TRUE(verifier.verify_model(kUse, signature).ok());

  std::vector<ModelUse> others(5, kUse);
  others[0].run_id = sha256(as_bytes("other run"));
  others[1].round = 4;
  others[2].attempt = 2;
  others[3].group = GroupId{3};
  others[4].model = sha256(as_bytes("other model"));
  for (const ModelUse& other : others) {
    EXPECT_EQ(verifier.verify_model(other, signature).code(), Code::kRefused);
  }
}

TEST(Signature, CoversRunAndSettings) {
  const auto keys = SigningKeys::generate();
  const Verifier verifier = *Verifier::make(keys.public_key);
  const Bytes settings{1, 2, 3};
  const Bytes signature = Signer(keys).sign_settings(kUse.run_id, settings);
  EXPECT_TRUE(verifier.verify_settings(kUse.run_id, settings, signature).ok());
  EXPECT_FALSE(verifier.verify_settings(kUse.model, settings, signature).ok());
  EXPECT_FALSE(verifier.verify_settings(kUse.run_id, Bytes{1, 2}, signature).ok());
  EXPECT_FALSE(verifier.verify_settings(kUse.run_id, Bytes{1, 2, 4}, signature).ok());
  EXPECT_FALSE(verifier.verify_settings(kUse.run_id, Bytes{1, 2, 3, 0}, signature).ok());
}

TEST(Signature, OneKindDoesNotStandForTheOther) {
  const auto keys = SigningKeys::generate();
  const Verifier verifier = *Verifier::make(keys.public_key);
  EXPECT_FALSE(verifier.verify_model(kUse, Signer(keys).sign_settings(kUse.run_id, kUse.model.bytes)).ok());
}

TEST(Signature, RejectsAnotherSignerAndAnyChangedBit) {
  const auto keys = SigningKeys::generate();
  const Verifier verifier = *Verifier::make(keys.public_key);
  Bytes signature = Signer(keys).sign_model(kUse);
  EXPECT_FALSE(Verifier::make(SigningKeys::generate().public_key)->verify_model(kUse, signature).ok());
  for (std::size_t bit = 0; bit < 8 * signature.size(); ++bit) {
    signature[bit / 8] = static_cast<std::uint8_t>(signature[bit / 8] ^ (1u << (bit % 8)));
    ASSERT_FALSE(verifier.verify_model(kUse, signature).ok()) << bit;
    signature[bit / 8] = static_cast<std::uint8_t>(signature[bit / 8] ^ (1u << (bit % 8)));
  }
}

TEST(Signature, RejectsOtherLengths) {
  const auto keys = SigningKeys::generate();
  const Verifier verifier = *Verifier::make(keys.public_key);
  Bytes signature = Signer(keys).sign_model(kUse);
  EXPECT_FALSE(verifier.verify_model(kUse, {}).ok());
  signature.push_back(0);
  EXPECT_FALSE(verifier.verify_model(kUse, signature).ok());
  signature.resize(63);
  EXPECT_FALSE(verifier.verify_model(kUse, signature).ok());
}

TEST(Signature, RejectsWhatIsNoKey) {
  EXPECT_EQ(Verifier::make(Bytes(31, 1)).status().code(), Code::kCorrupt);
  EXPECT_EQ(Verifier::make({}).status().code(), Code::kCorrupt);
}

// Ed25519 is deterministic, so these fix the signed bytes. They were made with Python's `cryptography` from
// the layouts in FORMAT.md, with struct.pack and hashlib and nothing of this tree.
TEST(Signature, SignedBytesAreThoseOfTheFormat) {
  SecretKey secret;
  for (std::size_t i = 0; i < 32; ++i) secret.mutable_bytes()[i] = static_cast<std::uint8_t>(i);
  const auto keys = SigningKeys::from_secret(secret);
  EXPECT_EQ(to_hex(Signer(keys).sign_model(kUse)),
            "bfe31a0a254a6c6642da1a0baba460984c2deb9d054532c26ac74e0cf2b444d5"
            "5b6b73cb3faf7ac8a0c50e5b861dddaa29080849b6a4ab138ea8b73cd4568c0d");
  EXPECT_EQ(to_hex(Signer(keys).sign_settings(kUse.run_id, as_bytes("[training]\n"))),
            "bfa97926fcd0f15257ef250a1a5b9bb90c9e63d1024ad15a93226c52487d7975"
            "1f742f03e6259510a7c8fb999905fe4e1d724c2ca926f3da77d80cc8b809480d");
}

}  // namespace
}  // namespace covey::security
