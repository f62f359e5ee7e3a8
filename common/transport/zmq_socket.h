#pragma once

#include <memory>
#include <optional>
#include <vector>
#include <zmq.hpp>

#include "common/security/keys.h"
#include "common/transport/counters.h"
#include "common/wire/envelope.h"

/// What both ends of a link share. These functions throw zmq::error_t; server.cc and client.cc turn it into a
/// Status.
namespace covey::transport::detail {

Status failure(const char* doing, const zmq::error_t& error);

/// Bounded queues and frames, TCP keepalive, nothing kept back at the end.
void set_common_options(zmq::socket_t& socket, int queue_messages_max, int handshake_ms_max);
void set_keys(zmq::socket_t& socket, const security::CurveKeys& keys);

struct Polled {
  std::vector<bool> sockets;     ///< one for each socket: can it be read?
  std::vector<int> descriptors;  ///< those that can be read
};
/// Waits until one of them can be read, at most `timeout_s` (negative: for ever). A signal ends it before
/// that.
Polled poll(const std::vector<zmq::socket_ref>& sockets, const std::vector<int>& descriptors,
            double timeout_s);

/// The parts of one message, as many as are kept; the rest is read and dropped.
struct Parts {
  std::vector<zmq::message_t> kept;
  bool all_kept = true;
};
/// Nothing when no message waits. Never blocks.
std::optional<Parts> receive_parts(zmq::socket_t& socket, std::size_t kept_max);

/// Envelope and blob from the parts behind the first `skipped`. kCorrupt unless those are one or two of
/// allowed size.
Result<wire::Frames> frames_from(const Parts& parts, std::size_t skipped);

/// False when the queue is full; nothing is sent then. Never blocks.
bool send_part(zmq::socket_t& socket, zmq::message_t part, bool more);
bool send_frames(zmq::socket_t& socket, wire::Frames frames);
/// Envelope and a part of `owner`, which is not copied.
bool send_lent(zmq::socket_t& socket, Bytes envelope, std::shared_ptr<const Bytes> owner, ByteSpan part);

void count_sent(Counters& counters, std::size_t bytes);
void count_received(Counters& counters, const Result<wire::Frames>& frames);

}  // namespace covey::transport::detail
