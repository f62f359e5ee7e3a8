#pragma once

#include <functional>
#include <optional>

#include "common/base/digest.h"
#include "common/wire/messages.h"

/// Blobs (encoded models and updates) in chunks: what to ask for, what to accept, what to answer. No I/O of
/// its own.
namespace covey::transport {

/// A blob on its way in. Its name and size are known beforehand; at most `window` chunks are asked for and
/// not yet here.
class ChunkReceiver {
 public:
  /// Takes bytes in order. A failure ends the transfer and is passed on.
  using Sink = std::function<Status(ByteSpan bytes)>;

  ///   bytes   1..wire::kModelBytesMax
  ///   window  1..wire::kCreditsMax
  ChunkReceiver(const Digest& digest, std::uint64_t bytes, std::uint32_t window, Sink sink);

  /// Continues after a prefix that the caller kept; before the first request. Nothing is written to the sink.
  ///   errors  kCorrupt when the prefix is longer than the blob, or is the whole of another
  Status resume(ByteSpan prefix);

  /// From the next request on.
  void set_window(std::uint32_t window);

  /// What to send now to keep the window open; call it after start, accept() and restart() until it is empty.
  std::optional<wire::ChunkRequest> next_request();

  /// Takes a chunk. kCorrupt for a chunk of another blob, at another offset than the next, or longer than
  /// asked for; and with the last one when the digest does not fit. A failed receiver accepts nothing more.
  Status accept(const wire::Chunk& chunk);

  /// The link was made anew: whatever was asked for will not come. Requests go on behind the last accepted
  /// byte.
  void restart() { requested_ = received_; }

  bool complete() const { return complete_; }
  std::uint64_t received() const { return received_; }
  std::uint64_t size() const { return size_; }
  const Digest& digest() const { return digest_; }

 private:
  Status take(ByteSpan bytes);
  Status check_order(const wire::Chunk& chunk) const;

  Digest digest_;
  std::uint64_t size_;
  std::uint32_t window_;
  Sink sink_;
  Sha256 hash_;
  std::uint64_t received_ = 0;
  std::uint64_t requested_ = 0;  ///< end of what was asked for
  bool complete_ = false;
  bool failed_ = false;
};

/// Answers a request for a part of `blob`, whose name the caller has looked up: calls `send` with each
/// chunk's part of it, in order, until it fails.
///   errors  kRefused for an offset outside the blob or a credit outside 1..wire::kCreditsMax; what `send`
///   returned
Status serve_chunks(ByteSpan blob, const wire::ChunkRequest& request,
                    const std::function<Status(std::uint64_t offset, ByteSpan part)>& send);

}  // namespace covey::transport
