#include "common/data/augment/image_views.h"

#include "common/data/augment/cutout.h"

namespace covey::data {

ImageViews::ImageViews(const DataSpec& spec, const ViewSettings& settings)
    : augmenter_({spec.format.image, settings.flip && !spec.characters, settings.cutout,
                  data::cutout_fill(settings.cutout_fill, spec.format.image, spec.normalisation)}),
      normaliser_(spec.format.image, spec.normalisation),
      view_(spec.format.bytes()) {}

void ImageViews::plain(Span<const std::uint8_t> image, Span<float> row) {
  normaliser_.normalise(image, row);
}

void ImageViews::weak(Span<const std::uint8_t> image, Sequence& draws, Span<float> row) {
  augmenter_.weak_view(image, draws, Span<std::uint8_t>(view_));
  normaliser_.normalise(view_, row);
}

void ImageViews::strong(Span<const std::uint8_t> image, Sequence& draws, Span<float> row) {
  augmenter_.strong_view(image, draws, Span<std::uint8_t>(view_));
  normaliser_.normalise(view_, row);
}

}  // namespace covey::data
