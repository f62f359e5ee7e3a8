#include "common/transport/client.h"

#include <zmq.hpp>

#include "common/transport/endpoint.h"
#include "common/transport/link_monitor.h"
#include "common/transport/zmq_socket.h"

namespace covey::transport {

namespace {

constexpr std::size_t kPartsMax = 2;
constexpr int kNever_ms = 24 * 3600 * 1000;

}  // namespace

struct Client::State {
  State(const Endpoint& endpoint, const security::PublicKey& server_key, const security::CurveKeys& keys,
        const ClientOptions& options)
      : socket(context, zmq::socket_type::dealer), monitor(context, socket, endpoint.host_and_port()) {
    detail::set_common_options(socket, options.queue_messages_max, options.handshake_ms_max);
    detail::set_keys(socket, keys);
    const security::SecretKey session = security::SecretKey::random();
    socket.set(zmq::sockopt::routing_id, zmq::const_buffer(session.bytes().data(), session.bytes().size()));
    socket.set(zmq::sockopt::curve_serverkey, zmq::const_buffer(server_key.data(), server_key.size()));
    socket.set(zmq::sockopt::connect_timeout, options.connect_ms_max);
    // Not -1: that would also drop what has arrived and was not yet read when the connection ends.
    socket.set(zmq::sockopt::reconnect_ivl, kNever_ms);
  }

  bool has_message() { return (socket.get(zmq::sockopt::events) & ZMQ_POLLIN) != 0; }

  // Destroyed in reverse: sockets before their context.
  zmq::context_t context;
  zmq::socket_t socket;
  detail::LinkMonitor monitor;
  Counters counters;
};

Client::Client(std::unique_ptr<State> state) : state_(std::move(state)) {}
Client::~Client() = default;

Result<std::unique_ptr<Client>> Client::connect(const std::string& endpoint,
                                                const security::PublicKey& server_key,
                                                const security::CurveKeys& keys, ClientOptions options) {
  COVEY_ASSIGN_OR_RETURN(const Endpoint named, parse_endpoint(endpoint, Wildcards::kRefused));
  COVEY_ASSIGN_OR_RETURN(const Endpoint numeric, resolve(named));
  try {
    auto state = std::make_unique<State>(named, server_key, keys, options);
    state->socket.set(zmq::sockopt::ipv6, numeric.ipv6());
    state->socket.connect(numeric.text());
    return std::unique_ptr<Client>(new Client(std::move(state)));
  } catch (const zmq::error_t& error) {
    return detail::failure(("cannot connect to " + endpoint).c_str(), error);
  }
}

Client::Link Client::link() const {
  if (!state_->monitor.failure().ok() && !state_->has_message()) return Link::kFailed;
  return state_->monitor.ready() ? Link::kReady : Link::kConnecting;
}

Status Client::failure() const {
  return link() == Link::kFailed ? state_->monitor.failure() : ok_status();
}

const Counters& Client::counters() const {
  return state_->counters;
}

Result<Ready> Client::wait(double timeout_s, const std::vector<int>& descriptors) try {
  const bool over = !state_->monitor.failure().ok();
  auto polled = detail::poll({state_->socket, state_->monitor.socket()}, descriptors, over ? 0 : timeout_s);
  if (polled.sockets[1]) state_->monitor.read();
  return Ready{polled.sockets[0], std::move(polled.descriptors)};
} catch (const zmq::error_t& error) {
  return detail::failure("cannot wait for messages", error);
}

Result<std::optional<wire::Frames>> Client::receive() try {
  const auto parts = detail::receive_parts(state_->socket, kPartsMax);
  if (!parts) return std::optional<wire::Frames>();
  auto frames = detail::frames_from(*parts, 0);
  detail::count_received(state_->counters, frames);
  if (!frames.ok()) return frames.status();
  return std::optional<wire::Frames>(*std::move(frames));
} catch (const zmq::error_t& error) {
  return detail::failure("cannot receive", error);
}

template <typename Send>
Status Client::send_with(std::size_t bytes, Send&& send) try {
  COVEY_RETURN_IF_ERROR(state_->monitor.failure());
  if (!send(state_->socket)) return unavailable("the queue to the coordinator is full");
  detail::count_sent(state_->counters, bytes);
  return ok_status();
} catch (const zmq::error_t& error) {
  return detail::failure("cannot send", error);
}

Status Client::send(wire::Frames frames) {
  return send_with(frames.byte_count(),
                   [&](zmq::socket_t& socket) { return detail::send_frames(socket, std::move(frames)); });
}

Status Client::send_lent(Bytes envelope, std::shared_ptr<const Bytes> owner, ByteSpan part) {
  return send_with(envelope.size() + part.size(), [&](zmq::socket_t& socket) {
    return detail::send_lent(socket, std::move(envelope), std::move(owner), part);
  });
}

void Client::close(double flush_s) {
  state_->socket.set(zmq::sockopt::linger, static_cast<int>(flush_s * 1000));
  state_->socket.close();
  state_->monitor.close();
  state_->context.close();
}

}  // namespace covey::transport
