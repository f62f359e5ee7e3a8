#include "common/transport/endpoint.h"

#include <netdb.h>
#include <sys/socket.h>

#include <array>
#include <charconv>
#include <memory>
#include <string_view>

namespace covey::transport {

namespace {

constexpr std::string_view kScheme = "tcp://";

bool is_port(std::string_view text) {
  unsigned value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && stop == text.data() + text.size() && value >= 1 && value <= 65535;
}

bool is_host(std::string_view text, bool bracketed) {
  if (text.empty() || text.size() > 253) return false;
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!letter && c != '.' && c != '-' && c != '_' && !(bracketed && (c == ':' || c == '%'))) return false;
  }
  return true;
}

struct FreeAddresses {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};

const addrinfo* preferred(const addrinfo* list) {
  for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
    if (entry->ai_family == AF_INET) return entry;
  }
  return list;
}

}  // namespace

std::string Endpoint::host_and_port() const {
  return (ipv6() ? "[" + host + "]" : host) + ":" + port;
}

Result<Endpoint> parse_endpoint(const std::string& text, Wildcards wildcards) {
  const bool listening = wildcards == Wildcards::kAllowed;
  const Status wrong = invalid_argument("'" + text.substr(0, 80) + "' is not an address such as " +
                                        (listening ? "tcp://*:7170" : "tcp://host.example:7170"));
  std::string_view rest = text;
  if (rest.substr(0, kScheme.size()) != kScheme) return wrong;
  rest.remove_prefix(kScheme.size());
  const std::size_t colon = rest.rfind(':');
  if (colon == std::string_view::npos) return wrong;
  std::string_view host = rest.substr(0, colon);
  const std::string_view port = rest.substr(colon + 1);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (!is_host(host, bracketed) && !(listening && host == "*")) return wrong;
  if (!is_port(port) && !(listening && port == "*")) return wrong;
  return Endpoint{std::string(host), std::string(port)};
}

Result<Endpoint> resolve(const Endpoint& endpoint) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* raw = nullptr;
  const int error = ::getaddrinfo(endpoint.host.c_str(), nullptr, &hints, &raw);
  const std::unique_ptr<addrinfo, FreeAddresses> list(raw);
  if (error != 0) return unavailable("no address for host " + endpoint.host + ": " + ::gai_strerror(error));
  const addrinfo* entry = preferred(list.get());
  std::array<char, NI_MAXHOST> numeric{};
  const int failed = ::getnameinfo(entry->ai_addr, entry->ai_addrlen, numeric.data(), numeric.size(), nullptr,
                                   0, NI_NUMERICHOST);
  if (failed != 0) return unavailable("no address for host " + endpoint.host + ": " + ::gai_strerror(failed));
  return Endpoint{numeric.data(), endpoint.port};
}

}  // namespace covey::transport
