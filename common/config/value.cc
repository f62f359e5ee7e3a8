#include "common/config/value.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace covey::config {

namespace {

template <typename... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <typename... F>
Overloaded(F...) -> Overloaded<F...>;

std::string print_real(double value) {
  std::array<char, 40> digits{};
  // Both forms read back exactly; people prefer 0.0001 to 1e-04.
  const double size = std::abs(value);
  const auto format = size >= 1e-5 && size < 1e15 ? std::chars_format::fixed : std::chars_format::general;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, format).ptr;
  std::string text(digits.data(), end);
  // Without a point, an exponent or a word (inf, nan) TOML would read a whole number.
  if (text.find_first_of(".eni") == std::string::npos) text += ".0";
  return text;
}

std::string describe_whole(const Whole& whole) {
  return "a whole number from " + std::to_string(whole.min) + " to " + std::to_string(whole.max);
}

std::string describe_real(const Real& real) {
  if (real.above_min) return "a number above " + print_real(real.min) + " up to " + print_real(real.max);
  return "a number from " + print_real(real.min) + " to " + print_real(real.max);
}

bool inside(const Real& real, double value) {
  // Written so that NaN is outside.
  return (real.above_min ? value > real.min : value >= real.min) && value <= real.max;
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_name(const std::string& text) {
  static constexpr std::string_view kOthers = "_.-";
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kOthers.find(c) != std::string_view::npos;
  });
}

/// A value as messages show it: never long.
std::string shown(const Value& value) {
  constexpr std::size_t kShownMax = 60;
  if (std::holds_alternative<std::vector<std::string>>(value)) return "a list";
  const std::string printed = print(value);
  if (printed.size() <= kShownMax + 2) return printed;  // quotes included
  const auto* text = std::get_if<std::string>(&value);
  return text == nullptr ? "a list" : "text of " + std::to_string(text->size()) + " bytes";
}

/// What is wrong with a value, or empty.
class Fit {
 public:
  Fit(const std::vector<std::string>* known, Value& value) : known_(known), value_(value) {}

  std::string operator()(const Flag&) const {
    return std::holds_alternative<bool>(value_) ? "" : wrong_type();
  }

  std::string operator()(const Text& allowed) const {
    const auto* text = std::get_if<std::string>(&value_);
    if (text == nullptr) return wrong_type();
    return text->size() <= allowed.bytes_max ? "" : shown(value_) + " is too long";
  }

  std::string operator()(const Whole& whole) const {
    const auto* number = std::get_if<std::int64_t>(&value_);
    if (number == nullptr) return wrong_type();
    return *number >= whole.min && *number <= whole.max ? "" : out_of_range();
  }

  std::string operator()(const Real& real) {
    if (const auto* number = std::get_if<std::int64_t>(&value_)) value_ = static_cast<double>(*number);
    const auto* number = std::get_if<double>(&value_);
    if (number == nullptr) return wrong_type();
    return inside(real, *number) ? "" : out_of_range();
  }

  std::string operator()(const Reals& reals) {
    if (const auto* wholes = std::get_if<std::vector<std::int64_t>>(&value_))
      value_ = std::vector<double>(wholes->begin(), wholes->end());
    const auto* numbers = std::get_if<std::vector<double>>(&value_);
    if (numbers == nullptr) return wrong_type();
    if (numbers->size() > reals.count_max) return too_many(numbers->size());
    for (const double number : *numbers) {
      if (!inside(reals.each, number)) return print_real(number) + " is out of range";
    }
    return "";
  }

  std::string operator()(const Wholes& wholes) const {
    const auto* numbers = std::get_if<std::vector<std::int64_t>>(&value_);
    if (numbers == nullptr) return wrong_type();
    if (numbers->size() > wholes.count_max) return too_many(numbers->size());
    for (const std::int64_t number : *numbers) {
      if (number < wholes.each.min || number > wholes.each.max)
        return std::to_string(number) + " is out of range";
    }
    return "";
  }

