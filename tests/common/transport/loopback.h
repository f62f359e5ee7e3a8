#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <vector>

#include "common/transport/client.h"
#include "common/transport/server.h"

/// A server on a free loopback port and clients of it, all driven by the test's thread.
namespace covey::transport {

inline Admission admit_all(const security::PublicKey&) {
  return Admission::kEnrolled;
}

/// The smallest message: one frame with `fill` in every byte.
inline wire::Frames frames_of(std::uint8_t fill, std::size_t envelope_bytes = 8) {
  wire::Frames frames;
  frames.envelope.assign(envelope_bytes, fill);
  return frames;
}

class Loopback {
 public:
  explicit Loopback(AdmissionPolicy policy = admit_all, ServerOptions options = {})
      : keys(security::CurveKeys::generate()) {
    auto bound = Server::bind("tcp://127.0.0.1:*", keys, std::move(policy), std::move(options));
    EXPECT_TRUE(bound.ok()) << bound.status().message();
    server = *std::move(bound);
  }

  std::unique_ptr<Client> client(const security::CurveKeys& own = security::CurveKeys::generate(),
                                 ClientOptions options = {}) const {
    return client_with(keys.public_key, own, options);
  }

  std::unique_ptr<Client> client_with(const security::PublicKey& server_key,
                                      const security::CurveKeys& own = security::CurveKeys::generate(),
                                      ClientOptions options = {}) const {
    auto made = Client::connect(server->endpoint(), server_key, own, options);
    EXPECT_TRUE(made.ok()) << made.status().message();
    return *std::move(made);
  }

  /// Lets server and clients work until `done`; false when that takes too many turns (about ten seconds).
  bool run_until(const std::vector<Client*>& clients, const std::function<bool()>& done) {
    for (int turn = 0; turn < 1000; ++turn) {
      if (done()) return true;
      EXPECT_TRUE(server->wait(0.005).ok());
      while (auto received = take_one()) inbox.push_back(*std::move(received));
      for (Client* client : clients) EXPECT_TRUE(client->wait(0.005).ok());
    }
    return done();
  }

  bool run_until_received(const std::vector<Client*>& clients, std::size_t count) {
    return run_until(clients, [&] { return inbox.size() >= count; });
  }

  std::optional<wire::Frames> client_receives(Client& client) {
    std::optional<wire::Frames> frames;
    run_until({&client}, [&] {
      auto got = client.receive();
      EXPECT_TRUE(got.ok()) << got.status().message();
      frames = *std::move(got);
      return frames.has_value();
    });
    return frames;
  }

  security::CurveKeys keys;
  std::unique_ptr<Server> server;
  std::vector<Received> inbox;

 private:
  std::optional<Received> take_one() {
    auto received = server->receive();
    EXPECT_TRUE(received.ok()) << received.status().message();
    return received.ok() ? *std::move(received) : std::nullopt;
  }
};

}  // namespace covey::transport
