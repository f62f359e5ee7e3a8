#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/security/keys.h"
#include "common/transport/admission.h"
#include "common/transport/counters.h"
#include "common/transport/poll.h"
#include "common/wire/envelope.h"

namespace covey::transport {

/// A session of a client: valid until it disconnects, never reused.
struct Peer {
  std::string routing_id;

  friend bool operator==(const Peer& a, const Peer& b) { return a.routing_id == b.routing_id; }
  friend bool operator!=(const Peer& a, const Peer& b) { return !(a == b); }
  friend bool operator<(const Peer& a, const Peer& b) { return a.routing_id < b.routing_id; }
};

struct Received {
  Peer peer;
  /// As proved by the encrypted link, never as claimed by a message.
  security::PublicKey key{};
  /// kCorrupt when this was not one or two frames of allowed size; `frames` is empty then.
  Status status;
  wire::Frames frames;
};

struct ServerOptions {
  int queue_messages_max = 64;  ///< per client and direction; must exceed wire::kCreditsMax
  int handshake_ms_max = 10'000;
  double unknown_per_minute = 60;  ///< connections of unknown keys, after a first burst of as many
  std::function<double()> clock;   ///< seconds, monotonic; empty: the machine's
};

/// The coordinator's end: a ROUTER socket behind CURVE. One thread uses it; wait() also answers the
/// authentication requests of the socket (ZAP), so a loop that does not come back to wait() lets nobody in.
class Server {
 public:
  /// Listens on `endpoint`, such as tcp://*:7170; port * takes a free one.
  ///   errors  kInvalidArgument for a bad endpoint, kUnavailable when the address is in use
  static Result<std::unique_ptr<Server>> bind(const std::string& endpoint, const security::CurveKeys& keys,
                                              AdmissionPolicy policy, ServerOptions options = {});
  /// Drops what is not yet sent; see close().
  ~Server();

  /// With the actual port.
  const std::string& endpoint() const;

  /// Blocks until a message or one of `descriptors` can be read, at most `timeout_s` (negative: for ever).
  Result<Ready> wait(double timeout_s, const std::vector<int>& descriptors = {});

  /// The next message, if one is there. Never blocks.
  Result<std::optional<Received>> receive();

  /// Hands the frames to the socket. Never blocks.
  ///   errors  kNotFound    the peer is gone
  ///           kUnavailable its queue is full
  Status send(const Peer& peer, wire::Frames frames);
  /// The same for a part of bytes that many peers get: it is not copied, `owner` is held until it has left.
  /// What slow clients leave in their queues then costs no memory.
  Status send_lent(const Peer& peer, Bytes envelope, std::shared_ptr<const Bytes> owner, ByteSpan part);

  const Counters& counters() const;
  std::uint64_t refused_connections() const;  ///< by the policy or the rate limit

  /// Gives what was sent up to `flush_s` seconds to leave, then ends. Only counters() and endpoint() may be
  /// called after it.
  void close(double flush_s);

 private:
  struct State;
  template <typename SendRest>
  Status send_to(const Peer& peer, std::size_t bytes, SendRest&& send_rest);
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace covey::transport
