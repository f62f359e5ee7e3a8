#include "common/transport/endpoint.h"

#include <gtest/gtest.h>

namespace covey::transport {
namespace {

TEST(Endpoint, ReadsHostAndPort) {
  const auto plain = parse_endpoint("tcp://host.example:7170", Wildcards::kRefused);
  ASSERT_TRUE(plain.ok());
  EXPECT_EQ(plain->host, "host.example");
  EXPECT_EQ(plain->port, "7170");
  EXPECT_FALSE(plain->ipv6());
  EXPECT_EQ(plain->text(), "tcp://host.example:7170");
  const auto v6 = parse_endpoint("tcp://[::1]:65535", Wildcards::kRefused);
  ASSERT_TRUE(v6.ok());
  EXPECT_TRUE(v6->ipv6());
  EXPECT_EQ(v6->host, "::1");
  EXPECT_EQ(v6->text(), "tcp://[::1]:65535");
}

TEST(Endpoint, OnlyListenersMayUseWildcards) {
  EXPECT_TRUE(parse_endpoint("tcp://*:*", Wildcards::kAllowed).ok());
  EXPECT_FALSE(parse_endpoint("tcp://*:7170", Wildcards::kRefused).ok());
  EXPECT_FALSE(parse_endpoint("tcp://host:*", Wildcards::kRefused).ok());
}

TEST(Endpoint, RejectsOtherText) {
  for (const char* text :
       {"", "host:7170", "tcp://", "tcp://host", "tcp://host:", "tcp://:7170", "tcp://host:0",
        "tcp://host:65536", "tcp://host:7170x", "tcp://host:-1", "tcp://ho st:7170", "tcp://host/x:7170",
        "ipc://x:1", "tcp://::1:7170", "tcp://[]:7170", "TCP://host:1"}) {
    const auto parsed = parse_endpoint(text, Wildcards::kAllowed);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_EQ(parsed.status().code(), Code::kInvalidArgument);
    EXPECT_NE(parsed.status().message().find("'" + std::string(text) + "' is not an address such as tcp://"),
              std::string::npos);
  }
}

TEST(Endpoint, ResolvesNumbersAndRefusesUnknownNames) {
  EXPECT_EQ(resolve({"127.0.0.1", "1"})->text(), "tcp://127.0.0.1:1");
  const auto unknown = resolve({"no-such-host.invalid", "1"});
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.status().code(), Code::kUnavailable);
  EXPECT_NE(unknown.status().message().find("no-such-host.invalid"), std::string::npos);
}

}  // namespace
}  // namespace covey::transport
