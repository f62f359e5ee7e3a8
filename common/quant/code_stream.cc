#include "common/quant/code_stream.h"

#include <algorithm>

#include "common/quant/bit_packing.h"
#include "common/quant/kernels/rounding.h"

namespace covey::quant {

template <typename T>
void CodeWriter::append_any(const Grid& grid, Span<const T> values) {
  for (std::size_t done = 0; done < values.size();) {
    if (filled_ == 0) begin_piece();
    const std::size_t size = std::min(values.size() - done, piece_ - filled_);
    const Span<const T> next = values.subspan(done, size);
    if (draws_.stochastic()) {
      kernels::round_at_random(grid, next, words_.data() + filled_, codes_.data() + filled_);
    } else {
      kernels::round_to_nearest(grid, next, codes_.data() + filled_);
    }
    done += size;
    filled_ += size;
    if (filled_ == piece_) end_piece();
  }
}

template void CodeWriter::append_any(const Grid&, Span<const float>);
template void CodeWriter::append_any(const Grid&, Span<const double>);

void CodeWriter::begin_piece() {
  COVEY_CHECK(first_ < count_, first_, count_);
  piece_ = std::min(kCodePiece, count_ - first_);
  if (draws_.stochastic()) draws_.fill(item_, first_, {words_.data(), piece_});
}

void CodeWriter::end_piece() {
  pack_codes({codes_.data(), piece_}, bits_, out_);
  first_ += piece_;
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
