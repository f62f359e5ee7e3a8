#include "common/data/readers/mat5.h"

#include <algorithm>

#include "common/data/readers/inflate.h"

namespace covey::data {

namespace {

constexpr std::size_t kFileHeaderBytes = 128;
constexpr std::size_t kVariablesMax = 64;
constexpr std::size_t kDimensionsMax = 8;
/// Enough for the tags, 8 dimensions and a name of 63 characters, the longest that MATLAB knows.
constexpr std::size_t kArrayHeaderBytesMax = 256;
constexpr std::uint64_t kVariableBytesMax = std::uint64_t{1} << 30;

enum ElementType : std::uint32_t { kInt8 = 1, kInt32 = 5, kUint32 = 6, kMatrix = 14, kCompressed = 15 };

/// Bytes of one value of each stored type; 0 where the type holds no numbers.
constexpr std::array<std::uint8_t, 14> kTypeBytes = {0, 1, 1, 2, 2, 4, 4, 4, 0, 8, 0, 0, 8, 8};

Status expected(std::size_t offset, const std::string& what) {
  return corrupt("at byte " + std::to_string(offset) + ": expected " + what);
}

struct Tag {
  std::uint32_t type = 0;
  std::uint32_t bytes = 0;
  bool small = false;  ///< up to 4 bytes of content inside the tag itself
};

/// Reads the elements of one array header.
class ElementReader {
 public:
  explicit ElementReader(ByteSpan bytes) : reader_(bytes) {}

  std::size_t offset() const { return reader_.offset(); }

  Result<Tag> tag(const char* what) {
    COVEY_ASSIGN_OR_RETURN(const auto first, reader_.get<std::uint32_t>(what));
    if (first >> 16 != 0) return Tag{first & 0xffff, first >> 16, true};
    COVEY_ASSIGN_OR_RETURN(const auto bytes, reader_.get<std::uint32_t>(what));
    return Tag{first, bytes, false};
  }

  /// The content of an element of `type` with at most `bytes_max` bytes, and its padding.
  Result<ByteSpan> content(ElementType type, std::size_t bytes_max, const char* what) {
    COVEY_ASSIGN_OR_RETURN(const Tag found, tag(what));
    const std::size_t room = found.small ? std::min<std::size_t>(4, bytes_max) : bytes_max;
    if (found.type != type || found.bytes > room) return expected(offset(), what);
    const std::size_t padded = found.small ? 4 : (found.bytes + 7) / 8 * 8;
    COVEY_ASSIGN_OR_RETURN(const ByteSpan bytes, reader_.get_bytes(padded, what));
    return bytes.subspan(0, found.bytes);
  }

