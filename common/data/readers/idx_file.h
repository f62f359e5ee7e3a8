#pragma once

#include "common/base/file.h"
#include "common/data/dataset.h"

namespace covey::data {

/// The bytes of a file; one that is named *.gz is unpacked (to at most 1 GiB).
Result<Bytes> read_plain_or_gzip(const fs::path& path);

/// The first of `names` (tried plain, then with .gz behind) that exists in `folder`; kNotFound naming all of
/// them.
Result<fs::path> find_file(const fs::path& folder, const std::vector<std::string>& names);

/// Images with labels from an idx3 and an idx1 file in `folder`, each the first that exists of the given
/// names; both must hold the same number.
Result<SampleSet> read_idx_images(const fs::path& folder, const std::vector<std::string>& image_names,
                                  const std::vector<std::string>& label_names);

/// The values of an idx1 file.
Result<std::vector<std::uint8_t>> read_idx_numbers(const fs::path& folder,
                                                   const std::vector<std::string>& names);

/// kCorrupt naming the first label that is outside [0, classes).
Status check_labels(const SampleSet& images, int classes);

}  // namespace covey::data
