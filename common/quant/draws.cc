#include "common/quant/draws.h"

#include <algorithm>

namespace covey::quant {

void CodecDraws::fill(std::uint64_t item, std::size_t first, Span<std::uint32_t> words) const {
  COVEY_CHECK(stochastic() && first % 4 == 0, first);
  for (std::size_t i = 0; i < words.size(); i += 4) {
    const auto block = stream_->block(item, (first + i) / 4);
    std::copy_n(block.begin(), std::min<std::size_t>(4, words.size() - i), words.data() + i);
  }
}

}  // namespace covey::quant