 private:
  ByteReader reader_;
};

Status read_flags(ElementReader& elements, MatVariable& variable) {
  COVEY_ASSIGN_OR_RETURN(const ByteSpan flags, elements.content(kUint32, 8, "array flags"));
  constexpr std::uint8_t kComplex = 0x08;
  constexpr std::uint8_t kFirstNumeric = 6;
  constexpr std::uint8_t kLastNumeric = 15;
  const bool numeric = flags.size() == 8 && flags[0] >= kFirstNumeric && flags[0] <= kLastNumeric;
  if (!numeric || (flags[1] & kComplex) != 0) return expected(elements.offset(), "a real numeric array");
  variable.array_class = flags[0];
  return ok_status();
}

Status read_dimensions(ElementReader& elements, MatVariable& variable) {
  COVEY_ASSIGN_OR_RETURN(const ByteSpan sizes,
                         elements.content(kInt32, 4 * kDimensionsMax, "up to 8 dimensions"));
  if (sizes.size() < 8 || sizes.size() % 4 != 0) return expected(elements.offset(), "2 to 8 dimensions");
  ByteReader reader(sizes);
  variable.value_count = 1;
  while (reader.remaining() > 0) {
    COVEY_ASSIGN_OR_RETURN(const auto size, reader.get<std::int32_t>("dimension"));
    if (size < 0 ||
        (size > 0 && variable.value_count > kVariableBytesMax / static_cast<std::uint32_t>(size))) {
      return expected(elements.offset(), "at most " + std::to_string(kVariableBytesMax) + " values");
    }
    variable.dimensions.push_back(static_cast<std::uint32_t>(size));
    variable.value_count *= static_cast<std::uint32_t>(size);
  }
  return ok_status();
}

/// `head` is the start of the variable, `total` its whole size with the outer tag. Offsets in messages count
/// from its start.
Result<MatVariable> inspect_variable(ByteSpan head, std::uint64_t total) {
  ElementReader elements(head);
  COVEY_ASSIGN_OR_RETURN(const Tag outer, elements.tag("variable"));
  if (outer.small || outer.type != kMatrix || outer.bytes + std::uint64_t{8} != total) {
    return expected(0, "an array of " + std::to_string(total) + " bytes in all");
  }
  MatVariable variable;
  COVEY_RETURN_IF_ERROR(read_flags(elements, variable));
  COVEY_RETURN_IF_ERROR(read_dimensions(elements, variable));
  COVEY_ASSIGN_OR_RETURN(const ByteSpan name, elements.content(kInt8, 63, "a name of up to 63 characters"));
  variable.name = as_text(name);
  COVEY_ASSIGN_OR_RETURN(const Tag values, elements.tag("values"));
  const std::size_t size = values.type < kTypeBytes.size() ? kTypeBytes[values.type] : 0;
  if (size == 0 || values.bytes != variable.value_count * size) {
    return expected(elements.offset(), std::to_string(variable.value_count) + " numbers");
  }
  if (values.bytes > total - elements.offset() + (values.small ? 4 : 0)) {
    return expected(elements.offset(), std::to_string(values.bytes) + " bytes of values");
  }
  variable.stored_type = static_cast<std::uint8_t>(values.type);
  return variable;
}

Result<MatVariable> inspect_compressed(ByteSpan content) {
  Bytes head;
  std::uint64_t total = 0;
  COVEY_RETURN_IF_ERROR(inflate(content, Compression::kZlib, kVariableBytesMax, [&](ByteSpan piece) {
    const std::size_t wanted = std::min(piece.size(), kArrayHeaderBytesMax - head.size());
    head.insert(head.end(), piece.begin(), piece.begin() + wanted);
    total += piece.size();
    return ok_status();
  }));
  return inspect_variable(head, total);
}

Status check_file_header(ByteSpan bytes) {
  if (bytes.size() < kFileHeaderBytes) return expected(bytes.size(), "128 bytes of MAT header");
  const auto mark = bytes.subspan(124, 4);
  if (mark[0] != 0 || mark[1] != 1 || mark[2] != 'I' || mark[3] != 'M') {
    return expected(124, "the mark of a little-endian MAT file of version 5");
  }
  return ok_status();
}

}  // namespace

Result<std::vector<MatVariable>> inspect_mat5(ByteSpan bytes) {
  COVEY_RETURN_IF_ERROR(check_file_header(bytes));
  std::vector<MatVariable> variables;
  for (std::size_t start = kFileHeaderBytes; start < bytes.size();) {
    if (variables.size() == kVariablesMax) return expected(start, "at most 64 variables");
    ByteReader reader(bytes.subspan(start, bytes.size() - start));
    COVEY_ASSIGN_OR_RETURN(const auto type, reader.get<std::uint32_t>("element type"));
    COVEY_ASSIGN_OR_RETURN(const auto size, reader.get<std::uint32_t>("element size"));
    if ((type != kMatrix && type != kCompressed) || size > reader.remaining()) {
      return expected(start, "a variable that lies inside the file");
    }
    const std::uint64_t total = std::uint64_t{size} + 8;
    const ByteSpan whole = bytes.subspan(start, total);
    auto variable =
        type == kCompressed
            ? inspect_compressed(whole.subspan(8, size))
            : inspect_variable(whole.subspan(0, std::min(kArrayHeaderBytesMax, whole.size())), total);
    if (!variable.ok()) {
      return variable.status().with_context("variable at byte " + std::to_string(start));
    }
    variables.push_back(*std::move(variable));
    start += total;
  }
  return variables;
}

}  // namespace covey::data
