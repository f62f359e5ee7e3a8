// libraries: covey::data
#include "common/data/readers/mat5.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto variables = covey::data::inspect_mat5(covey::ByteSpan(data, size));
  if (!variables.ok()) return 0;
  for (const covey::data::MatVariable& variable : *variables) {
    std::uint64_t count = 1;
    for (const std::uint32_t dimension : variable.dimensions) count *= dimension;
    COVEY_CHECK(count == variable.value_count, count);
  }
  return 0;
}
