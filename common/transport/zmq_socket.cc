#include "common/transport/zmq_socket.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <memory>

namespace covey::transport::detail {

namespace {

constexpr int kKeepaliveIdle_s = 30;
constexpr int kKeepaliveInterval_s = 10;
constexpr int kKeepaliveProbes = 3;

zmq::const_buffer buffer_of(ByteSpan bytes) {
  return {bytes.data(), bytes.size()};
}

double monotonic_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

int milliseconds(double timeout_s) {
  constexpr double kLongest_ms = 1e9;
  if (timeout_s < 0) return -1;
  return static_cast<int>(std::ceil(std::min(timeout_s * 1000, kLongest_ms)));
}

/// Asking also handles what ZeroMQ's threads have told the socket, which a signal can interrupt.
bool has_message(zmq::socket_ref socket) {
  while (true) {
    try {
      return (socket.get(zmq::sockopt::events) & ZMQ_POLLIN) != 0;
    } catch (const zmq::error_t& error) {
      if (error.num() != EINTR) throw;
    }
  }
}

/// A message that owns `bytes` without copying them.
zmq::message_t message_of(Bytes bytes) {
  auto owned = std::make_unique<Bytes>(std::move(bytes));
  void* data = owned->data();
  const std::size_t size = owned->size();
  zmq::message_t message(
      data, size, [](void*, void* hint) { delete static_cast<Bytes*>(hint); }, owned.get());
  static_cast<void>(owned.release());
  return message;
}

/// A message over a part of `owner`, freed on one of ZeroMQ's threads. ZeroMQ only reads it.
zmq::message_t lent_message(std::shared_ptr<const Bytes> owner, ByteSpan part) {
  using Owner = std::shared_ptr<const Bytes>;
  auto held = std::make_unique<Owner>(std::move(owner));
  zmq::message_t message(
      const_cast<std::uint8_t*>(part.data()), part.size(),
      [](void*, void* hint) { delete static_cast<Owner*>(hint); }, held.get());
  static_cast<void>(held.release());
  return message;
}

Bytes bytes_of(const zmq::message_t& message) {
  const auto* data = message.data<std::uint8_t>();
  return {data, data + message.size()};
}

}  // namespace

Status failure(const char* doing, const zmq::error_t& error) {
  return internal_error(std::string(doing) + ": " + error.what());
}

void set_common_options(zmq::socket_t& socket, int queue_messages_max, int handshake_ms_max) {
  using namespace zmq;
  socket.set(sockopt::sndhwm, queue_messages_max);
  socket.set(sockopt::rcvhwm, queue_messages_max);
  socket.set(sockopt::maxmsgsize, std::int64_t{wire::kFrameBytesMax});
  socket.set(sockopt::handshake_ivl, handshake_ms_max);
  socket.set(sockopt::linger, 0);
  socket.set(sockopt::tcp_keepalive, 1);
  socket.set(sockopt::tcp_keepalive_idle, kKeepaliveIdle_s);
  socket.set(sockopt::tcp_keepalive_intvl, kKeepaliveInterval_s);
  socket.set(sockopt::tcp_keepalive_cnt, kKeepaliveProbes);
}

void set_keys(zmq::socket_t& socket, const security::CurveKeys& keys) {
  socket.set(zmq::sockopt::curve_publickey, buffer_of(keys.public_key));
  socket.set(zmq::sockopt::curve_secretkey, buffer_of(keys.secret_key.bytes()));
}

Polled poll(const std::vector<zmq::socket_ref>& sockets, const std::vector<int>& descriptors,
            double timeout_s) {
  // Not zmq::poll, which asks twice as often. A socket's own descriptor tells that there is news, once, and
  // not what: so each socket is asked before the wait, and after it where there is news.
  std::vector<pollfd> waited;
  for (const zmq::socket_ref socket : sockets) waited.push_back({socket.get(zmq::sockopt::fd), POLLIN, 0});
  for (const int descriptor : descriptors) waited.push_back({descriptor, POLLIN, 0});
  Polled ready;
  for (const zmq::socket_ref socket : sockets) ready.sockets.push_back(has_message(socket));
  const auto any = [&] {
    return std::find(ready.sockets.begin(), ready.sockets.end(), true) != ready.sockets.end();
  };
  const double until = monotonic_seconds() + timeout_s;
  while (true) {
    const int timeout_ms = any() ? 0 : milliseconds(timeout_s);
    const int count = ::poll(waited.data(), waited.size(), timeout_ms);
    if (count < 0 && errno != EINTR) throw zmq::error_t();
    if (count <= 0) return ready;
    for (std::size_t i = 0; i < sockets.size(); ++i) {
      if (waited[i].revents != 0) ready.sockets[i] = has_message(sockets[i]);
    }
    for (std::size_t i = sockets.size(); i < waited.size(); ++i) {
      if (waited[i].revents != 0) ready.descriptors.push_back(waited[i].fd);
    }
    if (any() || !ready.descriptors.empty()) return ready;
    if (timeout_s >= 0) timeout_s = std::max(0.0, until - monotonic_seconds());
  }
}

std::optional<Parts> receive_parts(zmq::socket_t& socket, std::size_t kept_max) {
  Parts parts;
  bool more = true;
  while (more) {
    zmq::message_t part;
    if (!socket.recv(part, zmq::recv_flags::dontwait)) return std::nullopt;
    more = part.more();
    if (parts.kept.size() < kept_max) {
      parts.kept.push_back(std::move(part));
    } else {
      parts.all_kept = false;
    }
  }
  return parts;
}

Result<wire::Frames> frames_from(const Parts& parts, std::size_t skipped) {
  if (!parts.all_kept) return corrupt("a message of more than two frames");
  if (parts.kept.size() <= skipped) return corrupt("a message without a frame");
  const zmq::message_t& envelope = parts.kept[skipped];
  if (envelope.size() > wire::kEnvelopeBytesMax) {
    return corrupt("an envelope of " + std::to_string(envelope.size()) + " bytes, at most " +
                   std::to_string(wire::kEnvelopeBytesMax) + " are allowed");
  }
  wire::Frames frames;
  frames.has_blob = parts.kept.size() > skipped + 1;
  if (frames.has_blob) {
    const zmq::message_t& blob = parts.kept[skipped + 1];
    if (blob.size() > wire::kChunkBytes) {
      return corrupt("a second frame of " + std::to_string(blob.size()) + " bytes, at most " +
                     std::to_string(wire::kChunkBytes) + " are allowed");
    }
    frames.blob = bytes_of(blob);
  }
  frames.envelope = bytes_of(envelope);
  return frames;
}

bool send_part(zmq::socket_t& socket, zmq::message_t part, bool more) {
  const auto flags = more ? zmq::send_flags::dontwait | zmq::send_flags::sndmore : zmq::send_flags::dontwait;
  return socket.send(part, flags).has_value();
}

bool send_frames(zmq::socket_t& socket, wire::Frames frames) {
  const bool has_blob = frames.has_blob;
  // Queues count whole messages: once the first part is in, the second one fits.
  if (!send_part(socket, message_of(std::move(frames.envelope)), has_blob)) return false;
  return !has_blob || send_part(socket, message_of(std::move(frames.blob)), false);
}

bool send_lent(zmq::socket_t& socket, Bytes envelope, std::shared_ptr<const Bytes> owner, ByteSpan part) {
  return send_part(socket, message_of(std::move(envelope)), true) &&
         send_part(socket, lent_message(std::move(owner), part), false);
}

void count_sent(Counters& counters, std::size_t bytes) {
  ++counters.messages_sent;
  counters.bytes_sent += bytes;
}

void count_received(Counters& counters, const Result<wire::Frames>& frames) {
  ++counters.messages_received;
  if (frames.ok()) {
    counters.bytes_received += frames->byte_count();
  } else {
    ++counters.malformed;
  }
}

}  // namespace covey::transport::detail
