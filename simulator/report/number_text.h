#pragma once

#include <optional>
#include <string>

namespace covey::simulator {

/// The shortest decimal text that reads back as the same double, in any locale.
std::string exact_text(double value);

/// With `decimals` digits behind the point; "-0.0" loses its sign.
std::string fixed_text(double value, int decimals);

/// For people: about four significant digits, no exponent between 1e-4 and 1e7.
std::string short_text(double value);

/// A finite number that fills the whole text; empty for any other text.
std::optional<double> parse_number(const std::string& text);

}  // namespace covey::simulator
