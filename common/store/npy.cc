#include "common/store/npy.h"

#include <cctype>
#include <charconv>
#include <cmath>
#include <limits>

namespace covey::store {

namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::uint32_t kHeaderBytesMax = 64 << 10;
constexpr std::size_t kAlignment = 64;
constexpr std::uint64_t kValuesMax = std::uint64_t{1} << 32;

Result<std::string_view> read_header_text(ByteReader& reader) {
  COVEY_ASSIGN_OR_RETURN(const ByteSpan magic, reader.get_bytes(kMagic.size(), "magic"));
  if (as_text(magic) != kMagic) return corrupt("not a .npy file: it does not start with \\x93NUMPY");
  COVEY_ASSIGN_OR_RETURN(const auto major, reader.get<std::uint8_t>("version"));
  COVEY_ASSIGN_OR_RETURN([[maybe_unused]] const auto minor, reader.get<std::uint8_t>("version"));
  if (major < 1 || major > 3) return corrupt(".npy version " + std::to_string(major) + "; allowed: 1 to 3");
  std::uint32_t length = 0;
  if (major == 1) {
    COVEY_ASSIGN_OR_RETURN(length, reader.get<std::uint16_t>("length of the header"));
  } else {
    COVEY_ASSIGN_OR_RETURN(length, reader.get<std::uint32_t>("length of the header"));
  }
  if (length > kHeaderBytesMax) return corrupt("the header has " + std::to_string(length) + " bytes");
  COVEY_ASSIGN_OR_RETURN(const ByteSpan header, reader.get_bytes(length, "header"));
  return as_text(header);
}

/// Reads the dictionary {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), } in any order of its keys.
class HeaderParser {
 public:
  explicit HeaderParser(std::string_view text) : text_(text) {}

  Status parse() {
    if (!take('{')) return problem("is not a dictionary");
    while (!take('}')) {
      COVEY_RETURN_IF_ERROR(parse_entry());
      if (!take(',') && peek() != '}') return problem("lacks a comma");
    }
    if (peek() != '\0') return problem("goes on after its dictionary");
    if (type.empty() || !order_known_ || !shape_known_) return problem("lacks descr, fortran_order or shape");
    return ok_status();
  }

  std::string type;
  bool fortran = false;
  std::vector<std::uint32_t> shape;

 private:
  Status parse_entry() {
    COVEY_ASSIGN_OR_RETURN(const std::string key, quoted());
    if (!take(':')) return problem("lacks a colon after " + key);
    if (key == "descr") {
      COVEY_ASSIGN_OR_RETURN(type, quoted());
      return ok_status();
    }
    if (key == "fortran_order") return parse_order();
    if (key == "shape") return parse_shape();
    return problem("has the unknown key " + key);
  }

  Status parse_order() {
    fortran = take_word("True");
    if (!fortran && !take_word("False")) return problem("has a fortran_order that is neither True nor False");
    order_known_ = true;
    return ok_status();
  }

  Status parse_shape() {
    if (!take('(')) return problem("has a shape that is no tuple");
    shape.clear();
    while (!take(')')) {
      peek();
      std::uint32_t size = 0;
      const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), size);
      if (error != std::errc()) return problem("has a shape that holds something else than sizes");
      text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
      shape.push_back(size);
      if (!take(',') && peek() != ')') return problem("has a shape without a comma between sizes");
    }
    shape_known_ = true;
    return ok_status();
  }

  Result<std::string> quoted() {
    const char quote = peek();
    if (quote != '\'' && quote != '"') return problem("lacks a name in quotes");
    const std::size_t end = text_.find(quote, 1);
    if (end == std::string_view::npos) return problem("has a name whose quote is not closed");
    const std::string name(text_.substr(1, end - 1));
    text_.remove_prefix(end + 1);
    return name;
  }

  /// The next character that is no space; 0 at the end.
  char peek() {
    while (!text_.empty() && std::isspace(static_cast<unsigned char>(text_.front())) != 0)
      text_.remove_prefix(1);
    return text_.empty() ? '\0' : text_.front();
  }
  bool take(char c) {
    if (peek() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  bool take_word(std::string_view word) {
    peek();
    if (text_.substr(0, word.size()) != word) return false;
    text_.remove_prefix(word.size());
    return true;
  }

  static Status problem(const std::string& what) { return corrupt("the header " + what); }

  std::string_view text_;
  bool order_known_ = false;
  bool shape_known_ = false;
};

Result<std::uint64_t> value_count(const std::vector<std::uint32_t>& shape) {
  std::uint64_t count = 1;
  for (const std::uint32_t size : shape) {
    count *= size;
    if (count > kValuesMax) return corrupt("the array has more than 2^32 values");
  }
  return count;
}

template <typename Number>
Values values_of(ByteSpan data) {
  Values values(data.size() / sizeof(Number));
  for (std::size_t i = 0; i < values.size(); ++i) {
    Number number;
    std::memcpy(&number, data.data() + i * sizeof(Number), sizeof(Number));
    values[i] = static_cast<float>(number);
  }
  return values;
}

std::string shape_text(const std::vector<std::uint32_t>& shape) {
  std::string text;
  for (const std::uint32_t size : shape) text += (text.empty() ? "" : ", ") + std::to_string(size);
  return "(" + text + (shape.size() == 1 ? ",)" : ")");
}

}  // namespace

Result<Array> parse_npy(ByteSpan bytes) {
  ByteReader reader(bytes);
  COVEY_ASSIGN_OR_RETURN(const std::string_view text, read_header_text(reader));
  HeaderParser header(text);
  COVEY_RETURN_IF_ERROR(header.parse());
  if (header.type != "<f4" && header.type != "<f8")
    return invalid_argument("the array's dtype is " + header.type + "; allowed: <f4, <f8");
  if (header.fortran) return invalid_argument("the array is in Fortran order; allowed: C order");
  COVEY_ASSIGN_OR_RETURN(const std::uint64_t count, value_count(header.shape));
  const std::size_t width = header.type == "<f4" ? sizeof(float) : sizeof(double);
  if (reader.remaining() != count * width) {
    return corrupt("the array needs " + std::to_string(count * width) + " bytes from byte " +
                   std::to_string(reader.offset()) + ", the file has " + std::to_string(reader.remaining()));
  }
  COVEY_ASSIGN_OR_RETURN(const ByteSpan data, reader.get_bytes(reader.remaining(), "array"));
  return Array{std::move(header.shape),
               width == sizeof(float) ? values_of<float>(data) : values_of<double>(data)};
}

Bytes write_npy(const Array& array) {
  std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': " + shape_text(array.shape) + ", }";
  const std::size_t before = kMagic.size() + 2 + sizeof(std::uint16_t);
  const std::size_t used = before + header.size() + 1;
  header.append((kAlignment - used % kAlignment) % kAlignment, ' ');
  header += '\n';
  ByteWriter out;
  out.put_bytes(as_bytes(kMagic));
  out.put(std::uint8_t{1});
  out.put(std::uint8_t{0});
  out.put(static_cast<std::uint16_t>(header.size()));
  out.put_bytes(as_bytes(header));
  out.put_bytes(
      {reinterpret_cast<const std::uint8_t*>(array.values.data()), array.values.size() * sizeof(float)});
  return out.take();
}

}  // namespace covey::store
