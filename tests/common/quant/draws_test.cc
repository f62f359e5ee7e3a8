#include "common/quant/draws.h"

#include <gtest/gtest.h>

namespace covey::quant {
namespace {

const StreamId kStream{Purpose::kUploadCodec, 3, 1, 5};

TEST(CodecDraws, ElementUsesItsWordOfItsBlock) {
  const CodecDraws draws(9, kStream);
  const Stream stream(9, kStream);
  std::vector<std::uint16_t> words(21);
  draws.fill(77, 0, words);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::uint32_t number = stream.block(77, i / 8)[i / 2 % 4];
    EXPECT_EQ(words[i], i % 2 == 0 ? number & 0xffff : number >> 16) << i;
  }
}

TEST(CodecDraws, DoNotDependOnTheOrderOfCalls) {
  const CodecDraws draws(9, kStream);
  std::vector<std::uint16_t> whole(64);
  std::vector<std::uint16_t> piece(6);
  draws.fill(77, 0, whole);
  draws.fill(77, 40, piece);
  EXPECT_TRUE(std::equal(piece.begin(), piece.end(), whole.begin() + 40));
}

TEST(CodecDraws, RoundToNearestUnlessGivenAStream) {
  EXPECT_FALSE(CodecDraws().stochastic());
  EXPECT_TRUE(CodecDraws(9, kStream).stochastic());
}

}  // namespace
}  // namespace covey::quant
