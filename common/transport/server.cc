#include "common/transport/server.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <zmq.hpp>

#include "common/transport/endpoint.h"
#include "common/transport/zap.h"
#include "common/transport/zmq_socket.h"

namespace covey::transport {

namespace {

constexpr std::size_t kRoutingParts = 1;
constexpr std::size_t kPartsMax = kRoutingParts + 2;
/// Encrypting what all clients get at the start of a round is more than one thread's work.
constexpr int kInputOutputThreads = 2;

double monotonic_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

Status bind_failure(const std::string& endpoint, const zmq::error_t& error) {
  const std::string message = "cannot listen on " + endpoint + ": " + error.what();
  return error.num() == EADDRINUSE ? unavailable(message) : invalid_argument(message);
}

/// The key that the encrypted link has proved; the ZAP handler put it there.
Result<security::PublicKey> authenticated_key(zmq::message_t& part) {
  COVEY_ASSIGN_OR_RETURN(const Bytes raw, from_hex(part.gets("User-Id")));
  return security::public_key_from_bytes(raw);
}

}  // namespace

struct Server::State {
  State(const security::CurveKeys& keys, AdmissionPolicy policy, ServerOptions server_options)
      : options(std::move(server_options)),
        zap(context, std::move(policy), options.unknown_per_minute),
        socket(context, zmq::socket_type::router) {
    if (!options.clock) options.clock = monotonic_seconds;
    detail::set_common_options(socket, options.queue_messages_max, options.handshake_ms_max);
    detail::set_keys(socket, keys);
    socket.set(zmq::sockopt::router_mandatory, true);
    socket.set(zmq::sockopt::curve_server, true);
    socket.set(zmq::sockopt::zap_domain, detail::kZapDomain);
  }

  // Destroyed in reverse: sockets before their context.
  ServerOptions options;
  zmq::context_t context{kInputOutputThreads};
  detail::ZapHandler zap;
  zmq::socket_t socket;
  std::string endpoint;
  Counters counters;
};

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}
Server::~Server() = default;

Result<std::unique_ptr<Server>> Server::bind(const std::string& endpoint, const security::CurveKeys& keys,
                                             AdmissionPolicy policy, ServerOptions options) {
  COVEY_CHECK(options.queue_messages_max > static_cast<int>(wire::kCreditsMax), options.queue_messages_max);
  COVEY_ASSIGN_OR_RETURN(const Endpoint parsed, parse_endpoint(endpoint, Wildcards::kAllowed));
  try {
    auto state = std::make_unique<State>(keys, std::move(policy), std::move(options));
    state->socket.set(zmq::sockopt::ipv6, parsed.ipv6());
    state->socket.bind(parsed.text());
    state->endpoint = state->socket.get(zmq::sockopt::last_endpoint);
    return std::unique_ptr<Server>(new Server(std::move(state)));
  } catch (const zmq::error_t& error) {
    return bind_failure(endpoint, error);
  }
}

const std::string& Server::endpoint() const {
  return state_->endpoint;
}
const Counters& Server::counters() const {
  return state_->counters;
}
std::uint64_t Server::refused_connections() const {
  return state_->zap.refused();
}

Result<Ready> Server::wait(double timeout_s, const std::vector<int>& descriptors) try {
  auto polled = detail::poll({state_->socket, state_->zap.socket()}, descriptors, timeout_s);
  if (polled.sockets[1]) state_->zap.answer(state_->options.clock());
  return Ready{polled.sockets[0], std::move(polled.descriptors)};
} catch (const zmq::error_t& error) {
  return detail::failure("cannot wait for messages", error);
}

Result<std::optional<Received>> Server::receive() try {
  auto parts = detail::receive_parts(state_->socket, kPartsMax);
  if (!parts) return std::optional<Received>();
  Received received;
  received.peer.routing_id = parts->kept[0].to_string();
  COVEY_ASSIGN_OR_RETURN(received.key, authenticated_key(parts->kept.back()));
  auto frames = detail::frames_from(*parts, kRoutingParts);
  detail::count_received(state_->counters, frames);
  if (frames.ok()) {
    received.frames = *std::move(frames);
  } else {
    received.status = frames.status();
  }
  return std::optional<Received>(std::move(received));
} catch (const zmq::error_t& error) {
  return detail::failure("cannot receive", error);
}

template <typename SendRest>
Status Server::send_to(const Peer& peer, std::size_t bytes, SendRest&& send_rest) try {
  const bool sent =
      detail::send_part(state_->socket, zmq::message_t(peer.routing_id), true) && send_rest(state_->socket);
  if (!sent) return unavailable("the queue to the client is full");
  detail::count_sent(state_->counters, bytes);
  return ok_status();
} catch (const zmq::error_t& error) {
  if (error.num() == EHOSTUNREACH) return not_found("the client is gone");
  return detail::failure("cannot send", error);
}

Status Server::send(const Peer& peer, wire::Frames frames) {
  return send_to(peer, frames.byte_count(),
                 [&](zmq::socket_t& socket) { return detail::send_frames(socket, std::move(frames)); });
}

Status Server::send_lent(const Peer& peer, Bytes envelope, std::shared_ptr<const Bytes> owner,
                         ByteSpan part) {
  return send_to(peer, envelope.size() + part.size(), [&](zmq::socket_t& socket) {
    return detail::send_lent(socket, std::move(envelope), std::move(owner), part);
  });
}

void Server::close(double flush_s) {
  state_->socket.set(zmq::sockopt::linger, static_cast<int>(flush_s * 1000));
  state_->socket.close();
  state_->zap.close();
  state_->context.close();
}

}  // namespace covey::transport
