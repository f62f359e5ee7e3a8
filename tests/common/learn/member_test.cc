#include "common/learn/member.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace covey::learn {
namespace {

using ::testing::HasSubstr;

Layout layout() {
  return *Layout::make({{"conv.weight", {2}},
                        {"norm.running_mean", {2}, TensorKind::kBuffer},
                        {"norm.running_var", {2}, TensorKind::kBuffer},
                        {"norm.weight", {2}}});
}

config::Experiment experiment(const std::string& bn_buffers) {
  config::Experiment experiment;
  experiment.averaging.bn_buffers = bn_buffers;
  return experiment;
}

TEST(MemberState, SurvivesTheRoundTrip) {
  for (const MemberState& state : {MemberState{}, MemberState{{1, 2, 3}, {}}, MemberState{{1}, {4, 5}},
                                   MemberState{{}, {}, {{6, 7}, 3, "topk", 8}}}) {
    const auto decoded = decode_member_state(encode_member_state(state));
    ASSERT_TRUE(decoded.ok());
    EXPECT_EQ(decoded->optimizer, state.optimizer);
    EXPECT_EQ(decoded->buffers, state.buffers);
    EXPECT_EQ(decoded->residual.values, state.residual.values);
    EXPECT_EQ(decoded->residual.round, state.residual.round);
    EXPECT_EQ(decoded->residual.codec, state.residual.codec);
    EXPECT_EQ(decoded->residual.bits, state.residual.bits);
  }
}

TEST(MemberState, RejectsEveryTruncation) {
  const Bytes bytes = encode_member_state({{1, 2, 3}, {4, 5}});
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_EQ(decode_member_state({bytes.data(), length}).status().code(), Code::kCorrupt) << length;
  }
}

TEST(MemberState, RejectsTruncatedResiduals) {
  const std::size_t without = encode_member_state({{1, 2, 3}, {4, 5}}).size();
  const Bytes bytes = encode_member_state({{1, 2, 3}, {4, 5}, {{6, 7}, 3, "topk", 8}});
  for (std::size_t length = without + 1; length < bytes.size(); ++length)
    EXPECT_EQ(decode_member_state({bytes.data(), length}).status().code(), Code::kCorrupt) << length;
  EXPECT_TRUE(decode_member_state({bytes.data(), without}).ok()) << "the form of states without a residual";
}

TEST(MemberState, WithAResidualAloneIsNotEmpty) {
  EXPECT_TRUE(MemberState{}.empty());
  EXPECT_FALSE((MemberState{{}, {}, {{1}, 0, "ptq", 8}}.empty()));
}

config::Upload upload(const std::string& codec, std::int64_t bits) {
  config::Upload upload;
  upload.codec = codec;
  upload.bits = bits;
  upload.feedback_age = 3;
  return upload;
}

TEST(Residual, IsAddedWholeUntilItIsTooOld) {
  const Residual residual{{0.5f, -1}, 7, "ptq", 8};
  for (const std::uint32_t round : {7u, 8u, 10u, 11u, 100u}) {
    Values update{1, 2};
    add_residual(residual, upload("ptq", 8), round, update);
    EXPECT_EQ(update, round <= 10 ? (Values{1.5f, 1}) : (Values{1, 2})) << round;
  }
}

TEST(Residual, OfAnotherModelCodecOrWidthIsDropped) {
  const Residual residual{{0.5f, -1}, 7, "ptq", 8};
  const auto added = [&](const config::Upload& now, Values update) {
    const Values before = update;
    add_residual(residual, now, 8, update);
    return update != before;
  };
  EXPECT_TRUE(added(upload("ptq", 8), {1, 2}));
  EXPECT_FALSE(added(upload("psq", 8), {1, 2}));
  EXPECT_FALSE(added(upload("ptq", 4), {1, 2}));
  EXPECT_FALSE(added(upload("ptq", 8), {1, 2, 3}));
}

TEST(MemberState, RejectsBytesAfterTheEndAndImpossibleCounts) {
  Bytes longer = encode_member_state({{1}, {}, {{6, 7}, 3, "topk", 8}});
  longer.push_back(0);
  EXPECT_THAT(decode_member_state(longer).status().message(), HasSubstr("bytes after its end"));
  longer = encode_member_state({{1}, {}});
  longer.push_back(0);
  EXPECT_EQ(decode_member_state(longer).status().code(), Code::kCorrupt);
  Bytes huge = encode_member_state({{1}, {}});
  huge[7] = 0x40;  // 2^62 values: four times that would wrap around
  EXPECT_THAT(decode_member_state(huge).status().message(), HasSubstr("values at byte 8"));
}

TEST(ExchangedLayout, LeavesLocalBuffersOut) {
  EXPECT_EQ(exchanged_layout(layout(), experiment("mean")), layout());
  const Layout local = exchanged_layout(layout(), experiment("local"));
  EXPECT_EQ(local.value_count(), 4u);
  EXPECT_EQ(exchanged_values(layout(), Values{1, 2, 3, 4, 5, 6, 7, 8}, local), (Values{1, 2, 7, 8}));
}

TEST(StartingValues, LocalBuffersStartAsTheIdentity) {
  const Layout local = exchanged_layout(layout(), experiment("local"));
  EXPECT_EQ(*starting_values(layout(), local, Values{1, 2, 7, 8}, {}), (Values{1, 2, 0, 0, 1, 1, 7, 8}));
}

TEST(StartingValues, LocalBuffersGoOnFromTheMembersOwn) {
  const Layout local = exchanged_layout(layout(), experiment("local"));
  const MemberState state{{}, buffer_values(layout(), Values{9, 9, 3, 4, 5, 6, 9, 9})};
  EXPECT_EQ(state.buffers, (Values{3, 4, 5, 6}));
  EXPECT_EQ(*starting_values(layout(), local, Values{1, 2, 7, 8}, state), (Values{1, 2, 3, 4, 5, 6, 7, 8}));
}

TEST(StartingValues, AveragedBuffersAreTheReceivedOnes) {
  const Values received{1, 2, 3, 4, 5, 6, 7, 8};
  EXPECT_EQ(*starting_values(layout(), layout(), received, {}), received);
}

TEST(StartingValues, RefuseTheBuffersOfAnotherModel) {
  const Layout local = exchanged_layout(layout(), experiment("local"));
  const auto refused = starting_values(layout(), local, Values{1, 2, 7, 8}, {{}, {1, 2, 3}});
  EXPECT_EQ(refused.status().code(), Code::kCorrupt);
}

}  // namespace
}  // namespace covey::learn
