#include "common/transport/chunks.h"

#include <gtest/gtest.h>

#include "common/base/random.h"
#include "common/wire/limits.h"

namespace covey::transport {
namespace {

using wire::kChunkBytes;

Bytes blob_of(std::size_t size) {
  Sequence random(Stream(1, {}), size);
  Bytes bytes(size);
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random.next_u32());
  return bytes;
}

struct Transfer {
  explicit Transfer(Bytes content, std::uint32_t window = 4)
      : blob(std::move(content)), receiver(sha256(blob), blob.size(), window, [this](ByteSpan bytes) {
          sunk.insert(sunk.end(), bytes.begin(), bytes.end());
          return sink_status;
        }) {}

  /// Answers requests until nothing more is asked for, or a chunk is refused, or `chunks_max` were accepted.
  Status run(std::size_t chunks_max = 1000) {
    std::size_t accepted = 0;
    while (auto request = receiver.next_request()) {
      ++requests;
      Status status = serve_chunks(blob, *request, [&](std::uint64_t offset, ByteSpan part) {
        if (accepted++ >= chunks_max) return unavailable("cut");
        return receiver.accept({request->digest, offset, {part.begin(), part.end()}});
      });
      if (!status.ok()) return status;
    }
    return ok_status();
  }

  Bytes blob;
  Bytes sunk;
  Status sink_status;
  int requests = 0;
  ChunkReceiver receiver;
};

TEST(Chunks, AnySizeArrivesWhole) {
  for (const std::size_t size : {std::size_t{1}, kChunkBytes - 1, kChunkBytes, kChunkBytes + 1,
                                 4 * kChunkBytes, 9 * kChunkBytes + 5}) {
    for (const std::uint32_t window : {1u, 2u, 3u, 16u}) {
      Transfer transfer(blob_of(size), window);
      ASSERT_TRUE(transfer.run().ok());
      EXPECT_TRUE(transfer.receiver.complete());
      EXPECT_EQ(transfer.sunk, transfer.blob);
    }
  }
}

TEST(Chunks, NeverAsksForMoreThanTheWindow) {
  const Bytes blob = blob_of(20 * kChunkBytes);
  ChunkReceiver receiver(sha256(blob), blob.size(), 4, [](ByteSpan) { return ok_status(); });
  std::uint64_t asked = 0;
  std::uint64_t got = 0;
  while (!receiver.complete()) {
    while (const auto request = receiver.next_request()) {
      EXPECT_EQ(request->offset, asked * kChunkBytes);
      asked += request->chunks;
    }
    ASSERT_LE(asked - got, 4u);
    ASSERT_GT(asked, got);
    const ByteSpan part = ByteSpan(blob).subspan(got * kChunkBytes, kChunkBytes);
    ASSERT_TRUE(receiver.accept({sha256(blob), got * kChunkBytes, {part.begin(), part.end()}}).ok());
    ++got;
  }
  EXPECT_EQ(asked, 20u);
}

TEST(Chunks, GoesOnAfterALostLinkWhereItStopped) {
  Transfer transfer(blob_of(7 * kChunkBytes + 3));
  EXPECT_FALSE(transfer.run(3).ok());
  EXPECT_EQ(transfer.receiver.received(), 3 * kChunkBytes);
  transfer.receiver.restart();
  ASSERT_TRUE(transfer.run().ok());
  EXPECT_TRUE(transfer.receiver.complete());
  EXPECT_EQ(transfer.sunk, transfer.blob);
}

TEST(Chunks, ResumesBehindAKeptPrefix) {
  for (const std::size_t kept :
       {std::size_t{0}, std::size_t{5}, kChunkBytes, 2 * kChunkBytes + 9, 3 * kChunkBytes}) {
    Transfer transfer(blob_of(3 * kChunkBytes));
    ASSERT_TRUE(transfer.receiver.resume(ByteSpan(transfer.blob).subspan(0, kept)).ok());
    ASSERT_TRUE(transfer.run().ok());
    EXPECT_TRUE(transfer.receiver.complete());
    EXPECT_EQ(transfer.sunk,
              Bytes(transfer.blob.begin() + static_cast<std::ptrdiff_t>(kept), transfer.blob.end()));
  }
}

TEST(Chunks, AWrongPrefixFailsAtTheEnd) {
  Transfer transfer(blob_of(2 * kChunkBytes));
  ASSERT_TRUE(transfer.receiver.resume(Bytes(100, 0)).ok());
  EXPECT_EQ(transfer.run().code(), Code::kCorrupt);
  EXPECT_FALSE(transfer.receiver.complete());
  Transfer longer(blob_of(10));
  EXPECT_EQ(longer.receiver.resume(Bytes(11, 0)).code(), Code::kCorrupt);
  EXPECT_FALSE(longer.receiver.next_request().has_value());
}

TEST(Chunks, RefusesWhatItDidNotAskFor) {
  const Bytes blob = blob_of(3 * kChunkBytes);
  const Digest digest = sha256(blob);
  const Bytes first(blob.begin(), blob.begin() + kChunkBytes);
  const auto refuses = [&](const wire::Chunk& chunk, bool asked = true) {
    Bytes sunk;
    ChunkReceiver receiver(digest, blob.size(), 2, [&](ByteSpan bytes) {
      sunk.insert(sunk.end(), bytes.begin(), bytes.end());
      return ok_status();
    });
    EXPECT_EQ(asked && receiver.next_request().has_value(), asked);
    const bool refused = receiver.accept(chunk).code() == Code::kCorrupt;
    return refused && sunk.empty() && !receiver.accept({digest, 0, first}).ok();
  };
  EXPECT_TRUE(refuses({digest, 0, first}, false));            // not asked for
  EXPECT_TRUE(refuses({sha256(first), 0, first}));            // another blob
  EXPECT_TRUE(refuses({digest, kChunkBytes, first}));         // out of order
  EXPECT_TRUE(refuses({digest, 0, Bytes(kChunkBytes - 1)}));  // too short
  EXPECT_TRUE(refuses({digest, 0, Bytes(kChunkBytes + 1)}));  // too long
}

TEST(Chunks, AWrongByteFailsTheDigest) {
  Transfer transfer(blob_of(2 * kChunkBytes));
  transfer.blob.back() ^= 1;
  EXPECT_EQ(transfer.run().code(), Code::kCorrupt);
  EXPECT_FALSE(transfer.receiver.complete());
}

TEST(Chunks, PassesOnTheSinksFailure) {
  Transfer transfer(blob_of(2 * kChunkBytes));
  transfer.sink_status = exhausted("disk full");
  EXPECT_EQ(transfer.run().code(), Code::kExhausted);
  EXPECT_FALSE(transfer.receiver.next_request().has_value());
}

TEST(Chunks, ServesOnlyWhatLiesInsideTheBlob) {
  const Bytes blob = blob_of(10);
  const auto never = [](std::uint64_t, ByteSpan) { return internal_error("nothing to send"); };
  const Digest digest = sha256(blob);
  EXPECT_EQ(serve_chunks(blob, {digest, 10, 1}, never).code(), Code::kRefused);
  EXPECT_EQ(serve_chunks(blob, {digest, ~std::uint64_t{0}, 1}, never).code(), Code::kRefused);
  EXPECT_EQ(serve_chunks(blob, {digest, 0, 0}, never).code(), Code::kRefused);
  EXPECT_EQ(serve_chunks(blob, {digest, 0, wire::kCreditsMax + 1}, never).code(), Code::kRefused);
  Bytes got;
  ASSERT_TRUE(serve_chunks(blob, {digest, 7, 4}, [&](std::uint64_t offset, ByteSpan part) {
                EXPECT_EQ(offset, 7u);
                got.assign(part.begin(), part.end());
                return ok_status();
              }).ok());
  EXPECT_EQ(got, Bytes(blob.begin() + 7, blob.end()));
}

}  // namespace
}  // namespace covey::transport
