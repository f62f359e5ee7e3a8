#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/base/status.h"

namespace covey::config {

/// A setting without its place: what TOML can say and Covey uses.
using Value = std::variant<bool, std::int64_t, double, std::string, std::vector<double>,
                           std::vector<std::int64_t>, std::vector<std::string>>;

/// What a setting may be.
struct Flag {};
/// Longest text that most settings may have, in bytes.
inline constexpr std::size_t kTextBytesMax = 4096;
struct Text {
  std::size_t bytes_max = kTextBytesMax;
};
struct Whole {
  std::int64_t min;
  std::int64_t max;
};
struct Real {
  double min;
  double max;
  bool above_min = false;  ///< min itself is not allowed
};
/// A list of numbers, which may be empty.
struct Reals {
  Real each;
  std::size_t count_max;
};
/// The same of whole numbers.
struct Wholes {
  Whole each;
  std::size_t count_max;
};
/// A list of names, which may be empty; each of 1 to 64 letters, digits and "_.-".
struct Names {
  std::size_t count_max;
};
struct Choices {
  std::vector<std::string> names;
};
/// A name of a registry; KnownNames lists them.
struct Named {};

using Allowed = std::variant<Flag, Text, Whole, Real, Reals, Wholes, Names, Choices, Named>;

/// "a whole number from 1 to 8". `known`: what Named stands for; null when that is not known here.
std::string describe(const Allowed& allowed, const std::vector<std::string>* known);

/// `value` as the setting holds it (whole numbers become reals where those are asked for), or
/// kInvalidArgument "what is wrong, allowed: ...".
Result<Value> fit(const Allowed& allowed, const std::vector<std::string>* known, const Value& value);

/// As TOML writes it; a number reads back as exactly the same number.
std::string print(const Value& value);

/// `text` between quotes as TOML reads it.
std::string toml_quoted(std::string_view text);

/// `names` with commas between them.
std::string joined(const std::vector<std::string>& names);

}  // namespace covey::config
