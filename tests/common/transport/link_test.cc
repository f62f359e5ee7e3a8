// Server and Client over real loopback sockets with CURVE.
#include <sys/eventfd.h>
#include <unistd.h>

#include "tests/common/transport/loopback.h"

namespace covey::transport {
namespace {

TEST(Link, CarriesFramesBothWaysAndCountsThem) {
  Loopback net;
  const auto client = net.client();
  wire::Frames up = frames_of(1);
  up.blob.assign(wire::kChunkBytes, 7);
  up.has_blob = true;
  ASSERT_TRUE(client->send(up).ok());
  ASSERT_TRUE(net.run_until_received({client.get()}, 1));
  EXPECT_TRUE(net.inbox[0].status.ok());
  EXPECT_EQ(net.inbox[0].frames.envelope, up.envelope);
  EXPECT_EQ(net.inbox[0].frames.blob, up.blob);
  EXPECT_TRUE(net.inbox[0].frames.has_blob);

  ASSERT_TRUE(net.server->send(net.inbox[0].peer, frames_of(2, 100)).ok());
  const auto down = net.client_receives(*client);
  ASSERT_TRUE(down.has_value());
  EXPECT_EQ(down->envelope, frames_of(2, 100).envelope);
  EXPECT_FALSE(down->has_blob);
  EXPECT_EQ(client->link(), Client::Link::kReady);

  EXPECT_EQ(client->counters().bytes_sent, 8 + wire::kChunkBytes);
  EXPECT_EQ(net.server->counters().bytes_received, 8 + wire::kChunkBytes);
  EXPECT_EQ(net.server->counters().bytes_sent, 100u);
  EXPECT_EQ(client->counters().bytes_received, 100u);
  EXPECT_EQ(net.server->counters().messages_received, 1u);
}

TEST(Link, LentBytesArriveUnchangedAndAreGivenBack) {
  Loopback net;
  const auto client = net.client();
  ASSERT_TRUE(client->send(frames_of(1)).ok());
  ASSERT_TRUE(net.run_until_received({client.get()}, 1));
  const auto owner = std::make_shared<const Bytes>(wire::kChunkBytes, std::uint8_t{9});
  const ByteSpan part = ByteSpan(*owner).subspan(5, 1000);
  ASSERT_TRUE(net.server->send_lent(net.inbox[0].peer, frames_of(2).envelope, owner, part).ok());
  const auto down = net.client_receives(*client);
  ASSERT_TRUE(down.has_value());
  EXPECT_EQ(down->envelope, frames_of(2).envelope);
  EXPECT_EQ(down->blob, Bytes(1000, 9));
  EXPECT_EQ(*owner, Bytes(wire::kChunkBytes, 9));
  EXPECT_EQ(net.server->counters().bytes_sent, frames_of(2).envelope.size() + 1000);
  net.server->close(1);
  EXPECT_EQ(owner.use_count(), 1);

  const Peer nobody{"nobody"};
  Loopback other;
  EXPECT_EQ(other.server->send_lent(nobody, frames_of(2).envelope, owner, part).code(), Code::kNotFound);
  EXPECT_EQ(owner.use_count(), 1);
}

TEST(Link, AnEmptySecondFrameIsASecondFrame) {
  Loopback net;
  const auto client = net.client();
  wire::Frames frames = frames_of(1);
  frames.has_blob = true;
  ASSERT_TRUE(client->send(frames).ok());
  ASSERT_TRUE(net.run_until_received({client.get()}, 1));
  EXPECT_TRUE(net.inbox[0].frames.has_blob);
  EXPECT_TRUE(net.inbox[0].frames.blob.empty());
}

TEST(Link, TellsEachClientByTheKeyThatItProved) {
  Loopback net;
  const auto keys_a = security::CurveKeys::generate();
  const auto keys_b = security::CurveKeys::generate();
  const auto a = net.client(keys_a);
  const auto b = net.client(keys_b);
  ASSERT_TRUE(a->send(frames_of(1)).ok());
  ASSERT_TRUE(b->send(frames_of(2)).ok());
  ASSERT_TRUE(net.run_until_received({a.get(), b.get()}, 2));
  for (const Received& received : net.inbox) {
    EXPECT_EQ(received.key, received.frames.envelope[0] == 1 ? keys_a.public_key : keys_b.public_key);
  }
  EXPECT_NE(net.inbox[0].peer, net.inbox[1].peer);

  const Received& from_b = net.inbox[0].frames.envelope[0] == 2 ? net.inbox[0] : net.inbox[1];
  ASSERT_TRUE(net.server->send(from_b.peer, frames_of(9)).ok());
  EXPECT_TRUE(net.client_receives(*b).has_value());
  EXPECT_FALSE((*a->receive()).has_value());
}

TEST(Link, ASecondSessionOfOneKeyIsAnotherPeer) {
  Loopback net;
  const auto keys = security::CurveKeys::generate();
  const auto older = net.client(keys);
  const auto newer = net.client(keys);
  ASSERT_TRUE(older->send(frames_of(1)).ok());
  ASSERT_TRUE(newer->send(frames_of(2)).ok());
  ASSERT_TRUE(net.run_until_received({older.get(), newer.get()}, 2));
  EXPECT_EQ(net.inbox[0].key, net.inbox[1].key);
  EXPECT_NE(net.inbox[0].peer, net.inbox[1].peer);
}

TEST(Link, AWrongServerKeyIsAVisibleHandshakeFailure) {
  Loopback net;
  const auto client = net.client_with(security::CurveKeys::generate().public_key);
  ASSERT_TRUE(client->send(frames_of(1)).ok());
  ASSERT_TRUE(net.run_until({client.get()}, [&] { return client->link() == Client::Link::kFailed; }));
  EXPECT_EQ(client->failure().code(), Code::kRefused);
  EXPECT_NE(client->failure().message().find("handshake failed: "), std::string::npos)
      << client->failure().message();
  EXPECT_NE(client->failure().message().find("server key is wrong"), std::string::npos)
      << client->failure().message();
  EXPECT_TRUE(net.inbox.empty());
  EXPECT_FALSE(client->send(frames_of(1)).ok());
}

TEST(Link, ARefusedKeyIsToldSoAndOthersComeIn) {
  const auto revoked = security::CurveKeys::generate();
  Loopback net([&](const security::PublicKey& key) {
    return key == revoked.public_key ? Admission::kRefused : Admission::kEnrolled;
  });
  const auto bad = net.client(revoked);
  const auto good = net.client();
  ASSERT_TRUE(bad->send(frames_of(1)).ok());
  ASSERT_TRUE(good->send(frames_of(2)).ok());
  ASSERT_TRUE(net.run_until({bad.get(), good.get()},
                            [&] { return bad->link() == Client::Link::kFailed && !net.inbox.empty(); }));
  EXPECT_EQ(bad->failure().message(), "handshake failed: the coordinator refuses this device's key");
  ASSERT_EQ(net.inbox.size(), 1u);
  EXPECT_EQ(net.inbox[0].frames.envelope[0], 2);
  EXPECT_EQ(net.server->refused_connections(), 1u);
}

TEST(Link, UnknownKeysAreLimitedAndEnrolledOnesAreNot) {
  double now = 100;
  ServerOptions options;
  options.unknown_per_minute = 1;
  options.clock = [&] { return now; };
  const auto enrolled = security::CurveKeys::generate();
  Loopback net(
      [&](const security::PublicKey& key) {
        return key == enrolled.public_key ? Admission::kEnrolled : Admission::kUnknown;
      },
      options);
  const auto first = net.client();
  ASSERT_TRUE(net.run_until({first.get()}, [&] { return first->link() == Client::Link::kReady; }));
  const auto second = net.client();
  ASSERT_TRUE(net.run_until({second.get()}, [&] { return second->link() == Client::Link::kFailed; }));
  EXPECT_EQ(second->failure().code(), Code::kUnavailable);
  EXPECT_NE(second->failure().message().find("try again later"), std::string::npos)
      << second->failure().message();
  const auto known = net.client(enrolled);
  ASSERT_TRUE(net.run_until({known.get()}, [&] { return known->link() == Client::Link::kReady; }));
  now += 60;
  const auto third = net.client();
  EXPECT_TRUE(net.run_until({third.get()}, [&] { return third->link() == Client::Link::kReady; }));
}

TEST(Link, NobodyListeningIsToldAsNoAnswer) {
  std::string endpoint;
  {
    Loopback net;
    endpoint = net.server->endpoint();
  }
  const auto keys = security::CurveKeys::generate();
  auto client = Client::connect(endpoint, keys.public_key, keys);
  ASSERT_TRUE(client.ok());
  for (int turn = 0; turn < 1000 && (*client)->link() == Client::Link::kConnecting; ++turn) {
    ASSERT_TRUE((*client)->wait(0.01).ok());
  }
  EXPECT_EQ((*client)->failure().code(), Code::kUnavailable);
  EXPECT_EQ((*client)->failure().message(), "no answer from " + endpoint.substr(6));
}

TEST(Link, AServerThatEndsIsALostConnection) {
  Loopback net;
  const auto client = net.client();
  ASSERT_TRUE(net.run_until({client.get()}, [&] { return client->link() == Client::Link::kReady; }));
  net.server.reset();
  for (int turn = 0; turn < 1000 && client->failure().ok(); ++turn) ASSERT_TRUE(client->wait(0.01).ok());
  EXPECT_NE(client->failure().message().find(" lost"), std::string::npos) << client->failure().message();
}

TEST(Link, SendingToAPeerThatIsGoneOrUnknownIsAStatus) {
  Loopback net;
  auto client = net.client();
  ASSERT_TRUE(client->send(frames_of(1)).ok());
  ASSERT_TRUE(net.run_until_received({client.get()}, 1));
  client.reset();
  Status status;
  ASSERT_TRUE(net.run_until({}, [&] {
    status = net.server->send(net.inbox[0].peer, frames_of(2));
    return !status.ok();
  }));
  EXPECT_EQ(status.code(), Code::kNotFound) << status.message();
  EXPECT_EQ(net.server->send({"never seen"}, frames_of(2)).code(), Code::kNotFound);
}

TEST(Link, AFullQueueIsAStatusAndOthersAreServed) {
  ServerOptions options;
  options.queue_messages_max = 17;
  Loopback net(admit_all, options);
  const auto slow = net.client();
  const auto fast = net.client();
  ASSERT_TRUE(slow->send(frames_of(1)).ok());
  ASSERT_TRUE(fast->send(frames_of(2)).ok());
  ASSERT_TRUE(net.run_until_received({slow.get(), fast.get()}, 2));
  const bool slow_first = net.inbox[0].frames.envelope[0] == 1;
  const Peer slow_peer = net.inbox[slow_first ? 0 : 1].peer;
  const Peer fast_peer = net.inbox[slow_first ? 1 : 0].peer;

  wire::Frames big = frames_of(3);
  big.blob.assign(wire::kChunkBytes, 5);
  big.has_blob = true;
  Status status;
  int accepted = 0;
  for (; accepted < 1000 && status.ok(); ++accepted) status = net.server->send(slow_peer, big);
  EXPECT_EQ(status.code(), Code::kUnavailable) << status.message();
  EXPECT_LT(accepted, 1000);

  ASSERT_TRUE(net.server->send(fast_peer, frames_of(4)).ok());
  EXPECT_TRUE(net.client_receives(*fast).has_value());
  // What was accepted arrives whole: a full queue never cuts a message in two.
  for (int i = 0; i < accepted - 1; ++i) {
    const auto frames = net.client_receives(*slow);
    ASSERT_TRUE(frames.has_value()) << i;
    ASSERT_EQ(frames->blob.size(), wire::kChunkBytes);
  }
}

TEST(Link, WhatWasSentBeforeCloseIsReadBeforeTheLinkFails) {
  Loopback net;
  const auto client = net.client();
  ASSERT_TRUE(client->send(frames_of(1)).ok());
  ASSERT_TRUE(net.run_until_received({client.get()}, 1));
  for (std::uint8_t i = 0; i < 5; ++i) ASSERT_TRUE(net.server->send(net.inbox[0].peer, frames_of(i)).ok());
  net.server->close(5);
  EXPECT_EQ(net.server->counters().messages_sent, 5u);

  // Like a daemon: the state of the link first, then one message.
  std::uint8_t read = 0;
  for (int turn = 0; turn < 1000 && client->link() != Client::Link::kFailed; ++turn) {
    ASSERT_TRUE(client->wait(0.01).ok());
    const auto frames = client->receive();
    ASSERT_TRUE(frames.ok());
    if (!*frames) continue;
    EXPECT_EQ((*frames)->envelope[0], read);
    ++read;
  }
  EXPECT_EQ(read, 5);
  EXPECT_NE(client->failure().message().find(" lost"), std::string::npos) << client->failure().message();
  EXPECT_TRUE(client->wait(-1).ok());  // returns although nothing will ever come
}

TEST(Link, WaitReturnsForADescriptor) {
  Loopback net;
  const auto client = net.client();
  const int event = ::eventfd(0, EFD_CLOEXEC);
  ASSERT_GE(event, 0);
  const auto idle = net.server->wait(0, {event});
  ASSERT_TRUE(idle.ok());
  EXPECT_TRUE(idle->descriptors.empty());
  const std::uint64_t one = 1;
  ASSERT_EQ(::write(event, &one, sizeof(one)), static_cast<ssize_t>(sizeof(one)));
  for (Result<Ready> ready : {net.server->wait(-1, {event}), client->wait(-1, {event})}) {
    ASSERT_TRUE(ready.ok());
    EXPECT_EQ(ready->descriptors, std::vector<int>{event});
    EXPECT_FALSE(ready->message);
  }
  ::close(event);
}

TEST(Link, RefusesBadAndBusyAddresses) {
  const auto keys = security::CurveKeys::generate();
  Loopback net;
  const auto busy = Server::bind(net.server->endpoint(), keys, admit_all);
  ASSERT_FALSE(busy.ok());
  EXPECT_EQ(busy.status().code(), Code::kUnavailable);
  EXPECT_NE(busy.status().message().find("cannot listen on " + net.server->endpoint()), std::string::npos);
  EXPECT_EQ(Server::bind("tcp://127.0.0.1", keys, admit_all).status().code(), Code::kInvalidArgument);
  EXPECT_EQ(Client::connect("http://x:1", keys.public_key, keys).status().code(), Code::kInvalidArgument);
  EXPECT_EQ(Client::connect("tcp://*:7170", keys.public_key, keys).status().code(), Code::kInvalidArgument);
}

}  // namespace
}  // namespace covey::transport
