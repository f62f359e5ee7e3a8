// What error feedback promises: nothing is lost for good, the residual stays bounded, and a codec that drops
// most of every update converges.

#include "common/quant/feedback.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/common/quant/quantiser.h"

namespace covey::quant {
namespace {

using covey::testing::layout_of;
using covey::testing::parameter;
using covey::testing::uniform_values;
using testing::kStream;
using testing::norm;

constexpr std::uint32_t kRows = 32;
constexpr std::uint32_t kColumns = 64;

Layout one_tensor() {
  return layout_of({parameter("w", {kRows, kColumns})});
}

CodecDraws draws_of(std::uint32_t round) {
  return CodecDraws(1, {Purpose::kUploadCodec, round, 0, 0});
}

Values decoded(const Bytes& bytes, const Layout& layout) {
  return ContainerView::parse(bytes, layout)->decode();
}

std::vector<std::string> all_codecs() {
  return codec_registry().names();
}

TEST(Feedback, LeavesTheDifferenceToWhatWasSent) {
  const Layout layout = layout_of({parameter("bias", {9}), parameter("w", {kRows, kColumns})});
  const Values values = uniform_values(layout.value_count(), -1, 2, 3);
  for (const std::string& name : all_codecs()) {
    Values residual = values;
    const Bytes bytes = *encode_with_feedback(**make_codec(name, {4}), layout, residual, draws_of(1));
    const Values sent = decoded(bytes, layout);
    for (std::size_t i = 0; i < values.size(); ++i) ASSERT_EQ(residual[i], values[i] - sent[i]) << name;
    for (std::size_t i = 0; i < 9; ++i) EXPECT_EQ(residual[i], 0) << "vectors travel as they are";
  }
}

TEST(Feedback, SendsPlainRecordsOfCodecsThatContractByThemselves) {
  const Layout layout = one_tensor();
  const Values values = uniform_values(layout.value_count(), -1, 2, 3);
  for (const std::string name : {"topk", "fp32"}) {
    const auto codec = *make_codec(name, {});
    Values residual = values;
    EXPECT_EQ(*encode_with_feedback(*codec, layout, residual, draws_of(1)),
              *encode_model(*codec, layout, values, draws_of(1)));
  }
}

TEST(Feedback, RefusesWhatEncodingRefuses) {
  Values values(kRows * kColumns, 1.0f);
  values[5] = NAN;
  const auto bytes = encode_with_feedback(**make_codec("ptq", {8}), one_tensor(), values, draws_of(1));
  EXPECT_THAT(bytes.status().message(), ::testing::HasSubstr("value 5 of tensor w is not finite"));
}

/// An update whose values lie between -0.01 and 0.01, but for one of 1.
Values with_outlier(std::uint64_t item) {
  Values values = uniform_values(kRows * kColumns, -0.01f, 0.01f, item);
  values[100] = 1;
  return values;
}

/// The largest residual of 300 rounds, over the length of an update.
double largest_residual(const Codec& codec) {
  Values residual(kRows * kColumns, 0.0f);
  double largest = 0;
  for (std::uint32_t round = 0; round < 300; ++round) {
    const Values update = with_outlier(round);
    for (std::size_t i = 0; i < update.size(); ++i) residual[i] += update[i];
    const auto bytes = encode_with_feedback(codec, one_tensor(), residual, draws_of(round));
    EXPECT_TRUE(bytes.ok());
    largest = std::max(largest, double{norm(residual)} / double{norm(update)});
  }
  return largest;
}

// With e' = x - C(x), |C's error| <= sqrt(omega / (1 + omega)) |x| bounds |e| by 2 (1 + omega) |u|.
TEST(Feedback, ResidualStaysBoundedAtTwoBitsWithOutliers) {
  for (const std::string& name : all_codecs()) {
    const auto codec = *make_codec(name, {2});
    const Values update = with_outlier(0);
    const double omega =
        codec->exact_variance(testing::matrix_of(update, kRows)) / std::pow(double{norm(update)}, 2);
    EXPECT_LT(largest_residual(*codec), 4 * (1 + omega) + (name == "topk" ? 100 : 0)) << name;
  }
}

// Why the contraction is needed: the same without it.
TEST(Feedback, ResidualWouldDivergeWithoutContraction) {
  const Layout layout = one_tensor();
  const auto codec = *make_codec("qsgd", {2});
  Values residual(kRows * kColumns, 0.0f);
  for (std::uint32_t round = 0; round < 40; ++round) {
    const Values update = with_outlier(round);
    for (std::size_t i = 0; i < update.size(); ++i) residual[i] += update[i];
    const Bytes bytes = *encode_model(*codec, layout, residual, draws_of(round));
    ContainerView::parse(bytes, layout)->subtract_from(Span<float>(residual));
  }
  EXPECT_GT(norm(residual), 1e4f * norm(with_outlier(0)));
}

/// Gradient descent on the mean of two users' |x - theirs|^2 / 2, whose steps are sent by topk; the last
/// distance to the target, which is the mean of theirs, over the first. Of some values the users disagree so
/// much that topk alone sends no others, and these cancel each other.
double remaining_distance(bool feedback) {
  constexpr float kRate = 0.005f;
  constexpr std::size_t kDisputed = 50;
  const Layout layout = one_tensor();
  const auto codec = *make_codec("topk", {});
  const Values target = uniform_values(layout.value_count(), 0.5f, 1.5f, 9);
  Values weights(layout.value_count(), 0.0f);
  std::array<Values, 2> residuals = {Values(weights.size(), 0.0f), Values(weights.size(), 0.0f)};
  for (std::uint32_t round = 0; round < 3000; ++round) {
    Values mean(weights.size(), 0.0f);
    for (std::size_t user = 0; user < residuals.size(); ++user) {
      Values update = feedback ? residuals[user] : Values(weights.size(), 0.0f);
      for (std::size_t i = 0; i < update.size(); ++i) {
        const float dispute = i < kDisputed ? (user == 0 ? 5.0f : -5.0f) : 0.0f;
        update[i] += kRate * (target[i] + dispute - weights[i]);
      }
      const Bytes bytes = *encode_with_feedback(*codec, layout, update, draws_of(round));
      residuals[user] = std::move(update);
      const Values sent = decoded(bytes, layout);
      for (std::size_t i = 0; i < mean.size(); ++i) mean[i] += 0.5f * sent[i];
    }
    for (std::size_t i = 0; i < weights.size(); ++i) weights[i] += mean[i];
  }
  return std::sqrt(testing::squared_error(weights, target)) / double{norm(target)};
}

TEST(Feedback, TopkConvergesWhereTopkAloneDoesNot) {
  EXPECT_LT(remaining_distance(true), 0.05);
  EXPECT_GT(remaining_distance(false), 0.9);
}

}  // namespace
}  // namespace covey::quant
