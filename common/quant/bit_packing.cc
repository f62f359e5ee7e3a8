#include "common/quant/bit_packing.h"

#include "common/quant/kernels/packing.h"

namespace covey::quant {

namespace {

// Words of eight codes squeezed or spread at a time.
constexpr std::size_t kWords = 512;
using Words = std::array<std::uint64_t, kWords>;

}  // namespace

void pack_codes(Span<const std::uint8_t> codes, int bits, Bytes& out) {
  COVEY_CHECK(is_code_width(bits), bits);
  if (bits == 8) {
    out.insert(out.end(), codes.begin(), codes.end());
    return;
  }
  const std::size_t end = out.size() + packed_bytes(codes.size(), bits);
  std::size_t position = out.size();
  if (bits == 4) {
    out.resize(end);
    kernels::pack_halves(codes, out.data() + position);
    return;
  }
  out.resize(end +
             sizeof(std::uint64_t));  // a word is stored whole; the next one overwrites what is too much
  Words words;
  for (std::size_t i = 0; i < codes.size(); i += 8 * kWords) {
    const std::size_t size = std::min(8 * kWords, codes.size() - i);
    const Span<std::uint64_t> used(words.data(), (size + 7) / 8);
    used[used.size() - 1] = 0;
    std::memcpy(words.data(), codes.data() + i, size);
    kernels::squeeze(bits, used);
    for (const std::uint64_t word : used) {
      std::memcpy(out.data() + position, &word, sizeof(word));
      position += static_cast<std::size_t>(bits);
    }
  }
  out.resize(end);
}

void unpack_codes(ByteSpan packed, int bits, std::size_t first, Span<std::uint8_t> codes) {
  COVEY_CHECK(is_code_width(bits), bits);
  COVEY_CHECK(first % 8 == 0, first);
  COVEY_CHECK(packed.size() >= packed_bytes(first + codes.size(), bits), packed.size(), first, codes.size(),
              bits);
  std::size_t position = packed_bytes(first, bits);
  Words words;
  for (std::size_t i = 0; i < codes.size(); i += 8 * kWords) {
    const std::size_t size = std::min(8 * kWords, codes.size() - i);
    const Span<std::uint64_t> used(words.data(), (size + 7) / 8);
    for (std::uint64_t& word : used) {
      std::memcpy(&word, packed.data() + position, std::min(sizeof(word), packed.size() - position));
      position += static_cast<std::size_t>(bits);
    }
    kernels::spread(bits, used);
    std::memcpy(codes.data() + i, words.data(), size);
  }
}

bool padding_is_zero(ByteSpan packed, int bits, std::size_t count) {
  COVEY_CHECK(packed.size() == packed_bytes(count, bits), packed.size(), count, bits);
  const std::size_t used = count % 8 * static_cast<std::size_t>(bits) % 8;
  return used == 0 || packed[packed.size() - 1] >> used == 0;
}

Result<ByteSpan> get_codes(ByteReader& reader, std::size_t count, int bits) {
  COVEY_ASSIGN_OR_RETURN(const ByteSpan packed, reader.get_bytes(packed_bytes(count, bits), "codes"));
  if (!padding_is_zero(packed, bits, count)) return corrupt("the bits after the last code are not zero");
  return packed;
}

}  // namespace covey::quant
