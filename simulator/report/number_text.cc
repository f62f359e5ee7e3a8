#include "simulator/report/number_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "common/base/check.h"

namespace covey::simulator {

namespace {

constexpr std::size_t kTextMax = 400;  // the largest double has 309 digits before the point

template <typename... Format>
std::string number_text(double value, Format... format) {
  std::array<char, kTextMax> buffer{};
  const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, format...);
  COVEY_CHECK(written.ec == std::errc(), value);
  return std::string(buffer.data(), written.ptr);
}

std::string without_trailing_zeros(std::string text) {
  if (text.find('.') == std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

}  // namespace

std::string exact_text(double value) {
  return number_text(value);
}

std::string fixed_text(double value, int decimals) {
  std::string text = number_text(value, std::chars_format::fixed, decimals);
  const bool zero = text.find_first_of("123456789in") == std::string::npos;
  if (zero && text.front() == '-') text.erase(0, 1);
  return text;
}

std::string short_text(double value) {
  const double size = std::abs(value);
  if (value == 0) return "0";
  if (!std::isfinite(value) || size < 1e-4 || size >= 1e7) {
    return number_text(value, std::chars_format::general, 4);
  }
  const int digits_before_point = static_cast<int>(std::floor(std::log10(size))) + 1;
  return without_trailing_zeros(fixed_text(value, std::max(0, 4 - digits_before_point)));
}

std::optional<double> parse_number(const std::string& text) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (read.ec != std::errc() || read.ptr != end || !std::isfinite(value)) return std::nullopt;
  return value;
}

}  // namespace covey::simulator
