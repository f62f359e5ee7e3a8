#include "common/quant/code_stream.h"

#include <cmath>

#include "common/quant/bit_packing.h"

namespace covey::quant {

namespace {

void round_to_nearest(Span<const double> positions, std::uint8_t* codes) {
  for (std::size_t i = 0; i < positions.size(); ++i)
    codes[i] = static_cast<std::uint8_t>(std::rint(positions[i]));
}

// floor(y + u) with u uniform in [0, 1): y + 1 with the probability of y's fraction, to 32 bits.
void round_at_random(Span<const double> positions, Span<const std::uint32_t> words, std::uint8_t* codes) {
  for (std::size_t i = 0; i < positions.size(); ++i)
    codes[i] = static_cast<std::uint8_t>(positions[i] + words[i] * 0x1p-32);
}

}  // namespace

void CodeWriter::flush() {
  const Span<const double> positions(positions_.data(), filled_);
  std::array<std::uint8_t, kCodePiece> codes;
  if (draws_.stochastic()) {
    std::array<std::uint32_t, kCodePiece> words;
    draws_.fill(item_, first_, {words.data(), filled_});
    round_at_random(positions, words, codes.data());
  } else {
    round_to_nearest(positions, codes.data());
  }
  pack_codes({codes.data(), filled_}, bits_, out_);
  first_ += filled_;
  filled_ = 0;
}

Span<const std::uint8_t> CodeReader::at(std::size_t first, std::size_t most) {
  COVEY_CHECK(first < count_ && most > 0, first, count_, most);
  if (bits_ == 8) return packed_.subspan(first, std::min(most, count_ - first));  // stored one byte each
  if (first < first_ || first >= first_ + size_) {
    first_ = first / 8 * 8;
    size_ = std::min(kCodePiece, count_ - first_);
    unpack_codes(packed_, bits_, first_, {codes_.data(), size_});
  }
  const std::size_t start = first - first_;
  return {codes_.data() + start, std::min(most, size_ - start)};
}

}  // namespace covey::quant
