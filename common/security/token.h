#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/digest.h"

namespace covey::security {

/// 32 random bytes as 64 hexadecimal digits: lets one device enrol once. Only its digest is stored.
std::string make_token();

/// What the coordinator stores and looks up. kInvalidArgument unless `text` has the form of a token; the text
/// is not repeated in the message.
Result<Digest> token_digest(std::string_view text);

/// Seconds in a duration such as 90s, 30m, 24h or 7d; at least one second, at most ten years.
/// kInvalidArgument with what is allowed.
Result<std::uint64_t> parse_duration_s(std::string_view text);

}  // namespace covey::security
