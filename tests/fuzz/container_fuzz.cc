// libraries: covey::quant

#include <cmath>
#include <cstdlib>

#include "common/quant/container.h"
#include "common/quant/crc32c.h"

namespace {

using covey::Bytes;
using covey::ByteSpan;

constexpr std::size_t kHeaderBytes = 44;

// One tensor, so that the whole input after the header is one record.
const covey::Layout& layout() {
  static const covey::Layout kLayout = [] {
    covey::TensorSpec weight;
    weight.name = "weight";
    weight.shape = {16, 17};
    return *covey::Layout::make({weight});
  }();
  return kLayout;
}

void parse_and_decode(ByteSpan bytes) {
  const auto view = covey::quant::ContainerView::parse(bytes, layout());
  if (!view.ok()) return;
  const float bound = view->records()[0].body->magnitude_bound();
  for (const float value : view->decode()) {
    if (!std::isfinite(value) || std::fabs(value) > bound) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  parse_and_decode({data, size});
  if (size < kHeaderBytes + sizeof(std::uint32_t)) return 0;
  // Again with the right checksum, which the fuzzer would not find.
  Bytes bytes(data, data + size);
  const std::size_t covered = size - kHeaderBytes - sizeof(std::uint32_t);
  const std::uint32_t crc = covey::quant::crc32c(ByteSpan(bytes).subspan(kHeaderBytes, covered));
  std::memcpy(bytes.data() + kHeaderBytes + covered, &crc, sizeof(crc));
  parse_and_decode(bytes);
  return 0;
}
