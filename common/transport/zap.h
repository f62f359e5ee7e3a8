#pragma once

#include <cstdint>
#include <zmq.hpp>

#include "common/transport/admission.h"

namespace covey::transport::detail {

inline constexpr const char* kZapDomain = "covey";

/// Answers libzmq's question who may connect, for the one socket of its context.
///   source  ZeroMQ RFC 27 (ZAP); CURVE has proved by then that the peer owns the key
class ZapHandler {
 public:
  ZapHandler(zmq::context_t& context, AdmissionPolicy policy, double unknown_per_minute);

  zmq::socket_t& socket() { return socket_; }
  /// Answers all requests that wait.
  void answer(double now_s);
  std::uint64_t refused() const { return refused_; }
  void close() { socket_.close(); }

 private:
  struct Verdict {
    const char* status;
    const char* text;
    std::string user_id;
  };
  Verdict judge(const std::vector<zmq::message_t>& request, double now_s);

  zmq::socket_t socket_;
  AdmissionPolicy policy_;
  RateLimit unknown_;
  std::uint64_t refused_ = 0;
};

}  // namespace covey::transport::detail
