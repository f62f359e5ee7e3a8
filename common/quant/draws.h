#pragma once

#include <cstdint>
#include <optional>

#include "common/base/random.h"
#include "common/base/span.h"

namespace covey::quant {

/// How a codec rounds: to the nearest code (ties to even), or up or down at random so that the expected value
/// is exact, to within 2^-17 of a step.
///
/// The random word of an element, 16 bits, depends on the stream, the tensor's name and the element's index
/// alone. One Philox block gives kWordsOfBlock words, the lower half of each of its numbers first: element i
/// uses word i % 8 of block i / 8 of item fnv1a64(name).
class CodecDraws {
 public:
  static constexpr std::size_t kWordsOfBlock = 8;

  /// Nearest rounding.
  CodecDraws() = default;
  /// Stochastic rounding.
  CodecDraws(std::uint64_t seed, const StreamId& stream) : stream_(Stream(seed, stream)) {}
  explicit CodecDraws(const Stream& stream) : stream_(stream) {}

  bool stochastic() const { return stream_.has_value(); }
  /// The words of elements [first, first + words.size()) of the tensor whose name hashes to `item`; `first`
  /// is a multiple of kWordsOfBlock. Only when stochastic().
  void fill(std::uint64_t item, std::size_t first, Span<std::uint16_t> words) const;

 private:
  std::optional<Stream> stream_;
};

}  // namespace covey::quant
