#pragma once

#include <cstdint>
#include <string>

#include "common/base/status.h"

namespace covey::transport {

/// The host and port of "tcp://HOST:PORT". An IPv6 address stands in brackets.
struct Endpoint {
  std::string host;  ///< without brackets
  std::string port;  ///< 1..65535, or "*"

  bool ipv6() const { return host.find(':') != std::string::npos; }
  /// "HOST:PORT", with the brackets that an IPv6 address needs.
  std::string host_and_port() const;
  std::string text() const { return "tcp://" + host_and_port(); }
};

enum class Wildcards { kAllowed, kRefused };

/// kInvalidArgument with what is allowed. Wildcards are a host or port of "*", for those who listen.
Result<Endpoint> parse_endpoint(const std::string& text, Wildcards wildcards);

/// The endpoint with a numeric address, IPv4 if the host has one. Blocks while the name is looked up.
///   errors  kUnavailable when the name is not known
Result<Endpoint> resolve(const Endpoint& endpoint);

}  // namespace covey::transport
