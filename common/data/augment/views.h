#pragma once

#include <cstdint>
#include <vector>

#include "common/base/image_shape.h"
#include "common/base/random.h"
#include "common/base/span.h"
#include "common/data/augment/canvas.h"
#include "common/data/dataset.h"

namespace covey::data {

struct ViewOptions {
  ImageShape shape;     ///< 1 channel (grey) or 3 (colour)
  bool flip = true;     ///< horizontal flips with probability 1/2; off for characters and digits
  double cutout = 0.5;  ///< side of the Cutout square as a share of the shorter image side; 0 = off
  std::vector<std::uint8_t> cutout_fill = {};  ///< as data::cutout_fill gives it; empty = as in the paper
  double crop = 0.125;  ///< furthest shift as a share of a side, 1/8 in the paper, at most 1/2; 0 = off
};

/// Makes the weak and the strong view of an image, on 8-bit pixels.
///   weak    flip with probability 1/2 (when allowed), reflect-pad by floor(crop * side), random crop.
///   strong  an independently drawn flip and crop; two operations of `operation_pool()`, drawn with
///   replacement, each at a
///           level 1..9 and applied with probability 1/2; then always Cutout (unless it is off).
///   draws   every view uses up the same draws in the same order whatever the pixels are.
///   threads one thread: the scratch memory lives inside. No allocation per image.
///   source  FixMatch's pool as used by the SSFL authors' code (arXiv 2008.11364).
class Augmenter {
 public:
  explicit Augmenter(const ViewOptions& options);

  /// Whether a weak view can be other than the image.
  bool changes_weak_views() const { return options_.flip || pad_x_ > 0 || pad_y_ > 0; }

  /// `image` and `out` hold shape.bytes() values, planar, and must not overlap.
  void weak_view(Span<const std::uint8_t> image, Sequence& draws, Span<std::uint8_t> out);
  void strong_view(Span<const std::uint8_t> image, Sequence& draws, Span<std::uint8_t> out);

 private:
  /// -pad to pad.
  static int shift(int pad, Sequence& draws);

  ViewOptions options_;
  int pad_x_ = 0;
  int pad_y_ = 0;
  int cutout_side_ = 0;
  std::vector<std::uint8_t> spare_;  ///< second buffer of the operations
};

}  // namespace covey::data