  std::string operator()(const Names& names) {
    const auto* numbers = std::get_if<std::vector<std::int64_t>>(&value_);  // TOML's [] reads as these
    if (numbers != nullptr && numbers->empty()) value_ = std::vector<std::string>{};
    const auto* list = std::get_if<std::vector<std::string>>(&value_);
    if (list == nullptr) return wrong_type();
    if (list->size() > names.count_max) return "the list has " + std::to_string(list->size()) + " names";
    const auto odd = std::find_if_not(list->begin(), list->end(), is_name);
    return odd == list->end() ? "" : shown(*odd) + " is not a name";
  }

  std::string operator()(const Choices& choices) const { return one_of(choices.names); }

  std::string operator()(const Named&) const {
    if (known_ != nullptr) return one_of(*known_);
    return (*this)(Text{});
  }

 private:
  std::string wrong_type() const { return shown(value_) + " has the wrong type"; }
  static std::string too_many(std::size_t count) {
    return "the list has " + std::to_string(count) + " numbers";
  }
  std::string out_of_range() const { return shown(value_) + " is out of range"; }

  std::string one_of(const std::vector<std::string>& names) const {
    const auto* name = std::get_if<std::string>(&value_);
    if (name == nullptr) return wrong_type();
    return contains(names, *name) ? "" : "unknown name " + shown(value_);
  }

  const std::vector<std::string>* known_;
  Value& value_;
};

}  // namespace

std::string describe(const Allowed& allowed, const std::vector<std::string>* known) {
  return std::visit(
      Overloaded{
          [](const Flag&) -> std::string { return "true or false"; },
          [](const Text& text) { return "text of up to " + std::to_string(text.bytes_max) + " bytes"; },
          [](const Whole& whole) { return describe_whole(whole); },
          [](const Real& real) { return describe_real(real); },
          [](const Reals& reals) {
            return "a list of up to " + std::to_string(reals.count_max) + ", each " +
                   describe_real(reals.each);
          },
          [](const Wholes& wholes) {
            return "a list of up to " + std::to_string(wholes.count_max) + ", each " +
                   describe_whole(wholes.each);
          },
          [](const Names& names) {
            return "a list of up to " + std::to_string(names.count_max) +
                   R"( names of 1 to 64 letters, digits and "_.-")";
          },
          [](const Choices& choices) { return joined(choices.names); },
          [known](const Named&) -> std::string { return known == nullptr ? "a name" : joined(*known); },
      },
      allowed);
}

Result<Value> fit(const Allowed& allowed, const std::vector<std::string>* known, const Value& value) {
  Value fitted = value;
  const std::string wrong = std::visit(Fit(known, fitted), allowed);
  if (wrong.empty()) return fitted;
  return invalid_argument(wrong + ", allowed: " + describe(allowed, known));
}

std::string print(const Value& value) {
  return std::visit(Overloaded{
                        [](bool flag) -> std::string { return flag ? "true" : "false"; },
                        [](std::int64_t number) { return std::to_string(number); },
                        [](double number) { return print_real(number); },
                        [](const std::string& text) { return toml_quoted(text); },
                        [](const std::vector<double>& numbers) {
                          std::vector<std::string> items;
                          for (const double number : numbers) items.push_back(print_real(number));
                          return "[" + joined(items) + "]";
                        },
                        [](const std::vector<std::int64_t>& numbers) {
                          std::vector<std::string> items;
                          for (const std::int64_t number : numbers) items.push_back(std::to_string(number));
                          return "[" + joined(items) + "]";
                        },
                        [](const std::vector<std::string>& texts) {
                          std::vector<std::string> items;
                          for (const std::string& text : texts) items.push_back(toml_quoted(text));
                          return "[" + joined(items) + "]";
                        },
                    },
                    value);
}

std::string toml_quoted(std::string_view text) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string quoted = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      quoted += "\\u00";
      quoted += kDigits[byte >> 4];
      quoted += kDigits[byte & 15];
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace covey::config
