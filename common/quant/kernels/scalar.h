#pragma once

#include <algorithm>
#include <array>
#include <cstring>

#include "common/base/random.h"
#include "common/quant/kernels/extent.h"
#include "common/quant/kernels/levels.h"
#include "common/quant/kernels/packing.h"
#include "common/quant/kernels/philox.h"
#include "common/quant/kernels/rounding.h"
#include "common/quant/kernels/rows.h"

namespace covey::quant::kernels::scalar {

/// What every kernel computes, one value after the other. Kernels use it for what does not fill a vector;
/// tests hold them to it, to the last bit.

template <typename T>
Extent<T> extent_of(Span<const T> values) {
  Extent<T> extent{values[0], values[0]};
  for (const T value : values) {
    extent.low = std::min(extent.low, value);
    extent.high = std::max(extent.high, value);
  }
  // Which of two zeros counts as the smaller one depends on the order of comparisons.
  return {extent.low + T{0}, extent.high + T{0}};
}

inline void philox_words(std::array<std::uint32_t, 2> key, std::uint64_t item, std::uint64_t first,
                         Span<std::uint16_t> words) {
  for (std::size_t i = 0; i < words.size(); i += 8, ++first) {
    const auto block = philox4x32({static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(first >> 32),
                                   static_cast<std::uint32_t>(item), static_cast<std::uint32_t>(item >> 32)},
                                  key);
    for (std::size_t j = 0; j < std::min<std::size_t>(8, words.size() - i); ++j)
      words[i + j] = static_cast<std::uint16_t>(block[j / 2] >> 16 * (j % 2));
  }
}

inline std::uint64_t bits_of(double value) {
  std::uint64_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  return bits;
}

// The position among the codes, moved by `shift`; rounded once.
template <typename T>
double shifted(const Grid& grid, T value, double shift) {
  const double steps =
      static_cast<double>(grid.scale) * (static_cast<double>(value) - static_cast<double>(grid.offset));
  return steps + (grid.zero + shift);
}

template <typename T>
void round_to_nearest(const Grid& grid, Span<const T> values, std::uint8_t* codes) {
  for (std::size_t i = 0; i < values.size(); ++i)
    codes[i] = static_cast<std::uint8_t>(bits_of(shifted(grid, values[i], kShiftToWhole)));
}

template <typename T>
void round_at_random(const Grid& grid, Span<const T> values, const std::uint16_t* words,
                     std::uint8_t* codes) {
  for (std::size_t i = 0; i < values.size(); ++i)
    codes[i] =
        static_cast<std::uint8_t>((bits_of(shifted(grid, values[i], kShiftToFraction)) + words[i]) >> 16);
}

inline void squeeze(int bits, Span<std::uint64_t> words) {
  for (std::uint64_t& word : words) {
    std::uint64_t squeezed = 0;
    for (int j = 0; j < 8; ++j) squeezed |= (word >> (8 * j) & 0xff) << (j * bits);
    word = squeezed;
  }
}

inline void spread(int bits, Span<std::uint64_t> words) {
  const std::uint64_t mask = (1u << bits) - 1;
  for (std::uint64_t& word : words) {
    std::uint64_t codes = 0;
    for (int j = 0; j < 8; ++j) codes |= (word >> (j * bits) & mask) << (8 * j);
    word = codes;
  }
}

inline void pack_halves(Span<const std::uint8_t> codes, std::uint8_t* packed) {
  for (std::size_t i = 0; i < codes.size(); i += 2) {
    const unsigned second = i + 1 < codes.size() ? codes[i + 1] : 0u;
    packed[i / 2] = static_cast<std::uint8_t>(codes[i] | second << 4);
  }
}

inline void decode(const Grid& grid, const std::uint8_t* codes, Span<double> values) {
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = value_of(grid, codes[i]);
}

inline void decode(const Grid& grid, const std::uint8_t* codes, Span<float> values) {
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = level(grid, codes[i]);
}

inline void set_multiple(double factor, Span<const double> from, Span<double> to) {
  for (std::size_t i = 0; i < to.size(); ++i) to[i] = 0 + factor * from[i];
}

inline void set_multiple(double factor, const ScaledRow& from, Span<double> to) {
  for (std::size_t i = 0; i < to.size(); ++i)
    to[i] = 0 + factor * (from.scale * static_cast<double>(from.values[i]));
}

inline void add_multiple(double factor, Span<const double> from, Span<double> to) {
  for (std::size_t i = 0; i < to.size(); ++i) to[i] += factor * from[i];
}

inline void add_multiple(double factor, const ScaledRow& from, Span<double> to) {
  for (std::size_t i = 0; i < to.size(); ++i)
    to[i] += factor * (from.scale * static_cast<double>(from.values[i]));
}

inline Extent<double> sum_with_multiple(const ScaledRow& row, double factor, Span<const double> from,
                                        Span<double> to) {
  for (std::size_t i = 0; i < to.size(); ++i)
    to[i] = row.scale * static_cast<double>(row.values[i]) + factor * from[i];
  return extent_of(Span<const double>(to));
}

}  // namespace covey::quant::kernels::scalar
