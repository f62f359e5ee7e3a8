#pragma once

#include <string>
#include <vector>

#include "tests/common/data/support.h"

namespace covey::data {

/// Builds MAT files of version 5 piece by piece.
inline Bytes mat_element(std::uint32_t type, ByteSpan content) {
  ByteWriter writer;
  writer.put(type);
  writer.put(static_cast<std::uint32_t>(content.size()));
  writer.put_bytes(content);
  while (writer.bytes().size() % 8 != 0) writer.put(std::uint8_t{0});
  return writer.take();
}

/// An array of bytes (class uint8).
inline Bytes mat_array(const std::string& name, const std::vector<std::int32_t>& dimensions,
                       ByteSpan values) {
  ByteWriter flags;
  flags.put(std::uint32_t{9});
  flags.put(std::uint32_t{0});
  ByteWriter sizes;
  for (const std::int32_t size : dimensions) sizes.put(size);
  ByteWriter body;
  body.put_bytes(mat_element(6, flags.bytes()));
  body.put_bytes(mat_element(5, sizes.bytes()));
  body.put_bytes(mat_element(1, as_bytes(name)));
  body.put_bytes(mat_element(2, values));
  return mat_element(14, body.bytes());
}

inline Bytes mat_compressed(const Bytes& array) {
  const Bytes packed = compressed(array, false);
  ByteWriter writer;
  writer.put(std::uint32_t{15});
  writer.put(static_cast<std::uint32_t>(packed.size()));
  writer.put_bytes(packed);
  return writer.take();
}

inline Bytes mat_file(const std::vector<Bytes>& variables) {
  Bytes file(124, ' ');
  file.insert(file.end(), {0, 1, 'I', 'M'});
  for (const Bytes& variable : variables) file.insert(file.end(), variable.begin(), variable.end());
  return file;
}

}  // namespace covey::data
