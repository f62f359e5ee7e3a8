#pragma once

#include <optional>
#include <string>
#include <utility>

#include "common/base/check.h"

namespace covey {

/// Why an operation failed, named by the reaction that it calls for.
enum class Code {
  kOk,
  kInvalidArgument,  ///< Usage or configuration is wrong; programs exit with 2.
  kNotFound,         ///< A named thing does not exist.
  kUnavailable,      ///< May work later: try again.
  kCorrupt,          ///< Stored or received bytes break their format.
  kRefused,          ///< A peer asked for what it may not have; drop the request.
  kExhausted,        ///< A limit, or the disk, is full.
  kInternal,         ///< Everything else that an operator has to look at.
};

const char* code_name(Code code);

/// The outcome of an operation that can fail for reasons outside the program (peer, disk, configuration,
/// bytes).
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Code code, std::string message) : code_(code), message_(std::move(message)) {}

  bool ok() const { return code_ == Code::kOk; }
  Code code() const { return code_; }
  const std::string& message() const { return message_; }

  /// The same failure with what was being done in front: "while: message". Ok stays ok.
  Status with_context(const std::string& doing) const;

 private:
  Code code_ = Code::kOk;
  std::string message_;
};

inline Status ok_status() {
  return {};
}
Status invalid_argument(std::string message);
Status not_found(std::string message);
Status unavailable(std::string message);
Status corrupt(std::string message);
Status refused(std::string message);
Status exhausted(std::string message);
Status internal_error(std::string message);

/// A value, or the Status that explains why there is none.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}
  Result(Status status) : status_(std::move(status)) {
    COVEY_CHECK(!status_.ok(), "a Result without a value needs a failure");
  }

  bool ok() const { return value_.has_value(); }
  const Status& status() const { return status_; }

  T& operator*() & { return checked(); }
  const T& operator*() const& { return const_cast<Result*>(this)->checked(); }
  T&& operator*() && { return std::move(checked()); }
  T* operator->() { return &checked(); }
  const T* operator->() const { return &const_cast<Result*>(this)->checked(); }

 private:
  T& checked() {
    COVEY_CHECK(value_.has_value(), status_.message());
    return *value_;
  }

  Status status_;
  std::optional<T> value_;
};

}  // namespace covey

#define COVEY_CONCAT_INNER(a, b) a##b
#define COVEY_CONCAT(a, b) COVEY_CONCAT_INNER(a, b)

/// Returns from the enclosing function when `expr` (a Status) failed.
#define COVEY_RETURN_IF_ERROR(expr)                                    \
  do {                                                                 \
    if (::covey::Status covey_status_ = (expr); !covey_status_.ok()) { \
      return covey_status_;                                            \
    }                                                                  \
  } while (false)

/// Declares `decl` from a Result, or returns its failure: COVEY_ASSIGN_OR_RETURN(auto file, open(path));
#define COVEY_ASSIGN_OR_RETURN(decl, expr) \
  COVEY_ASSIGN_OR_RETURN_IMPL(COVEY_CONCAT(covey_result_, __LINE__), decl, expr)
#define COVEY_ASSIGN_OR_RETURN_IMPL(result, decl, expr) \
  auto result = (expr);                                 \
  if (!result.ok()) return result.status();             \
  decl = *std::move(result)
