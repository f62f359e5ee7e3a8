#pragma once

#include "common/wire/limits.h"
#include "common/wire/messages.h"

/// Messages as frames and back. The bytes are fixed by FORMAT.md.
namespace covey::wire {

/// What travels as one ZeroMQ message: the envelope, and the bytes of a chunk, a model or an update.
struct Frames {
  Bytes envelope;
  Bytes blob;
  bool has_blob = false;

  std::size_t byte_count() const { return envelope.size() + blob.size(); }
};

/// Who reads a message. A kind that this side never receives is refused.
enum class Side { kCoordinator, kClient };

/// Texts for people (`Error::text`, `UpdateAnswer::reason`) are cut to kTextBytesMax and made one line.
/// Everything else must keep the limits of limits.h.
Frames encode(Message message);

/// The envelope alone, of a message whose bytes the sender lends to the socket (Server::send_lent).
Bytes encode_envelope(const Message& message);

/// Reads frames that nobody has checked.
///   errors  kRefused   the peer speaks another protocol major; the text says which side to update
///           kCorrupt   anything else that breaks the format, a limit or the direction
/// A kind that only a newer minor version knows reads as a Heartbeat: the peer is alive and nothing is asked.
Result<Message> decode(Frames frames, Side receiver);

/// The reply to a message that decode() refused with `failure`.
Error refusal(const Status& failure);

}  // namespace covey::wire
