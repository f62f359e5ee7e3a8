#include "common/data/augment/image_views.h"

#include "common/data/augment/cutout.h"

namespace covey::data {

ImageViews::ImageViews(const DataSpec& spec, const ViewSettings& settings)
    : ImageViews(ImageShape::of(spec.format), spec, settings) {}

ImageViews::ImageViews(const ImageShape& shape, const DataSpec& spec, const ViewSettings& settings)
    : augmenter_({shape, settings.flip && !spec.characters, settings.cutout,
                  data::cutout_fill(settings.cutout_fill, shape, spec.normalisation), settings.crop}),
      normaliser_(shape, spec.normalisation),
      view_(shape.bytes()) {}

void ImageViews::plain(Span<const std::uint8_t> image, Span<float> row) {
  normaliser_.normalise(image, row);
}

void ImageViews::weak(Span<const std::uint8_t> image, Sequence& draws, Span<float> row) {
  if (!augmenter_.changes_weak_views()) return plain(image, row);
  augmenter_.weak_view(image, draws, Span<std::uint8_t>(view_));
  normaliser_.normalise(view_, row);
}

void ImageViews::strong(Span<const std::uint8_t> image, Sequence& draws, Span<float> row) {
  augmenter_.strong_view(image, draws, Span<std::uint8_t>(view_));
  normaliser_.normalise(view_, row);
}

}  // namespace covey::data
