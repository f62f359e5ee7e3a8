#pragma once

#include <memory>

#include "common/base/random.h"
#include "common/data/augment/view_maker.h"
#include "common/data/dataset.h"
#include "common/data/kinds/sample_files.h"

namespace covey::data {

/// All that a kind of sample has of its own: one file of this folder each. Whatever else handles samples
/// knows them by their SampleFormat alone.
class SampleKind {
 public:
  virtual ~SampleKind() = default;

  /// What messages call several of them: "images".
  virtual const char* plural() const = 0;

  /// The format with these sizes, which may come from a peer or a file.
  ///   errors  kInvalidArgument with what is allowed
  virtual Result<SampleFormat> format(const std::vector<int>& sizes) const = 0;

  /// kInvalidArgument where what `spec` says besides its format does not fit that: "mean: ...",
  /// "stddev: ..." or "vocabulary: ...", whose sizes are bounded by it.
  virtual Status check(const DataSpec& spec) const = 0;

  /// `spec` has passed check_spec (registry.h).
  virtual std::unique_ptr<ViewMaker> views(const DataSpec& spec, const ViewSettings& settings) const = 0;

  /// Bytes of `count` samples that mean nothing; `spec` has passed check_spec.
  virtual std::vector<std::uint8_t> noise(const DataSpec& spec, std::size_t count, Sequence& draws) const = 0;

  virtual const SampleFiles& files() const = 0;
};

}  // namespace covey::data
