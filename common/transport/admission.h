#pragma once

#include <functional>

#include "common/security/keys.h"

namespace covey::transport {

/// May the owner of a key open a session?
enum class Admission {
  kEnrolled,
  kUnknown,  ///< not bound to a user: may come in to enrol, but only so many per minute
  kRefused,  ///< revoked
};

/// Asked once for each new connection, on the thread that calls Server::wait.
using AdmissionPolicy = std::function<Admission(const security::PublicKey&)>;

/// Lets `burst` events through at once and `per_minute` after that (a token bucket).
class RateLimit {
 public:
  explicit RateLimit(double per_minute)
      : burst_(per_minute), per_second_(per_minute / 60), left_(per_minute) {}

  ///   now_s  monotonic
  bool allow(double now_s);

 private:
  double burst_;
  double per_second_;
  double left_;
  double last_s_ = 0;
  bool started_ = false;
};

}  // namespace covey::transport
