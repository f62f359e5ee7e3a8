#include "common/base/text_shape.h"

#include "common/base/check.h"

namespace covey {

TextShape::operator SampleFormat() const {
  return {kTextKind, {tokens}, {tokens}, sizeof(std::uint16_t)};
}

TextShape TextShape::of(const SampleFormat& format) {
  COVEY_CHECK(format.kind == kTextKind && format.sizes.size() == 1, format.kind);
  return {format.sizes[0]};
}

}  // namespace covey
