#pragma once

#include <gtest/gtest.h>

#include <string>

#include "common/base/file.h"
#include "common/base/layout.h"

namespace covey::testing {

/// The values of a NumPy file of little-endian float32 in C order; a test failure and no values for anything
/// else.
inline Values read_npy(const std::string& path) {
  constexpr std::size_t kPreamble = 10;  // magic, version, u16 length of the header
  const auto bytes = read_file(path);
  if (!bytes.ok() || bytes->size() < kPreamble) {
    ADD_FAILURE() << path << " cannot be read";
    return {};
  }
  std::uint16_t header_length;
  std::memcpy(&header_length, bytes->data() + 8, sizeof(header_length));
  const std::size_t start = kPreamble + header_length;
  const std::string header(as_text(ByteSpan(*bytes)).substr(kPreamble, header_length));
  if (header.find("'<f4'") == std::string::npos || header.find("False") == std::string::npos ||
      start > bytes->size()) {
    ADD_FAILURE() << path << " is not a float32 array in C order: " << header;
    return {};
  }
  Values values((bytes->size() - start) / sizeof(float));
  std::memcpy(values.data(), bytes->data() + start, values.size() * sizeof(float));
  return values;
}

}  // namespace covey::testing
