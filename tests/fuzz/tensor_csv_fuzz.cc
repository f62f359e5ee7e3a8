// libraries: covey::codec_figures

#include "simulator/codec/tensor_file.h"

/// Whatever parses is a whole matrix.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file = covey::simulator::parse_tensor_csv(covey::as_text(covey::ByteSpan(data, size)));
  if (!file.ok()) return 0;
  COVEY_CHECK(file->values.size() == file->layout.value_count(), file->values.size());
  COVEY_CHECK(!file->values.empty());
  return 0;
}
