#include "client/enrolment.h"

#include <chrono>

#include "common/transport/client.h"

namespace covey::client {

namespace {

double monotonic_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

Result<wire::Message> first_answer(transport::Client& link, const std::string& endpoint, double deadline) {
  while (true) {
    const double left = deadline - monotonic_seconds();
    if (left <= 0) return unavailable("no answer from " + endpoint);
    COVEY_ASSIGN_OR_RETURN([[maybe_unused]] const auto ready, link.wait(left));
    COVEY_ASSIGN_OR_RETURN(auto frames, link.receive());
    if (frames) return wire::decode(*std::move(frames), wire::Side::kClient);
    if (link.link() == transport::Client::Link::kFailed) return link.failure();
  }
}

}  // namespace

Result<store::Enrolment> enroll(const std::string& endpoint, const std::string& server_key,
                                const security::CurveKeys& keys, const std::string& token,
                                double seconds_max) {
  COVEY_ASSIGN_OR_RETURN(const security::ServerKey server, security::parse_server_key(server_key));
  COVEY_ASSIGN_OR_RETURN(const auto link, transport::Client::connect(endpoint, server.curve, keys));
  COVEY_RETURN_IF_ERROR(link->send(wire::encode(wire::Enroll{token})));
  COVEY_ASSIGN_OR_RETURN(const wire::Message answer,
                         first_answer(*link, endpoint, monotonic_seconds() + seconds_max));
  if (const auto* error = std::get_if<wire::Error>(&answer)) return refused(error->text);
  const auto* enrolled = std::get_if<wire::Enrolled>(&answer);
  if (enrolled == nullptr) return refused("the coordinator gave another answer than to an enrolment");
  if (!server.matches(enrolled->signing_key)) {
    return refused("the coordinator's signing key is not the one that --server-key vouches for");
  }
  return store::Enrolment{endpoint, server_key, enrolled->user, enrolled->signing_key};
}

}  // namespace covey::client
