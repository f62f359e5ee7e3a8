#include "common/average/accumulator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/average/fixed_point.h"
#include "tests/support/models.h"

namespace covey::average {
namespace {

using testing::encode;
using ::testing::HasSubstr;
using testing::layout_of;
using testing::parameter;
using testing::uniform_values;

Layout layout() {
  return layout_of({parameter("a", {5}), parameter("b", {3, 1000}), parameter("c", {4, 100})});
}

std::vector<std::int64_t> copy(Span<const std::int64_t> sums) {
  return {sums.begin(), sums.end()};
}

TEST(Accumulator, AddsWhatTheContainerDecodesTo) {
  const Layout model = layout();
  Values values = uniform_values(model.value_count(), -1, 1, 1);
  std::fill(values.begin() + 3005, values.end(), 0.25f);  // c is constant
  for (const std::string& codec : quant::codec_registry().names()) {
    for (int bits = 2; bits <= 8; ++bits) {
      const Bytes bytes = encode(codec, bits, model, values, quant::CodecDraws(1, {}));
      const auto view = quant::ContainerView::parse(bytes, model);
      Accumulator accumulator(model.value_count());
      accumulator.add(*view);
      accumulator.add(*view);
      const Values decoded = view->decode();
      for (std::size_t i = 0; i < decoded.size(); ++i)
        ASSERT_EQ(accumulator.sums()[i], 2 * to_fixed(decoded[i])) << codec << " " << bits << " " << i;
      EXPECT_EQ(accumulator.update_count(), 2u);
    }
  }
}

TEST(Accumulator, AddsLargeModelsInPieces) {
  const Layout model = layout_of({parameter("a", {3}), parameter("b", {5000, 1000}), parameter("c", {7}),
                                  parameter("d", {1000, 1000}), parameter("e", {900})});
  const Bytes first = encode("fp32", 8, model, uniform_values(model.value_count(), -1, 1, 1));
  const Bytes second = encode("ptq", 8, model, uniform_values(model.value_count(), -1, 1, 2));
  const auto a = quant::ContainerView::parse(first, model);
  const auto b = quant::ContainerView::parse(second, model);
  Accumulator accumulator(model.value_count());
  EXPECT_EQ(accumulator.sums().size(), 0u);
  accumulator.add(*a, 3);
  accumulator.add(*b);
  const Values x = a->decode();
  const Values y = b->decode();
  for (std::size_t i = 0; i < x.size(); ++i)
    ASSERT_EQ(accumulator.sums()[i], 3 * to_fixed(x[i]) + to_fixed(y[i])) << i;
}

TEST(Accumulator, SumsAreTheSameInAnyOrderOfArrival) {
  const Layout model = layout();
  constexpr std::size_t kUpdates = 9;
  std::vector<Bytes> updates;
  for (std::size_t k = 0; k < kUpdates; ++k) {
    const float size = k % 3 == 0 ? 1e5f : 1e-5f;  // so unlike that float sums would depend on order
    const Values values = uniform_values(model.value_count(), -size, size, k);
    updates.push_back(encode(k % 2 == 0 ? "ptq" : "fp32", 5, model, values, quant::CodecDraws(k, {})));
  }
  const auto sum_in = [&](const std::vector<std::size_t>& order) {
    Accumulator accumulator(model.value_count());
    for (const std::size_t k : order) accumulator.add(*quant::ContainerView::parse(updates[k], model));
    return copy(accumulator.sums());
  };
  std::vector<std::size_t> order(kUpdates);
  for (std::size_t k = 0; k < kUpdates; ++k) order[k] = k;
  const auto expected = sum_in(order);
  Sequence sequence(Stream(2, {}), 0);
  for (int shuffle = 0; shuffle < 20; ++shuffle) {
    sequence.shuffle(Span<std::size_t>(order));
    EXPECT_EQ(sum_in(order), expected);
  }
}

TEST(CheckUpdate, AllowsMagnitudesBelowTheLimitOnly) {
  const Layout model = layout_of({parameter("w", {2})});
  const double limit = magnitude_limit(1);
  EXPECT_EQ(limit, 0x1p29);
  EXPECT_EQ(magnitude_limit(63), 0x1p24);
  const auto checked = [&](float value) {
    const Bytes bytes = encode("fp32", 8, model, {0, value});
    return check_update(*quant::ContainerView::parse(bytes, model), limit);
  };
  EXPECT_TRUE(checked(0x1.fffffep28f).ok());
  EXPECT_TRUE(checked(-0x1.fffffep28f).ok());
  for (const float value : {0x1p29f, -0x1p29f, 3e38f}) {
    const Status status = checked(value);
    EXPECT_EQ(status.code(), Code::kRefused);
    EXPECT_THAT(status.message(), HasSubstr("tensor w of the update"));
    EXPECT_THAT(status.message(), HasSubstr("allowed: below 536870912"));
  }
}

TEST(CheckUpdate, SeesTheRangeOfCodedTensors) {
  const Layout model = layout_of({parameter("w", {16, 16})});
  Values values(256, 0.0f);
  values[9] = -2e9f;
  const Bytes bytes = encode("ptq", 8, model, values);
  EXPECT_EQ(check_update(*quant::ContainerView::parse(bytes, model), magnitude_limit(1)).code(),
            Code::kRefused);
}

// Scales and norms of a hostile sender: what decodes to values beyond the limit is never added.
TEST(CheckUpdate, SeesTheRangeOfEveryCodec) {
  const Layout model = layout_of({parameter("w", {16, 16})});
  Values values = uniform_values(256, -1, 1, 1);
  for (const std::string& codec : quant::codec_registry().names()) {
    const auto checked = [&](float largest) {
      values[9] = largest;
      const Bytes bytes = encode(codec, 4, model, values, quant::CodecDraws(1, {}));
      return check_update(*quant::ContainerView::parse(bytes, model), magnitude_limit(1));
    };
    EXPECT_TRUE(checked(1).ok()) << codec;
    for (const float largest : {-2e9f, 3e38f, -3e38f}) {
      EXPECT_EQ(checked(largest).code(), Code::kRefused) << codec;
      EXPECT_THAT(checked(largest).message(), HasSubstr("tensor w of the update has values up to ")) << codec;
    }
  }
}

TEST(CheckUpdate, LimitLeavesRoomForAFullRound) {
  const Layout model = layout_of({parameter("w", {1})});
  for (const std::uint32_t slots : {1u, 2u, 7u, 64u}) {
    const float largest = std::nextafter(static_cast<float>(magnitude_limit(slots)), 0.0f);
    const Bytes bytes = encode("fp32", 8, model, {largest});
    const auto view = quant::ContainerView::parse(bytes, model);
    Accumulator accumulator(1);
    for (std::uint32_t k = 0; k < slots; ++k) accumulator.add(*view);
    EXPECT_EQ(accumulator.sums()[0], static_cast<std::int64_t>(slots) * to_fixed(largest));
    EXPECT_GT(accumulator.sums()[0], 0);
  }
}

}  // namespace
}  // namespace covey::average
