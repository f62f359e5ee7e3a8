#include "common/base/random.h"

#include <cmath>

namespace covey {

namespace {

constexpr double kTwoPi = 6.283185307179586476925286766559;

}  // namespace

std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> c, std::array<std::uint32_t, 2> k) {
  for (int round = 0; round < philox::kRounds; ++round) {
    const std::uint64_t p0 = std::uint64_t{philox::kMultiplier0} * c[0];
    const std::uint64_t p1 = std::uint64_t{philox::kMultiplier1} * c[2];
    c = {static_cast<std::uint32_t>(p1 >> 32) ^ c[1] ^ k[0], static_cast<std::uint32_t>(p1),
         static_cast<std::uint32_t>(p0 >> 32) ^ c[3] ^ k[1], static_cast<std::uint32_t>(p0)};
    k[0] += philox::kWeyl0;
    k[1] += philox::kWeyl1;
  }
  return c;
}

Stream::Stream(std::uint64_t seed, const StreamId& id) {
  const auto words = philox4x32({static_cast<std::uint32_t>(id.purpose), id.round, id.attempt, id.entity},
                                {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)});
  subkey_ = {words[0], words[1]};
}

std::array<std::uint32_t, 4> Stream::block(std::uint64_t item, std::uint64_t index) const {
  return philox4x32({static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index >> 32),
                     static_cast<std::uint32_t>(item), static_cast<std::uint32_t>(item >> 32)},
                    subkey_);
}

std::uint64_t fnv1a64(std::string_view name) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : name) {
    hash ^= static_cast<std::uint8_t>(c);
    hash *= 0x100000001b3u;
  }
  return hash;
}

std::uint32_t Sequence::next_u32() {
  if (left_ == 0) {
    words_ = stream_.block(item_, index_++);
    left_ = 4;
  }
  return words_[static_cast<std::size_t>(4 - left_--)];
}

std::uint64_t Sequence::next_u64() {
  const std::uint64_t low = next_u32();
  return low | (std::uint64_t{next_u32()} << 32);
}

std::uint32_t Sequence::below(std::uint32_t bound) {
  COVEY_CHECK(bound >= 1);
  // Lemire's multiplication, with rejection of the few words that would favour small results.
  const std::uint32_t reject_below = (0u - bound) % bound;
  while (true) {
    const std::uint64_t product = std::uint64_t{next_u32()} * bound;
    if (static_cast<std::uint32_t>(product) >= reject_below) return static_cast<std::uint32_t>(product >> 32);
  }
}

float Sequence::uniform() {
  return static_cast<float>(next_u32() >> 8) * 0x1p-24f;
}

double Sequence::uniform_double() {
  return static_cast<double>(next_u64() >> 11) * 0x1p-53;
}

double Sequence::normal() {
  const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform_double()));
  return radius * std::cos(kTwoPi * uniform_double());
}

double Sequence::gamma(double shape) {
  COVEY_CHECK(shape > 0, shape);
  if (shape < 1) return gamma(shape + 1) * std::pow(1.0 - uniform_double(), 1.0 / shape);
  const double d = shape - 1.0 / 3.0;
  const double c = 1.0 / std::sqrt(9.0 * d);
  while (true) {
    const double x = normal();
    const double v = 1.0 + c * x;
    if (v <= 0) continue;
    const double cube = v * v * v;
    if (std::log(1.0 - uniform_double()) < 0.5 * x * x + d - d * cube + d * std::log(cube)) return d * cube;
  }
}

}  // namespace covey
