#pragma once

#include <memory>
#include <string>

#include "common/base/random.h"
#include "common/data/dataset.h"

namespace covey::data {

/// Turns samples of one kind (kinds/sample_kind.h) into what a model takes of them, with or without a random
/// change.
///   samples  format.bytes() of them; rows of numbers: format.values() of them
///   draws    the same sample and draws give the same row
///   threads  one thread: scratch memory lives inside
class ViewMaker {
 public:
  virtual ~ViewMaker() = default;

  /// The sample as it is.
  virtual void plain(Span<const std::uint8_t> sample, Span<float> row) = 0;
  /// Changed a little: what a model should see through with ease.
  virtual void weak(Span<const std::uint8_t> sample, Sequence& draws, Span<float> row) = 0;
  /// Changed as much as it can be without becoming another thing.
  virtual void strong(Span<const std::uint8_t> sample, Sequence& draws, Span<float> row) = 0;
};

/// What an experiment may set of them.
struct ViewSettings {
  bool flip = true;     ///< images: mirror every other one, unless they are characters
  double cutout = 0.5;  ///< images: side of the square as a share of the image's; texts: share of
                        ///< the words that are masked
  std::string cutout_fill = "paper";  ///< images: as data::cutout_fill takes it
  double crop = 0.125;                ///< images: furthest shift as a share of the sides
};

}  // namespace covey::data
