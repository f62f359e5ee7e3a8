#include "common/store/npy.h"

#include <gtest/gtest.h>

#include <array>

namespace covey::store {
namespace {

/// A file of format version `major` with this header and these bytes after it.
Bytes file_of(const std::string& header, const Bytes& data, std::uint8_t major = 1) {
  ByteWriter out;
  out.put_bytes(as_bytes("\x93NUMPY"));
  out.put(major);
  out.put(std::uint8_t{0});
  if (major == 1) {
    out.put(static_cast<std::uint16_t>(header.size()));
  } else {
    out.put(static_cast<std::uint32_t>(header.size()));
  }
  out.put_bytes(as_bytes(header));
  out.put_bytes(data);
  return out.take();
}

template <typename Number>
Bytes raw(const std::vector<Number>& numbers) {
  ByteWriter out;
  for (const Number number : numbers) out.put(number);
  return out.take();
}

std::string header_of(const std::string& type, const std::string& shape) {
  return "{'descr': '" + type + "', 'fortran_order': False, 'shape': " + shape + ", }      \n";
}

TEST(Npy, ReadsBothWidthsAndAllVersions) {
  for (const std::uint8_t major : std::array<std::uint8_t, 3>{1, 2, 3}) {
    const auto narrow = parse_npy(file_of(header_of("<f4", "(2, 3)"), raw<float>({1, 2, 3, 4, 5, 6}), major));
    ASSERT_TRUE(narrow.ok()) << narrow.status().message();
    EXPECT_EQ(narrow->shape, (std::vector<std::uint32_t>{2, 3}));
    EXPECT_EQ(narrow->values, (Values{1, 2, 3, 4, 5, 6}));
  }
  const auto wide = parse_npy(file_of(header_of("<f8", "(2,)"), raw<double>({0.5, 0.1})));
  ASSERT_TRUE(wide.ok()) << wide.status().message();
  EXPECT_EQ(wide->values, (Values{0.5f, 0.1f}));
}

TEST(Npy, ReadsKeysInAnyOrderWithEitherQuote) {
  const auto array =
      parse_npy(file_of(R"({"shape": (1,2), "fortran_order": False, "descr": "<f4"})", raw<float>({7, 8})));
  ASSERT_TRUE(array.ok()) << array.status().message();
  EXPECT_EQ(array->shape, (std::vector<std::uint32_t>{1, 2}));
}

TEST(Npy, WhatIsWrittenIsReadAgain) {
  for (const Array& array :
       {Array{{2, 2}, {1, -2, 3, 4}}, Array{{3}, {1, 2, 3}}, Array{{}, {9}}, Array{{0, 4}, {}}}) {
    const Bytes bytes = write_npy(array);
    EXPECT_EQ((bytes.size() - array.values.size() * sizeof(float)) % 64, 0u);
    const auto read = parse_npy(bytes);
    ASSERT_TRUE(read.ok()) << read.status().message();
    EXPECT_EQ(read->shape, array.shape);
    EXPECT_EQ(read->values, array.values);
  }
}

TEST(Npy, RefusesWhatItDoesNotRead) {
  const Bytes four = raw<float>({1, 2, 3, 4});
  const auto code = [&](const std::string& header) {
    return parse_npy(file_of(header, four)).status().code();
  };
  EXPECT_EQ(code(header_of("<f4", "(2, 2)")), Code::kOk);
  EXPECT_EQ(code(header_of("<i4", "(2, 2)")), Code::kInvalidArgument);
  EXPECT_EQ(code(header_of(">f4", "(2, 2)")), Code::kInvalidArgument);
  EXPECT_EQ(code("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 2), }"), Code::kInvalidArgument);
  EXPECT_EQ(code("{'descr': '<f4', 'fortran_order': No, 'shape': (2, 2), }"), Code::kCorrupt);
  EXPECT_EQ(code("{'descr': '<f4', 'fortran_order': False}"), Code::kCorrupt);
  EXPECT_EQ(code(header_of("<f4", "(2, 3)")), Code::kCorrupt);
  EXPECT_EQ(code(header_of("<f4", "(-2, -2)")), Code::kCorrupt);
  EXPECT_EQ(code(header_of("<f4", "(2 2)")), Code::kCorrupt);
  EXPECT_EQ(code(header_of("<f4", "(4294967295, 4294967295, 4294967295)")), Code::kCorrupt);
  EXPECT_EQ(code(header_of("<f4", "(99999999999,)")), Code::kCorrupt);
  EXPECT_EQ(code("{'descr': '<f4"), Code::kCorrupt);
  EXPECT_EQ(code(header_of("<f4", "(2, 2)") + "x"), Code::kCorrupt);
  EXPECT_EQ(code("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), 'more': '1'}"), Code::kCorrupt);
}

TEST(Npy, RefusesEveryTruncationAndBytesThatFollow) {
  Bytes bytes = write_npy({{2, 2}, {1, 2, 3, 4}});
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_EQ(parse_npy(ByteSpan(bytes).subspan(0, size)).status().code(), Code::kCorrupt) << size;
  bytes.push_back(0);
  EXPECT_EQ(parse_npy(bytes).status().code(), Code::kCorrupt);
}

}  // namespace
}  // namespace covey::store
