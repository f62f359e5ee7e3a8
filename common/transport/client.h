#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/security/keys.h"
#include "common/transport/counters.h"
#include "common/transport/poll.h"
#include "common/wire/envelope.h"

namespace covey::transport {

struct ClientOptions {
  int queue_messages_max = 64;
  int connect_ms_max = 10'000;
  int handshake_ms_max = 10'000;
};

/// A client's end: one session over a DEALER socket with CURVE. It connects once and never again: after a
/// failure the owner makes a new Client when it thinks fit. One thread uses it.
class Client {
 public:
  enum class Link { kConnecting, kReady, kFailed };

  /// Begins to connect to `endpoint`, such as tcp://host:7170. Returns before the server has answered.
  ///   errors  kInvalidArgument for a bad endpoint, kUnavailable when the host's name is not known
  static Result<std::unique_ptr<Client>> connect(const std::string& endpoint,
                                                 const security::PublicKey& server_key,
                                                 const security::CurveKeys& keys, ClientOptions options = {});
  ~Client();

  /// As of the last wait(). Messages may be sent while connecting; they leave once the link is ready. A link
  /// counts as failed only when everything that arrived before has been read.
  Link link() const;
  /// Ok unless the link failed; then kUnavailable "no answer from HOST:PORT" or "connection to HOST:PORT
  /// lost", or kRefused "handshake failed: ..." (wrong server key, or the coordinator refuses this device's
  /// key).
  Status failure() const;

  /// Blocks until a message or one of `descriptors` can be read or the link changes, at most `timeout_s`
  /// (negative: for ever).
  Result<Ready> wait(double timeout_s, const std::vector<int>& descriptors = {});

  /// The next message, if one is there. Never blocks.
  ///   errors  kCorrupt for a message that is not one or two frames of allowed size
  Result<std::optional<wire::Frames>> receive();

  /// Hands the frames to the socket. Never blocks.
  ///   errors  kUnavailable when the link failed or the queue is full
  Status send(wire::Frames frames);
  /// The same with `part` of `owner` as the second frame, without a copy; `owner` lives until it has left.
  Status send_lent(Bytes envelope, std::shared_ptr<const Bytes> owner, ByteSpan part);

  const Counters& counters() const;

  /// Gives what was sent up to `flush_s` seconds to leave, then ends.
  void close(double flush_s);

 private:
  struct State;
  template <typename Send>
  Status send_with(std::size_t bytes, Send&& send);
  explicit Client(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace covey::transport
