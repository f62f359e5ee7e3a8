#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "common/base/span.h"

namespace covey {

namespace philox {
inline constexpr std::uint32_t kMultiplier0 = 0xD2511F53u;
inline constexpr std::uint32_t kMultiplier1 = 0xCD9E8D57u;
inline constexpr std::uint32_t kWeyl0 = 0x9E3779B9u;
inline constexpr std::uint32_t kWeyl1 = 0xBB67AE85u;
inline constexpr int kRounds = 10;
}  // namespace philox

/// Philox4x32-10: a keyed bijection of 128-bit counters, used as a random function.
///   source  Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3 (SC 2011).
std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                        std::array<std::uint32_t, 2> key);

/// What a random number is for. Values are part of the determinism contract: never renumber, only append.
enum class Purpose : std::uint32_t {
  kTest = 0,
  kInit = 1,       ///< initial weights
  kPartition = 2,  ///< which sample belongs to which user
  kSelection = 3,  ///< which users take part in a round, and in which slot
  kDataOrder = 4,  ///< order of a member's samples
  kAugment = 5,    ///< weak and strong views
  kDropout = 6,
  kUploadCodec = 7,
  kDownloadCodec = 8,
  kGlyphs = 9,            ///< the generated data set
  kProbe = 10,            ///< numeric-profile probe
  kSubset = 11,           ///< limits on the number of samples
  kMixup = 12,            ///< lambda of every batch
  kBackoff = 13,          ///< spread of reconnections
  kMixOrder = 14,         ///< which images mixup adds
  kMixAugment = 15,       ///< their weak views
  kLabelledOrder = 16,    ///< order of a user's labelled samples
  kLabelledAugment = 17,  ///< their weak views
  kDevice = 18,           ///< what a device is like, and whether it is there
  kRotation = 19,         ///< signs of a rotation, keyed by what a record carries
  kGradients = 20,        ///< rounding of quantised gradients
  kCurvature = 21,        ///< probes of the Hessian
  kDistilled = 22,        ///< the noise that images are distilled from
  kGrounding = 23,        ///< the generated regions and captions
};

/// The entity of a draw: a user number, or one of these.
inline constexpr std::uint32_t kServerEntity = 0xffffffffu;
inline constexpr std::uint32_t kNoEntity = 0xfffffffeu;

/// Where a stream of random numbers belongs. Slot and client ids never enter.
struct StreamId {
  Purpose purpose = Purpose::kTest;
  std::uint32_t round = 0;
  std::uint32_t attempt = 0;
  std::uint32_t entity = kNoEntity;
};

/// A random function of (seed, stream id, item, index): any element can be asked for in any order, on any
/// thread.
///
/// Layout. Two Philox calls, so that no field has to be squeezed:
///   subkey  = first 64 bits of philox(counter = (purpose, round, attempt, entity), key = seed)
///   block   = philox(counter = (index low, index high, item low, item high), key = subkey)
/// where `item` names a thing inside the stream (a layer by fnv1a64 of its name, a sample, a step) and
/// `index` counts inside it.
class Stream {
 public:
  Stream(std::uint64_t seed, const StreamId& id);

  /// Four independent 32-bit words.
  std::array<std::uint32_t, 4> block(std::uint64_t item, std::uint64_t index) const;

  /// The key of its blocks, for who computes many of them at once.
  std::array<std::uint32_t, 2> subkey() const { return subkey_; }

 private:
  std::array<std::uint32_t, 2> subkey_;
};

/// 64-bit FNV-1a: the stable number of a name.
std::uint64_t fnv1a64(std::string_view name);

/// Draws values one after the other from one item of a stream. Portable: no <random> distribution is used.
class Sequence {
 public:
  Sequence(const Stream& stream, std::uint64_t item) : stream_(stream), item_(item) {}

  std::uint32_t next_u32();
  std::uint64_t next_u64();
  /// Uniform in [0, bound), without bias; bound >= 1.
  std::uint32_t below(std::uint32_t bound);
  /// Uniform in [0, 1), 24 bits.
  float uniform();
  /// Uniform in [0, 1), 53 bits.
  double uniform_double();
  /// Standard normal (Box-Muller; uses two uniform doubles).
  double normal();
  /// Gamma(shape, 1), shape > 0 (Marsaglia and Tsang 2000).
  double gamma(double shape);
  bool coin() { return (next_u32() >> 31) != 0; }

  /// Fisher-Yates: every order equally likely.
  template <typename T>
  void shuffle(Span<T> values) {
    for (std::size_t i = values.size(); i > 1; --i) {
      const std::size_t j = below(static_cast<std::uint32_t>(i));
      std::swap(values[i - 1], values[j]);
    }
  }

 private:
  Stream stream_;
  std::uint64_t item_;
  std::uint64_t index_ = 0;
  std::array<std::uint32_t, 4> words_{};
  int left_ = 0;
};

}  // namespace covey
