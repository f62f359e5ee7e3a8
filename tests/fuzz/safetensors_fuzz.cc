// libraries: covey::store

#include "common/store/safetensors.h"

/// Whatever parses covers its data exactly, so a model read from it is complete.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const covey::ByteSpan bytes(data, size);
  const auto file = covey::store::parse_safetensors(bytes);
  if (!file.ok()) return 0;
  const auto same = covey::store::parse_safetensors(covey::store::write_safetensors(*file));
  COVEY_CHECK(same.ok(), same.status().message());
  std::vector<covey::TensorSpec> specs;
  for (const auto& tensor : file->tensors) {
    if (tensor.dtype != covey::store::Dtype::kF32) return 0;
    specs.push_back({tensor.name, tensor.shape});
  }
  const auto layout = covey::Layout::make(std::move(specs));
  if (!layout.ok()) return 0;  // an empty name or an empty tensor: fine in a file, not in a model
  const auto values = covey::store::read_safetensors(bytes, *layout);
  COVEY_CHECK(values.ok(), values.status().message());
  const auto again =
      covey::store::read_safetensors(covey::store::write_safetensors(*layout, *values), *layout);
  COVEY_CHECK(again.ok(), again.status().message());
  return 0;
}
