#include "common/quant/draws.h"

#include "common/quant/kernels/philox.h"

namespace covey::quant {

void CodecDraws::fill(std::uint64_t item, std::size_t first, Span<std::uint16_t> words) const {
  COVEY_CHECK(stochastic() && first % kWordsOfBlock == 0, first);
  kernels::philox_words(stream_->subkey(), item, first / kWordsOfBlock, words);
}

}  // namespace covey::quant
