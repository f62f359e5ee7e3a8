// Peers that do not keep to the protocol: raw ZeroMQ and raw TCP against the server's port.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <zmq.hpp>

#include "tests/common/transport/loopback.h"

namespace covey::transport {
namespace {

/// A DEALER without any of Client's care. With keys it speaks CURVE.
struct RawClient {
  RawClient(const Loopback& net, const security::CurveKeys* keys)
      : socket(context, zmq::socket_type::dealer) {
    socket.set(zmq::sockopt::linger, 0);
    if (keys != nullptr) {
      const auto buffer = [](ByteSpan bytes) { return zmq::const_buffer(bytes.data(), bytes.size()); };
      socket.set(zmq::sockopt::curve_serverkey, buffer(net.keys.public_key));
      socket.set(zmq::sockopt::curve_publickey, buffer(keys->public_key));
      socket.set(zmq::sockopt::curve_secretkey, buffer(keys->secret_key.bytes()));
    }
    socket.connect(net.server->endpoint());
  }

  void send(std::size_t bytes, bool more) {
    socket.send(zmq::message_t(bytes), more ? zmq::send_flags::sndmore : zmq::send_flags::none);
  }

  zmq::context_t context;
  zmq::socket_t socket;
};

/// The server still serves an honest client.
void expect_unharmed(Loopback& net) {
  net.inbox.clear();
  const auto honest = net.client();
  ASSERT_TRUE(honest->send(frames_of(1)).ok());
  ASSERT_TRUE(net.run_until({honest.get()}, [&] {
    return !net.inbox.empty() && net.inbox.back().frames.envelope == frames_of(1).envelope;
  }));
  ASSERT_TRUE(net.server->send(net.inbox.back().peer, frames_of(2)).ok());
  EXPECT_TRUE(net.client_receives(*honest).has_value());
}

TEST(Hostile, ZeroMqWithoutCurveGetsNothing) {
  Loopback net;
  RawClient raw(net, nullptr);
  raw.send(8, false);
  expect_unharmed(net);
  EXPECT_EQ(net.inbox.size(), 1u);  // the honest client's only
  zmq::message_t answer;
  EXPECT_FALSE(raw.socket.recv(answer, zmq::recv_flags::dontwait));
}

TEST(Hostile, AnotherSocketTypeIsNotHeard) {
  Loopback net;
  zmq::context_t context;
  zmq::socket_t raw(context, zmq::socket_type::pub);
  raw.set(zmq::sockopt::linger, 0);
  raw.connect(net.server->endpoint());
  raw.send(zmq::message_t(8), zmq::send_flags::none);
  expect_unharmed(net);
  EXPECT_EQ(net.inbox.size(), 1u);
}

TEST(Hostile, ThreeFramesAreReportedAsMalformed) {
  Loopback net;
  const auto keys = security::CurveKeys::generate();
  RawClient raw(net, &keys);
  for (int i = 0; i < 4; ++i) raw.send(8, true);
  raw.send(8, false);
  ASSERT_TRUE(net.run_until_received({}, 1));
  EXPECT_EQ(net.inbox[0].status.code(), Code::kCorrupt);
  EXPECT_EQ(net.inbox[0].status.message(), "a message of more than two frames");
  EXPECT_EQ(net.inbox[0].key, keys.public_key);
  EXPECT_TRUE(net.inbox[0].frames.envelope.empty());
  EXPECT_EQ(net.server->counters().malformed, 1u);
  // The peer can still be told, and its next message is heard.
  ASSERT_TRUE(net.server->send(net.inbox[0].peer, frames_of(3)).ok());
  raw.send(8, false);
  ASSERT_TRUE(net.run_until_received({}, 2));
  EXPECT_TRUE(net.inbox[1].status.ok());
  expect_unharmed(net);
}

TEST(Hostile, AnEnvelopeAboveItsLimitIsReportedAsMalformed) {
  Loopback net;
  const auto keys = security::CurveKeys::generate();
  RawClient raw(net, &keys);
  raw.send(wire::kEnvelopeBytesMax + 1, false);
  raw.send(wire::kEnvelopeBytesMax, false);
  raw.send(8, true);
  raw.send(wire::kChunkBytes + 1, false);
  ASSERT_TRUE(net.run_until_received({}, 3));
  EXPECT_EQ(net.inbox[0].status.message(), "an envelope of 65537 bytes, at most 65536 are allowed");
  EXPECT_TRUE(net.inbox[1].status.ok());
  EXPECT_EQ(net.inbox[2].status.message(), "a second frame of 262145 bytes, at most 262144 are allowed");
}

TEST(Hostile, AFrameAboveTheSocketsLimitEndsThatConnectionOnly) {
  Loopback net;
  const auto keys = security::CurveKeys::generate();
  RawClient raw(net, &keys);
  raw.send(8, false);
  ASSERT_TRUE(net.run_until_received({}, 1));
  const Peer peer = net.inbox[0].peer;
  raw.socket.set(zmq::sockopt::reconnect_ivl, -1);
  raw.send(64 << 20, false);
  Status status;
  EXPECT_TRUE(net.run_until({}, [&] {
    status = net.server->send(peer, frames_of(1));
    return !status.ok();
  }));
  EXPECT_EQ(status.code(), Code::kNotFound) << status.message();
  EXPECT_EQ(net.inbox.size(), 1u);
  expect_unharmed(net);
}

TEST(Hostile, AServerThatNeverAnswersIsToldAsNoAnswer) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof(address);
  ASSERT_EQ(::bind(listener, reinterpret_cast<const sockaddr*>(&address), length), 0);
  ASSERT_EQ(::listen(listener, 1), 0);
  ASSERT_EQ(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length), 0);
  const std::string where = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));

  const auto keys = security::CurveKeys::generate();
  ClientOptions options;
  options.handshake_ms_max = 50;
  auto client = Client::connect("tcp://" + where, keys.public_key, keys, options);
  ASSERT_TRUE(client.ok());
  for (int turn = 0; turn < 1000 && (*client)->failure().ok(); ++turn)
    ASSERT_TRUE((*client)->wait(0.01).ok());
  EXPECT_EQ((*client)->failure().code(), Code::kUnavailable);
  EXPECT_EQ((*client)->failure().message(), "no answer from " + where);
  ::close(listener);
}

TEST(Hostile, GarbageOnTheTcpPortIsIgnored) {
  Loopback net;
  const std::string endpoint = net.server->endpoint();
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(endpoint.substr(endpoint.rfind(':') + 1))));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const std::string zmtp_greeting("\xff\x00\x00\x00\x00\x00\x00\x00\x01\x7f\x03", 11);
  for (const std::string& text :
       {std::string("GET / HTTP/1.1\r\n\r\n"), zmtp_greeting, std::string("\xff")}) {
    const int tcp = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ASSERT_EQ(::connect(tcp, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
    ASSERT_GT(::send(tcp, text.data(), text.size(), MSG_NOSIGNAL), 0);
    expect_unharmed(net);
    ::close(tcp);
  }
  EXPECT_EQ(net.inbox.size(), 1u);
}

}  // namespace
}  // namespace covey::transport
