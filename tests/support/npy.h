#pragma once

#include <gtest/gtest.h>

#include <string>

#include "common/base/file.h"
#include "common/store/npy.h"

namespace covey::testing {

/// The values of a NumPy file; a test failure and no values for anything else.
inline Values read_npy(const std::string& path) {
  const auto bytes = read_file(path);
  const auto array = bytes.ok() ? store::parse_npy(*bytes) : bytes.status();
  if (array.ok()) return array->values;
  ADD_FAILURE() << path << ": " << array.status().message();
  return {};
}

}  // namespace covey::testing
