#pragma once

#include <string>
#include <vector>

#include "common/base/layout.h"
#include "common/base/random.h"
#include "common/quant/container.h"
#include "common/quant/registry.h"

namespace covey::testing {

inline TensorSpec parameter(std::string name, std::vector<std::uint32_t> shape) {
  TensorSpec tensor;
  tensor.name = std::move(name);
  tensor.shape = std::move(shape);
  return tensor;
}

inline TensorSpec buffer(std::string name, std::vector<std::uint32_t> shape) {
  TensorSpec tensor = parameter(std::move(name), std::move(shape));
  tensor.kind = TensorKind::kBuffer;
  return tensor;
}

inline Layout layout_of(std::vector<TensorSpec> tensors) {
  return *Layout::make(std::move(tensors));
}

/// Values in [low, high), the same for the same item.
inline Values uniform_values(std::size_t count, float low, float high, std::uint64_t item) {
  constexpr std::uint64_t kSeed = 7;
  Sequence sequence(Stream(kSeed, {}), item);
  Values values(count);
  for (float& value : values) value = low + (high - low) * sequence.uniform();
  return values;
}

/// A container that is known to be encodable.
inline Bytes encode(const std::string& codec, int bits, const Layout& layout, const Values& values,
                    const quant::CodecDraws& draws = {}) {
  return *quant::encode_model(**quant::make_codec(codec, {bits}), layout, values, draws);
}

}  // namespace covey::testing
