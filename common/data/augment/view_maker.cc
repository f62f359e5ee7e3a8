#include "common/data/augment/view_maker.h"

#include "common/data/augment/image_views.h"
#include "common/data/augment/region_views.h"
#include "common/data/augment/text_views.h"

namespace covey::data {

std::unique_ptr<ViewMaker> make_view_maker(const DataSpec& spec, const ViewSettings& settings) {
  if (spec.format.kind == SampleKind::kText) return std::make_unique<TextViews>(spec, settings);
  if (spec.format.kind == SampleKind::kRegions) return std::make_unique<RegionViews>();
  return std::make_unique<ImageViews>(spec, settings);
}

}  // namespace covey::data
