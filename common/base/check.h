#pragma once

#include <sstream>
#include <string>

namespace covey::detail {

[[noreturn]] void check_failed(const char* file, int line, const char* condition, const std::string& values);

template <typename... Values>
std::string join_values(const Values&... values) {
  std::ostringstream out;
  ((out << ' ' << values), ...);
  return out.str();
}

}  // namespace covey::detail

/// Stops the program, printing `values`, when a promise between parts of Covey is broken. Never for anything
/// that a peer, a file or a user can cause: those get a Status.
#define COVEY_CHECK(...) COVEY_CHECK_IMPL(__VA_ARGS__, "")
#define COVEY_CHECK_IMPL(condition, ...)                                        \
  do {                                                                          \
    if (!(condition)) {                                                         \
      ::covey::detail::check_failed(__FILE__, __LINE__, #condition,             \
                                    ::covey::detail::join_values(__VA_ARGS__)); \
    }                                                                           \
  } while (false)
