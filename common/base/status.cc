#include "common/base/status.h"

namespace covey {

const char* code_name(Code code) {
  switch (code) {
    case Code::kOk:
      return "ok";
    case Code::kInvalidArgument:
      return "invalid argument";
    case Code::kNotFound:
      return "not found";
    case Code::kUnavailable:
      return "unavailable";
    case Code::kCorrupt:
      return "corrupt";
    case Code::kRefused:
      return "refused";
    case Code::kExhausted:
      return "exhausted";
    case Code::kInternal:
      return "internal";
  }
  return "unknown";
}

Status Status::with_context(const std::string& doing) const {
  return ok() ? *this : Status(code_, doing + ": " + message_);
}

Status invalid_argument(std::string message) {
  return {Code::kInvalidArgument, std::move(message)};
}
Status not_found(std::string message) {
  return {Code::kNotFound, std::move(message)};
}
Status unavailable(std::string message) {
  return {Code::kUnavailable, std::move(message)};
}
Status corrupt(std::string message) {
  return {Code::kCorrupt, std::move(message)};
}
Status refused(std::string message) {
  return {Code::kRefused, std::move(message)};
}
Status exhausted(std::string message) {
  return {Code::kExhausted, std::move(message)};
}
Status internal_error(std::string message) {
  return {Code::kInternal, std::move(message)};
}

}  // namespace covey
