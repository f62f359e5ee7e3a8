#pragma once

#include <array>
#include <cstdint>

#include "common/base/bytes.h"
#include "common/quant/draws.h"
#include "common/quant/grid.h"

namespace covey::quant {

/// Codes rounded or unpacked at a time: few enough to stay in the first cache with their random words; a
/// multiple of 8, so that a piece is packed on its own and has random blocks of its own.
inline constexpr std::size_t kCodePiece = 2048;
static_assert(kCodePiece % 8 == 0 && kCodePiece % CodecDraws::kWordsOfBlock == 0);

/// Rounds the values of a tensor to codes and appends them packed. The random word of a code is that of its
/// place in the stream.
class CodeWriter {
 public:
  ///   count  codes of the whole stream
  ///   item   number of the tensor among the draws: fnv1a64 of its name
  CodeWriter(int bits, std::size_t count, std::uint64_t item, const CodecDraws& draws, Bytes& out)
      : bits_(bits), count_(count), item_(item), draws_(draws), out_(out) {}

  /// The next values, which `grid` covers.
  void append(const Grid& grid, Span<const float> values) { append_any(grid, values); }
  void append(const Grid& grid, Span<const double> values) { append_any(grid, values); }

 private:
  template <typename T>
  void append_any(const Grid& grid, Span<const T> values);
  void begin_piece();
  void end_piece();

  int bits_;
  std::size_t count_;
  std::uint64_t item_;
  const CodecDraws& draws_;
  Bytes& out_;
  std::size_t first_ = 0;  // place of codes_[0] in the stream
  std::size_t piece_ = 0;  // codes of the piece
  std::size_t filled_ = 0;
  std::array<std::uint8_t, kCodePiece> codes_;
  std::array<std::uint16_t, kCodePiece> words_;
};

/// Reads packed codes from any place on.
class CodeReader {
 public:
  ///   packed  packed_bytes(count, bits) bytes
  CodeReader(ByteSpan packed, int bits, std::size_t count) : packed_(packed), bits_(bits), count_(count) {}

  /// Codes from `first` on: at least one, at most `most`. Valid until the next call.
  Span<const std::uint8_t> at(std::size_t first, std::size_t most);

 private:
  ByteSpan packed_;
  int bits_;
  std::size_t count_;
  std::size_t first_ = 0;  // place of codes_[0] in the stream
  std::size_t size_ = 0;
  std::array<std::uint8_t, kCodePiece> codes_;
};

}  // namespace covey::quant
