#pragma once

#include <memory>

#include "common/base/file.h"
#include "common/data/dataset.h"

namespace covey::data {

/// How samples of one kind lie in the folders of a written partition, and what a device makes of its own.
class SampleFiles {
 public:
  virtual ~SampleFiles() = default;

  /// Those at `positions`, in that order and without labels, into `folder`, which is there and empty.
  virtual Status write_user(const SampleSet& samples, Span<const std::uint32_t> positions,
                            const fs::path& folder) const = 0;
  /// Whether a user's `folder` looks like one of this kind.
  virtual bool recognises(const fs::path& folder) const = 0;
  /// Everything in `folder`, sorted by name, also from folders in it (one level deep; their names may be
  /// classes and are not used). Labels are kNoLabel. Hidden entries are skipped; any other file that is no
  /// sample is an error that names it. Words have no ids yet.
  virtual Result<SampleSet> read_user(const fs::path& folder) const = 0;
  /// Samples of read_user as a run on `spec` needs them: words get their ids. What needs no change stays the
  /// same object: a device has no room for two of them.
  ///   errors  kInvalidArgument "--data: ..." when their sizes do not fit
  virtual Result<std::shared_ptr<const SampleSet>> fit_user(std::shared_ptr<const SampleSet> samples,
                                                            const DataSpec& spec) const = 0;

  /// With their labels, into `folder`, which is made where it is missing.
  virtual Status write_labelled(const SampleSet& samples, const fs::path& folder) const = 0;
  /// What write_labelled wrote: kCorrupt unless it is `count` samples as `spec` says, of its classes.
  virtual Result<SampleSet> read_labelled(const fs::path& folder, const DataSpec& spec,
                                          std::size_t count) const = 0;
};

}  // namespace covey::data
