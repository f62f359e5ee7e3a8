#pragma once

#include <cstdint>

namespace covey::transport {

/// What went over a socket since it was made. Bytes are those of envelopes and blobs, before encryption.
struct Counters {
  std::uint64_t messages_sent = 0;
  std::uint64_t messages_received = 0;
  std::uint64_t bytes_sent = 0;
  std::uint64_t bytes_received = 0;
  std::uint64_t malformed = 0;  ///< messages that were not one or two frames of allowed size
};

}  // namespace covey::transport
