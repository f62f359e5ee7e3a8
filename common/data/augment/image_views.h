#pragma once

#include <vector>

#include "common/base/image_shape.h"
#include "common/data/augment/normaliser.h"
#include "common/data/augment/view_maker.h"
#include "common/data/augment/views.h"

namespace covey::data {

/// Views of images: made on 8-bit pixels (views.h), then normalised.
class ImageViews final : public ViewMaker {
 public:
  ImageViews(const DataSpec& spec, const ViewSettings& settings);

  void plain(Span<const std::uint8_t> image, Span<float> row) override;
  void weak(Span<const std::uint8_t> image, Sequence& draws, Span<float> row) override;
  void strong(Span<const std::uint8_t> image, Sequence& draws, Span<float> row) override;

 private:
  ImageViews(const ImageShape& shape, const DataSpec& spec, const ViewSettings& settings);

  Augmenter augmenter_;
  Normaliser normaliser_;
  std::vector<std::uint8_t> view_;
};

}  // namespace covey::data
