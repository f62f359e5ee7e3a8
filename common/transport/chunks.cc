#include "common/transport/chunks.h"

#include <algorithm>

#include "common/base/check.h"
#include "common/wire/limits.h"

namespace covey::transport {

using wire::kChunkBytes;

ChunkReceiver::ChunkReceiver(const Digest& digest, std::uint64_t bytes, std::uint32_t window, Sink sink)
    : digest_(digest), size_(bytes), window_(window), sink_(std::move(sink)) {
  COVEY_CHECK(bytes >= 1 && bytes <= wire::kModelBytesMax, bytes);
  set_window(window);
}

void ChunkReceiver::set_window(std::uint32_t window) {
  COVEY_CHECK(window >= 1 && window <= wire::kCreditsMax, window);
  window_ = window;
}

Status ChunkReceiver::resume(ByteSpan prefix) {
  COVEY_CHECK(received_ == 0 && requested_ == 0, "resume comes first");
  if (prefix.size() > size_) {
    failed_ = true;
    return corrupt("the kept part has " + std::to_string(prefix.size()) + " bytes, the whole has " +
                   std::to_string(size_));
  }
  const Status status = take(prefix);
  requested_ = received_;
  return status;
}

std::optional<wire::ChunkRequest> ChunkReceiver::next_request() {
  if (failed_ || requested_ >= size_) return std::nullopt;
  const std::uint64_t chunks_left = (size_ - requested_ + kChunkBytes - 1) / kChunkBytes;
  const std::uint64_t chunks_open = (requested_ - received_ + kChunkBytes - 1) / kChunkBytes;
  const std::uint64_t credit = std::min(chunks_left, window_ - std::min<std::uint64_t>(window_, chunks_open));
  // Half a window at a time: a request for every chunk would double the number of messages.
  if (credit == 0 || (credit < chunks_left && 2 * credit < window_)) return std::nullopt;
  const wire::ChunkRequest request{digest_, requested_, static_cast<std::uint32_t>(credit)};
  requested_ = std::min(size_, requested_ + credit * kChunkBytes);
  return request;
}

Status ChunkReceiver::accept(const wire::Chunk& chunk) {
  Status status = check_order(chunk);
  if (status.ok()) status = sink_(chunk.bytes);
  if (status.ok()) status = take(chunk.bytes);
  failed_ = failed_ || !status.ok();
  return status;
}

Status ChunkReceiver::check_order(const wire::Chunk& chunk) const {
  const std::string what = "chunk at offset " + std::to_string(chunk.offset);
  if (failed_ || complete_) return corrupt(what + " after the transfer has ended");
  if (chunk.digest != digest_) return corrupt(what + " belongs to another blob");
  if (chunk.offset != received_)
    return corrupt(what + " where offset " + std::to_string(received_) + " is next");
  const std::uint64_t expected = std::min<std::uint64_t>(kChunkBytes, requested_ - received_);
  if (chunk.bytes.size() != expected) {
    return corrupt(what + " has " + std::to_string(chunk.bytes.size()) + " bytes, not " +
                   std::to_string(expected));
  }
  return ok_status();
}

Status ChunkReceiver::take(ByteSpan bytes) {
  hash_.update(bytes);
  received_ += bytes.size();
  if (received_ < size_) return ok_status();
  complete_ = hash_.finish() == digest_;
  failed_ = !complete_;
  return complete_ ? ok_status() : corrupt("the received bytes do not have the digest " + digest_.hex());
}

Status serve_chunks(ByteSpan blob, const wire::ChunkRequest& request,
                    const std::function<Status(std::uint64_t offset, ByteSpan part)>& send) {
  if (request.offset >= blob.size()) {
    return refused("offset " + std::to_string(request.offset) + " of a blob of " +
                   std::to_string(blob.size()) + " bytes");
  }
  if (request.chunks < 1 || request.chunks > wire::kCreditsMax) {
    return refused("a request for " + std::to_string(request.chunks) + " chunks, 1 to " +
                   std::to_string(wire::kCreditsMax) + " are allowed");
  }
  std::uint64_t offset = request.offset;
  for (std::uint32_t i = 0; i < request.chunks && offset < blob.size(); ++i) {
    const ByteSpan part = blob.subspan(offset, std::min<std::uint64_t>(kChunkBytes, blob.size() - offset));
    COVEY_RETURN_IF_ERROR(send(offset, part));
    offset += part.size();
  }
  return ok_status();
}

}  // namespace covey::transport
