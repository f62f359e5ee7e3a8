// Every kernel on every instruction set of this machine against its scalar twin, to the last bit.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <hwy/highway.h>
#include <cmath>
#include <cstring>
#include <limits>

#include "common/quant/kernels/scalar.h"
#include "tests/support/models.h"

namespace covey::quant::kernels {
namespace {

constexpr float kFloatMax = std::numeric_limits<float>::max();
constexpr float kFloatMin = std::numeric_limits<float>::denorm_min();

class Kernels : public ::testing::TestWithParam<std::int64_t> {
 protected:
  void SetUp() override { hwy::SetSupportedTargetsForTest(GetParam()); }
  void TearDown() override { hwy::SetSupportedTargetsForTest(0); }
};

INSTANTIATE_TEST_SUITE_P(Targets, Kernels, ::testing::ValuesIn(hwy::SupportedAndGeneratedTargets()),
                         [](const auto& instance) { return std::string(hwy::TargetName(instance.param)); });

// Around every width of a vector, and long ones.
std::vector<std::size_t> counts() {
  std::vector<std::size_t> all;
  for (std::size_t count = 1; count <= 70; ++count) all.push_back(count);
  for (const std::size_t count : {127u, 255u, 1000u, 1024u, 4099u}) all.push_back(count);
  return all;
}

// Starts where no vector is aligned.
template <typename T>
Span<const T> unaligned(const std::vector<T>& values, std::size_t count) {
  return Span<const T>(values).subspan(1, count);
}

struct Input {
  std::string name;
  Values values;  ///< one more than counted, for unaligned()
};

std::vector<Input> inputs(std::size_t count) {
  const auto filled = [&](auto value) {
    Values values(count + 1);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = value(i);
    return values;
  };
  return {
      {"uniform", covey::testing::uniform_values(count + 1, -3, 2, count)},
      {"constant", Values(count + 1, 3.7f)},
      {"signed zeros", filled([](std::size_t i) { return i % 3 == 0 ? -0.0f : 0.0f; })},
      {"negative zeros", Values(count + 1, -0.0f)},
      {"denormal", filled([](std::size_t i) { return static_cast<float>(i % 7) * kFloatMin; })},
      {"huge",
       filled([](std::size_t i) { return (i % 3 == 0 ? -1.0f : 1.0f) * kFloatMax / float(1 + i % 2); })},
      {"integers", filled([](std::size_t i) { return static_cast<float>(i % 11) - 4; })},
  };
}

std::vector<double> as_doubles(Span<const float> values) {
  return {values.begin(), values.end()};
}

std::vector<std::uint16_t> random_words(std::size_t count) {
  std::vector<std::uint16_t> words(count);
  Sequence sequence(Stream(4, {}), count);
  for (std::uint16_t& word : words) word = static_cast<std::uint16_t>(sequence.next_u32());
  return words;
}

template <typename T>
void expect_same_bits(Span<const T> actual, Span<const T> expected, const std::string& what) {
  ASSERT_EQ(actual.size(), expected.size()) << what;
  for (std::size_t i = 0; i < actual.size(); ++i)
    ASSERT_EQ(std::memcmp(&actual[i], &expected[i], sizeof(T)), 0)
        << what << " at " << i << ": " << +actual[i] << ", not " << +expected[i];
}

template <typename T>
void expect_same_extent(Span<const T> values, const std::string& what) {
  const Extent<T> actual = extent_of(values);
  const Extent<T> expected = scalar::extent_of(values);
  expect_same_bits<T>(std::array<T, 2>{actual.low, actual.high},
                      std::array<T, 2>{expected.low, expected.high}, what);
}

TEST_P(Kernels, FindTheExtent) {
  for (const std::size_t count : counts()) {
    for (const auto& [name, values] : inputs(count)) {
      expect_same_extent(unaligned(values, count), name);
      expect_same_extent<double>(as_doubles(unaligned(values, count)), name);
    }
  }
}

TEST_P(Kernels, FindExtremesAtEveryPlace) {
  for (const std::size_t count : {1u, 7u, 16u, 33u, 100u}) {
    for (std::size_t i = 0; i < count; ++i) {
      Values values(count, 0.5f);
      values[i] = -1;
      EXPECT_EQ(extent_of(Span<const float>(values)).low, -1) << count << " " << i;
      values[i] = 2;
      EXPECT_EQ(extent_of(Span<const float>(values)).high, 2) << count << " " << i;
    }
  }
}

TEST_P(Kernels, DrawTheWordsOfPhilox) {
  const std::array<std::uint32_t, 2> key = {0x1bd11bdau, 0xfeedf00du};
  for (const std::uint64_t first : {std::uint64_t{0}, std::uint64_t{0xfffffffd}, ~std::uint64_t{0} - 2}) {
    for (const std::size_t count : counts()) {
      std::vector<std::uint16_t> actual(count + 1, 7);
      std::vector<std::uint16_t> expected(count + 1, 7);
      const std::uint64_t item = fnv1a64("layer") + count;
      philox_words(key, item, first, Span<std::uint16_t>(actual).subspan(1, count));
      scalar::philox_words(key, item, first, Span<std::uint16_t>(expected).subspan(1, count));
      expect_same_bits<std::uint16_t>(actual, expected, std::to_string(count));
    }
  }
}

// The known answers of the authors' library (Random123, kat_vectors): counter and key all zeros, all ones,
// and digits of pi.
TEST_P(Kernels, DrawTheKnownAnswersOfPhilox) {
  struct Known {
    std::uint64_t first;
    std::uint64_t item;
    std::array<std::uint32_t, 2> key;
    std::array<std::uint32_t, 4> block;
  };
  const Known answers[] = {
      {0, 0, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
      {~std::uint64_t{0},
       ~std::uint64_t{0},
       {0xffffffff, 0xffffffff},
       {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
      {0x85a308d3243f6a88,
       0x0370734413198a2e,
       {0xa4093822, 0x299f31d0},
       {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
  };
  for (const Known& known : answers) {
    std::vector<std::uint16_t> words(128);  // enough for a vector of blocks
    philox_words(known.key, known.item, known.first, words);
    for (std::size_t i = 0; i < 4; ++i)
      EXPECT_EQ(words[2 * i] | std::uint32_t{words[2 * i + 1]} << 16, known.block[i]) << known.first;
  }
}

template <typename T>
void expect_same_codes(const Grid& grid, Span<const T> values, const std::string& what) {
  const auto words = random_words(values.size() + 1);
  std::vector<std::uint8_t> actual(values.size());
  std::vector<std::uint8_t> expected(values.size());
  round_to_nearest(grid, values, actual.data());
  scalar::round_to_nearest(grid, values, expected.data());
  expect_same_bits<std::uint8_t>(actual, expected, what + " to nearest");
  round_at_random(grid, values, words.data() + 1, actual.data());
  scalar::round_at_random(grid, values, words.data() + 1, expected.data());
  expect_same_bits<std::uint8_t>(actual, expected, what + " at random");
}

TEST_P(Kernels, RoundToTheSameCodes) {
  for (const std::size_t count : counts()) {
    for (const auto& [name, all] : inputs(count)) {
      const auto values = unaligned(all, count);
      const auto [low, high] = scalar::extent_of(values);
      for (int bits = 2; bits <= 8; ++bits) {
        for (const GridKind kind : {GridKind::kAffine, GridKind::kZeroAligned, GridKind::kSymmetric}) {
          const Grid grid = fit_grid(kind, low, high, bits);
          const std::string what = name + " " + std::to_string(count) + " " + std::to_string(bits);
          expect_same_codes(grid, values, what);
          expect_same_codes<double>(grid, as_doubles(values), what);
        }
      }
    }
  }
}

// Exact ties, and the draws next to a code.
TEST_P(Kernels, RoundTiesToEven) {
  Values halves(64);
  for (std::size_t i = 0; i < halves.size(); ++i) halves[i] = static_cast<float>(i) / 2;
  std::vector<std::uint8_t> codes(halves.size());
  round_to_nearest({1, 0, 0}, Span<const float>(halves), codes.data());
  for (std::size_t i = 0; i < codes.size(); ++i) EXPECT_EQ(codes[i], (i / 2 + (i % 4 == 3))) << i;
}

// Steps of float beside a tie, where a position in float says nothing.
TEST_P(Kernels, RoundNextToTies) {
  for (const Grid& grid : {Grid{1, 0, 0}, Grid{0.7f, 0, -0.3f}, Grid{3.3f, 17, 0}, Grid{1e-30f, 0, 2e30f}}) {
    Values values;
    for (int code = 0; code < 255; ++code) {
      auto value = static_cast<float>(value_of(grid, code) + 0.5 / static_cast<double>(grid.scale));
      for (int i = 0; i < 4; ++i) value = std::nextafterf(value, -INFINITY);
      for (int i = 0; i < 9; ++i) {
        values.push_back(value);
        value = std::nextafterf(value, INFINITY);
      }
    }
    expect_same_codes<float>(grid, values, "scale " + std::to_string(grid.scale));
  }
}

// A range that no float can hold.
TEST_P(Kernels, RoundRangesBeyondFloat) {
  constexpr float kMost = std::numeric_limits<float>::max();
  const Values values = covey::testing::uniform_values(256, -kMost, 0, 3);
  Values both = values;
  for (std::size_t i = 0; i < both.size(); i += 2) both[i] = -both[i];
  for (const GridKind kind : {GridKind::kAffine, GridKind::kZeroAligned, GridKind::kSymmetric})
    expect_same_codes<float>(fit_grid(kind, -static_cast<double>(kMost), static_cast<double>(kMost), 8), both,
                             "huge");
}

TEST_P(Kernels, DrawTheFractionToTheLastBit) {
  constexpr std::uint16_t half = 0x8000;
  const Values values(64, 2.5f);
  std::vector<std::uint16_t> words(64);
  for (std::size_t i = 0; i < words.size(); ++i) words[i] = i % 2 == 0 ? half - 1 : half;
  std::vector<std::uint8_t> codes(64);
  round_at_random({1, 0, 0}, Span<const float>(values), words.data(), codes.data());
  for (std::size_t i = 0; i < codes.size(); ++i) EXPECT_EQ(codes[i], 2 + i % 2) << i;
}

// Over all words there are; with places that 16 bits cannot tell from their neighbours.
TEST_P(Kernels, RoundToThePlaceOnAverage) {
  std::vector<std::uint16_t> words(0x10000);
  for (std::size_t i = 0; i < words.size(); ++i) words[i] = static_cast<std::uint16_t>(i);
  std::vector<std::uint8_t> codes(words.size());
  for (const double place : {0.0, 1e-6, 0.3, 2.5, 7 - 0x1p-18, 100 + 0x1p-17, 200.123456789, 255.0}) {
    const std::vector<double> values(words.size(), place);
    round_at_random({1, 0, 0}, Span<const double>(values), words.data(), codes.data());
    double sum = 0;
    for (const std::uint8_t code : codes) sum += code;
    EXPECT_NEAR(sum * 0x1p-16, place, 0x1p-17) << place;
  }
}

// What the two formulas say, with conversions in place of tricks.
TEST_P(Kernels, RoundByTheFormulas) {
  const Values values = covey::testing::uniform_values(4099, -3, 2, 9);
  const auto words = random_words(values.size());
  std::vector<std::uint8_t> codes(values.size());
  for (const GridKind kind : {GridKind::kAffine, GridKind::kZeroAligned, GridKind::kSymmetric}) {
    const Grid grid = fit_grid(kind, -3, 2, 8);
    round_to_nearest(grid, Span<const float>(values), codes.data());
    for (std::size_t i = 0; i < codes.size(); ++i)
      ASSERT_EQ(codes[i], std::rint(position(grid, static_cast<double>(values[i])))) << i;
    round_at_random(grid, Span<const float>(values), words.data(), codes.data());
    for (std::size_t i = 0; i < codes.size(); ++i) {
      const double place = std::rint(position(grid, static_cast<double>(values[i])) * 0x1p16) * 0x1p-16;
      ASSERT_EQ(codes[i], std::floor(place + words[i] * 0x1p-16)) << i;
    }
  }
}

// Positions can lie a rounding error beyond the first and the last code.
TEST_P(Kernels, RoundIntoTheRange) {
  const std::vector<double> ends = {-1e-13, 255 + 1e-13};
  for (const std::uint16_t word : {std::uint16_t{0}, std::uint16_t{0xffff}}) {
    const std::vector<double> values = {ends[0], ends[1], ends[0], ends[1],
                                        ends[0], ends[1], ends[0], ends[1]};
    const std::vector<std::uint16_t> words(values.size(), word);
    std::vector<std::uint8_t> codes(values.size());
    round_at_random({1, 0, 0}, Span<const double>(values), words.data(), codes.data());
    for (std::size_t i = 0; i < codes.size(); ++i) EXPECT_EQ(codes[i], i % 2 == 0 ? 0 : 255) << word;
    round_to_nearest({1, 0, 0}, Span<const double>(values), codes.data());
    for (std::size_t i = 0; i < codes.size(); ++i) EXPECT_EQ(codes[i], i % 2 == 0 ? 0 : 255) << word;
  }
}

// A fused multiply-add rounds the position once. Where that moves it by 2^-16, a word can be found with which
// the code tells.
TEST_P(Kernels, RoundTheProductBeforeTheSum) {
  const Grid grid{0.7f, 0, -0.3f};
  const auto scale = static_cast<double>(grid.scale);
  int found = 0;
  Sequence sequence(Stream(6, {}), 0);
  for (int i = 0; i < 1000; ++i) {
    const double tie = (std::floor(0x1p24 * sequence.uniform_double()) + 0.5) * 0x1p-16;
    const double value = tie / scale + static_cast<double>(grid.offset);
    const double moved = value - static_cast<double>(grid.offset);
    const double twice = scale * moved + kShiftToFraction;
    const double once = std::fma(scale, moved, kShiftToFraction);
    if (twice == once) continue;
    ++found;
    const auto fraction = static_cast<std::uint16_t>(scalar::bits_of(std::max(twice, once)));
    const std::vector<double> values(16, value);
    const std::vector<std::uint16_t> words(16, static_cast<std::uint16_t>(-fraction));
    std::vector<std::uint8_t> codes(16);
    round_at_random(grid, Span<const double>(values), words.data(), codes.data());
    const auto expected = static_cast<std::uint8_t>((scalar::bits_of(twice) + words[0]) >> 16);
    const auto fused = static_cast<std::uint8_t>((scalar::bits_of(once) + words[0]) >> 16);
    EXPECT_NE(expected, fused);
    for (const std::uint8_t code : codes) EXPECT_EQ(code, expected) << value;
  }
  EXPECT_GT(found, 20);
}

TEST_P(Kernels, SqueezeAndSpreadWords) {
  for (int bits = 2; bits <= 8; ++bits) {
    for (const std::size_t count : {1u, 2u, 3u, 5u, 8u, 9u, 17u, 64u, 129u}) {
      std::vector<std::uint64_t> codes(count + 1);
      Sequence sequence(Stream(5, {}), count);
      const std::uint64_t bytes = 0x0101010101010101u * ((1u << bits) - 1);
      for (std::uint64_t& word : codes) word = sequence.next_u64() & bytes;
      auto actual = codes;
      auto expected = codes;
      squeeze(bits, Span<std::uint64_t>(actual).subspan(1, count));
      scalar::squeeze(bits, Span<std::uint64_t>(expected).subspan(1, count));
      expect_same_bits<std::uint64_t>(actual, expected, std::to_string(bits));
      if (bits < 8) {  // what comes after eight codes in a stream
        for (std::size_t i = 1; i <= count; ++i) actual[i] |= sequence.next_u64() << (8 * bits);
      }
      spread(bits, Span<std::uint64_t>(actual).subspan(1, count));
      expect_same_bits<std::uint64_t>(actual, codes, std::to_string(bits));
    }
  }
}

TEST_P(Kernels, PackHalvesOfBytes) {
  for (std::size_t count = 0; count < 300; ++count) {
    std::vector<std::uint8_t> codes(count + 1);
    Sequence sequence(Stream(6, {}), count);
    for (std::uint8_t& code : codes) code = static_cast<std::uint8_t>(sequence.below(16));
    std::vector<std::uint8_t> actual(count / 2 + 3, 0xee);
    auto expected = actual;
    const auto unaligned = Span<const std::uint8_t>(codes).subspan(1, count);
    pack_halves(unaligned, actual.data() + 1);
    scalar::pack_halves(unaligned, expected.data() + 1);
    EXPECT_EQ(actual, expected) << count;
    EXPECT_EQ(actual[1 + (count + 1) / 2], 0xee) << "nothing is written behind the last code";
  }
}

template <typename T>
void expect_same_levels(const Grid& grid, const std::vector<std::uint8_t>& codes) {
  std::vector<T> actual(codes.size() - 1);
  std::vector<T> expected(codes.size() - 1);
  decode(grid, codes.data() + 1, Span<T>(actual));
  scalar::decode(grid, codes.data() + 1, Span<T>(expected));
  expect_same_bits<T>(actual, expected, std::to_string(grid.scale));
}

TEST_P(Kernels, DecodeToTheSameValues) {
  const Grid grids[] = {{1, 0, 0},
                        {3, 7, 0},
                        {0.7f, 0, -0.3f},
                        {1e-37f, 128, 0},
                        {1e-38f, 0, kFloatMax},
                        {kFloatMax, 0, kFloatMin},
                        {1e-38f, 255, 0}};
  for (const std::size_t count : counts()) {
    std::vector<std::uint8_t> codes(count + 1);
    for (std::size_t i = 0; i < codes.size(); ++i) codes[i] = static_cast<std::uint8_t>(i * 37);
    for (const Grid& grid : grids) {
      expect_same_levels<float>(grid, codes);
      expect_same_levels<double>(grid, codes);
    }
  }
}

// A fused multiply-add would round once and give other last bits.
TEST_P(Kernels, AddMultiplesOfRows) {
  for (const std::size_t count : counts()) {
    for (const auto& [name, values] : inputs(count)) {
      std::vector<double> row = as_doubles(values);
      for (double& value : row) value /= 7;
      const ScaledRow scaled{1 / 7.0, unaligned(values, count)};
      std::vector<double> actual(count, 1 / 11.0);
      std::vector<double> expected = actual;
      set_multiple(-1 / 3.0, unaligned(row, count), actual);
      scalar::set_multiple(-1 / 3.0, unaligned(row, count), expected);
      expect_same_bits<double>(actual, expected, name + " set");
      std::vector<double> zeros(count, 0.0);
      add_multiple(-1 / 3.0, unaligned(row, count), zeros);
      expect_same_bits<double>(actual, zeros, name + " set, as added to zeros");
      set_multiple(-1 / 3.0, scaled, actual);
      scalar::set_multiple(-1 / 3.0, scaled, expected);
      expect_same_bits<double>(actual, expected, name + " set scaled");
      add_multiple(-1 / 3.0, unaligned(row, count), actual);
      scalar::add_multiple(-1 / 3.0, unaligned(row, count), expected);
      expect_same_bits<double>(actual, expected, name);
      add_multiple(-1 / 3.0, scaled, actual);
      scalar::add_multiple(-1 / 3.0, scaled, expected);
      expect_same_bits<double>(actual, expected, name + " scaled");
      const auto extent = sum_with_multiple(scaled, -1 / 3.0, unaligned(row, count), actual);
      const auto twin = scalar::sum_with_multiple(scaled, -1 / 3.0, unaligned(row, count), expected);
      expect_same_bits<double>(actual, expected, name + " sum");
      expect_same_bits<double>(std::array<double, 2>{extent.low, extent.high},
                               std::array<double, 2>{twin.low, twin.high}, name + " extent of sum");
    }
  }
}

// The test above can tell: with these numbers, rounding once and rounding twice differ.
TEST(KernelInputs, ShowFusedMultiplyAdds) {
  const Values values = covey::testing::uniform_values(1000, -3, 2, 1000);
  int different = 0;
  for (const float value : values) {
    const double from = static_cast<double>(value) / 7;
    const double product = -1 / 3.0 * from;
    different += std::fma(-1 / 3.0, from, 1 / 11.0) != 1 / 11.0 + product ? 1 : 0;
  }
  EXPECT_GT(different, 100);
}

}  // namespace
}  // namespace covey::quant::kernels
