#pragma once

#include <nlohmann/json.hpp>

#include "common/base/file.h"
#include "common/data/dataset.h"

namespace covey::data {

/// How samples of one kind lie in the folders of a written partition.
class SampleFiles {
 public:
  virtual ~SampleFiles() = default;

  /// Those at `positions`, in that order and without labels, into `folder`, which is there and empty.
  virtual Status write_user(const SampleSet& samples, Span<const std::uint32_t> positions,
                            const fs::path& folder) const = 0;
  /// Everything in `folder`, sorted by name, also from folders in it (one level deep; their names may be
  /// classes and are not used). Labels are kNoLabel. Hidden entries are skipped; any other file that is no
  /// sample is an error that names it. Words have no ids yet (fit_user_samples).
  virtual Result<SampleSet> read_user(const fs::path& folder) const = 0;

  virtual Status write_labelled(const SampleSet& samples, const fs::path& folder) const = 0;
  /// What write_labelled wrote: kCorrupt unless it is `count` samples of the classes below `spec.classes`.
  virtual Result<SampleSet> read_labelled(const fs::path& folder, const DataSpec& spec,
                                          std::size_t count) const = 0;

  /// What dataset.json says of a data set besides its classes, or kCorrupt "'KEY': expected ...".
  virtual nlohmann::json describe(const DataSpec& spec) const = 0;
  virtual Status read_description(const nlohmann::json& object, DataSpec& spec) const = 0;
};

const SampleFiles& sample_files(SampleKind kind);
const SampleFiles& image_files();
const SampleFiles& text_files();
const SampleFiles& region_files();

/// The words under "vocabulary", or kCorrupt "'vocabulary': expected ...".
Result<std::vector<std::string>> vocabulary_words(const nlohmann::json& object);

/// The whole number that `object` has under `key`.  errors  kCorrupt unless it is one of 1 to `most`
Result<std::uint64_t> whole_number(const nlohmann::json& object, const char* key, std::uint64_t most);

/// `number` with zeros in front, `width` digits or more.
std::string padded_number(std::size_t number, std::size_t width);

}  // namespace covey::data
