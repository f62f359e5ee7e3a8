#pragma once

#include <cstddef>
#include <cstdint>

/// What a message may hold at most. A receiver checks these before it allocates; FORMAT.md repeats them.
namespace covey::wire {

/// Bytes of one chunk of a model or update; only the last chunk of a blob is shorter. Every link holds an
/// encrypted copy of the chunk on its way, so this is what a client costs the coordinator in memory.
inline constexpr std::size_t kChunkBytes = std::size_t{256} << 10;
inline constexpr std::size_t kEnvelopeBytesMax = std::size_t{64} << 10;
/// A frame on the socket: the largest chunk plus what CURVE adds to it.
inline constexpr std::size_t kFrameBytesMax = kChunkBytes + 1024;

/// Bytes of an encoded model or update.
inline constexpr std::uint64_t kModelBytesMax = std::uint64_t{16} << 30;
/// Chunks that one request may ask for: what a slow receiver can keep in the sender's memory.
inline constexpr std::uint32_t kCreditsMax = 16;

inline constexpr std::size_t kTokenBytesMax = 128;
inline constexpr std::size_t kTextBytesMax = std::size_t{4} << 10;  ///< reasons and error texts
inline constexpr std::size_t kSettingsBytesMax = std::size_t{56} << 10;
inline constexpr std::size_t kPseudoLabelClassesMax = 10000;
inline constexpr std::size_t kCurvatureAnswersMax = 2000;  ///< probes times parameter tensors
inline constexpr std::uint64_t kSamplesMax = std::uint64_t{1}
                                             << 40;  ///< samples of a user, images of a report
inline constexpr double kSecondsMax = 1e9;           ///< any duration in a message

inline constexpr std::size_t kPublicKeyBytes = 32;
inline constexpr std::size_t kSignatureBytes = 64;

}  // namespace covey::wire
