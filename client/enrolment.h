#pragma once

#include "common/security/server_key.h"
#include "common/store/device_store.h"

namespace covey::client {

/// Introduces a device to the coordinator with a one-time token and returns what it has to remember. The
/// device's key travels as the identity of the encrypted link.
///   errors  kRefused      the token was not taken, or the coordinator is not the one that `server_key` names
///           kUnavailable  no answer in time
Result<store::Enrolment> enroll(const std::string& endpoint, const std::string& server_key,
                                const security::CurveKeys& keys, const std::string& token,
                                double seconds_max = 20);

}  // namespace covey::client
