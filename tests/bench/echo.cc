#include "tests/bench/echo.h"

#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>
#include <zmq.hpp>

#include "common/security/keys.h"
#include "common/wire/limits.h"
#include "tests/bench/child_process.h"

namespace covey::bench {

namespace {

using wire::kChunkBytes;

zmq::const_buffer key_buffer(ByteSpan key) {
  return {key.data(), key.size()};
}

void set_keys(zmq::socket_t& socket, const security::CurveKeys& keys) {
  socket.set(zmq::sockopt::curve_publickey, key_buffer(keys.public_key));
  socket.set(zmq::sockopt::curve_secretkey, key_buffer(keys.secret_key.bytes()));
}

void write_line(int output, const std::string& text) {
  const std::string line = text + "\n";
  COVEY_CHECK(::write(output, line.data(), line.size()) == static_cast<ssize_t>(line.size()));
}

std::uint64_t message_count(const EchoCase& echo) {
  return (echo.bytes + kChunkBytes - 1) / kChunkBytes;
}

/// Writes its address, then the seconds from the first message to the last.
void serve(const EchoCase& echo, const security::CurveKeys& keys, int output) {
  zmq::context_t context;
  zmq::socket_t socket(context, zmq::socket_type::router);
  socket.set(zmq::sockopt::curve_server, echo.curve);
  if (echo.curve) set_keys(socket, keys);
  socket.bind("tcp://127.0.0.1:*");
  write_line(output, socket.get(zmq::sockopt::last_endpoint));
  std::vector<zmq::message_t> peers(static_cast<std::size_t>(echo.peers));
  const auto receive = [&](zmq::message_t& peer, zmq::message_t& body) {
    return socket.recv(peer).has_value() && socket.recv(body).has_value();
  };
  zmq::message_t body;
  for (zmq::message_t& peer : peers) receive(peer, body);  // all are connected: go
  const double started = monotonic_seconds();
  for (zmq::message_t& peer : peers) {
    socket.send(peer, zmq::send_flags::sndmore);
    socket.send(zmq::message_t(), zmq::send_flags::none);
  }
  const std::uint64_t messages = message_count(echo) * static_cast<std::uint64_t>(echo.peers) *
                                 static_cast<std::uint64_t>(echo.exchanges);
  for (std::uint64_t i = 0; i < messages; ++i) {
    zmq::message_t peer;
    receive(peer, body);
    socket.send(peer, zmq::send_flags::sndmore);
    socket.send(body, zmq::send_flags::none);
  }
  write_line(output, std::to_string(monotonic_seconds() - started));
}

void send_and_receive(const EchoCase& echo, zmq::socket_t& socket, Bytes& model) {
  for (std::uint64_t offset = 0; offset < echo.bytes; offset += kChunkBytes) {
    const auto size = std::min<std::uint64_t>(kChunkBytes, echo.bytes - offset);
    zmq::message_t message(model.data() + offset, size, nullptr);  // not copied: `model` outlives the socket
    socket.send(message, zmq::send_flags::none);
  }
  zmq::message_t back;
  for (std::uint64_t i = 0; i < message_count(echo); ++i) COVEY_CHECK(socket.recv(back).has_value());
}

void exchange(const EchoCase& echo, const std::string& endpoint, const security::PublicKey& server_key) {
  Bytes model(echo.bytes, 1);
  zmq::context_t context;
  zmq::socket_t socket(context, zmq::socket_type::dealer);
  if (echo.curve) {
    set_keys(socket, security::CurveKeys::generate());
    socket.set(zmq::sockopt::curve_serverkey, key_buffer(server_key));
  }
  socket.connect(endpoint);
  socket.send(zmq::message_t(), zmq::send_flags::none);
  zmq::message_t go;
  COVEY_CHECK(socket.recv(go).has_value());
  for (int i = 0; i < echo.exchanges; ++i) send_and_receive(echo, socket, model);
}

}  // namespace

Result<EchoCost> run_echo(const EchoCase& echo) {
  const security::CurveKeys keys = security::CurveKeys::generate();
  COVEY_ASSIGN_OR_RETURN(ChildProcess server,
                         ChildProcess::fork_into([&](int output) { serve(echo, keys, output); }));
  const auto endpoint = server.read_line();
  if (!endpoint) return internal_error("the echo server did not start");
  std::vector<ChildProcess> peers;
  for (int i = 0; i < echo.peers; ++i) {
    COVEY_ASSIGN_OR_RETURN(ChildProcess peer,
                           ChildProcess::fork_into([&](int) { exchange(echo, *endpoint, keys.public_key); }));
    peers.push_back(std::move(peer));
  }
  const auto seconds = server.read_line();
  if (!seconds) return internal_error("the echo server failed");
  double cpu_s = 0;
  for (ChildProcess& peer : peers) {
    COVEY_ASSIGN_OR_RETURN(const Usage usage, peer.wait());
    cpu_s += usage.cpu_s;
  }
  COVEY_ASSIGN_OR_RETURN(const Usage usage, server.wait());
  cpu_s += usage.cpu_s;
  const double exchanges = echo.peers * echo.exchanges;
  return EchoCost{exchanges / std::stod(*seconds), 1000 * cpu_s / exchanges};
}

}  // namespace covey::bench
