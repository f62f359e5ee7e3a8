// libraries: covey::store

#include "common/store/npy.h"

/// Whatever parses is written and read again as the same array.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto array = covey::store::parse_npy({data, size});
  if (!array.ok()) return 0;
  const auto again = covey::store::parse_npy(covey::store::write_npy(*array));
  COVEY_CHECK(again.ok(), again.status().message());
  COVEY_CHECK(again->shape == array->shape);
  COVEY_CHECK(again->values.size() == array->values.size());
  return 0;
}
