#include "common/transport/zap.h"

#include <algorithm>

#include "common/transport/zmq_socket.h"

namespace covey::transport {

bool RateLimit::allow(double now_s) {
  if (started_) left_ = std::min(burst_, left_ + (now_s - last_s_) * per_second_);
  started_ = true;
  last_s_ = now_s;
  if (left_ < 1) return false;
  left_ -= 1;
  return true;
}

namespace detail {

namespace {

// The frames of a request: version, request id, domain, address, identity, mechanism, credentials.
constexpr std::size_t kVersion = 0;
constexpr std::size_t kRequestId = 1;
constexpr std::size_t kDomain = 2;
constexpr std::size_t kMechanism = 5;
constexpr std::size_t kCredentials = 6;
constexpr std::size_t kRequestFrames = 7;

constexpr const char* kOk = "200";
constexpr const char* kTryLater = "500";  // 300 would close the connection without a word to the client
constexpr const char* kRefusedStatus = "400";

}  // namespace

ZapHandler::ZapHandler(zmq::context_t& context, AdmissionPolicy policy, double unknown_per_minute)
    : socket_(context, zmq::socket_type::rep), policy_(std::move(policy)), unknown_(unknown_per_minute) {
  socket_.set(zmq::sockopt::linger, 0);
  socket_.bind("inproc://zeromq.zap.01");
}

void ZapHandler::answer(double now_s) {
  while (const auto request = receive_parts(socket_, kRequestFrames)) {
    const std::vector<zmq::message_t>& frames = request->kept;
    const Verdict verdict =
        request->all_kept ? judge(frames, now_s) : Verdict{kRefusedStatus, "not a request", {}};
    if (verdict.status != kOk) ++refused_;
    const std::string request_id = frames.size() > kRequestId ? frames[kRequestId].to_string() : "";
    for (const std::string& part : {std::string("1.0"), request_id, std::string(verdict.status),
                                    std::string(verdict.text), verdict.user_id}) {
      socket_.send(zmq::buffer(part), zmq::send_flags::sndmore);
    }
    socket_.send(zmq::message_t(), zmq::send_flags::none);
  }
}

ZapHandler::Verdict ZapHandler::judge(const std::vector<zmq::message_t>& request, double now_s) {
  if (request.size() != kRequestFrames || request[kVersion].to_string_view() != "1.0" ||
      request[kDomain].to_string_view() != kZapDomain || request[kMechanism].to_string_view() != "CURVE") {
    return {kRefusedStatus, "not a request", {}};
  }
  const zmq::message_t& credentials = request[kCredentials];
  const auto key = security::public_key_from_bytes({credentials.data<std::uint8_t>(), credentials.size()});
  if (!key.ok()) return {kRefusedStatus, "not a key", {}};
  const Admission admission = policy_(*key);
  if (admission == Admission::kRefused) return {kRefusedStatus, "refused", {}};
  if (admission == Admission::kUnknown && !unknown_.allow(now_s)) return {kTryLater, "too many", {}};
  return {kOk, "welcome", to_hex(*key)};
}

}  // namespace detail
}  // namespace covey::transport
