#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "common/base/bytes.h"
#include "common/quant/draws.h"

namespace covey::quant {

/// Codes coded or unpacked at a time; a multiple of 8, so that a piece is packed on its own, and of 4, so
/// that it has random blocks of its own.
inline constexpr std::size_t kCodePiece = 4096;

/// Rounds positions to codes and appends them packed. The random word of a code is that of its place in the
/// stream.
class CodeWriter {
 public:
  ///   item  number of the tensor among the draws: fnv1a64 of its name
  CodeWriter(int bits, std::uint64_t item, const CodecDraws& draws, Bytes& out)
      : bits_(bits), item_(item), draws_(draws), out_(out) {}

  /// Appends the codes of position_of(0) ... position_of(count - 1); each lies in [0, 2^bits - 1] but for
  /// rounding errors.
  template <typename PositionOf>
  void append(std::size_t count, PositionOf position_of) {
    for (std::size_t done = 0; done < count;) {
      const std::size_t size = std::min(count - done, kCodePiece - filled_);
      double* positions = positions_.data() + filled_;
      for (std::size_t i = 0; i < size; ++i) positions[i] = position_of(done + i);
      done += size;
      filled_ += size;
      if (filled_ == kCodePiece) flush();
    }
  }
  /// Appends what is left. Nothing follows.
  void finish() { flush(); }

 private:
  void flush();

  int bits_;
  std::uint64_t item_;
  const CodecDraws& draws_;
  Bytes& out_;
  std::size_t first_ = 0;  // place of positions_[0] in the stream
  std::size_t filled_ = 0;
  std::array<double, kCodePiece> positions_;
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
