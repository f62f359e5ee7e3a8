#include "common/data/kinds/registry.h"

#include "common/base/check.h"
#include "common/base/image_shape.h"
#include "common/base/region_shape.h"
#include "common/base/text_shape.h"
#include "common/data/kinds/kinds.h"

namespace covey::data {

const Registry<const SampleKind*>& sample_kinds() {
  static const auto kinds = [] {
    Registry<const SampleKind*> registry("kind of sample");
    registry.add(kImageKind, image_kind()).add(kRegionKind, region_kind()).add(kTextKind, text_kind());
    return registry;
  }();
  return kinds;
}

const SampleKind& kind_of(const SampleFormat& format) {
  const auto kind = sample_kinds().find(format.kind);
  COVEY_CHECK(kind.ok(), format.kind);
  return **kind;
}

Status check_spec(const DataSpec& spec) {
  COVEY_ASSIGN_OR_RETURN(const SampleKind* kind, sample_kinds().find(spec.format.kind));
  COVEY_RETURN_IF_ERROR(kind->format(spec.format.sizes).status());
  return kind->check(spec);
}

}  // namespace covey::data
