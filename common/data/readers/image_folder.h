#pragma once

#include <vector>

#include "common/base/file.h"
#include "common/data/dataset.h"

namespace covey::data {

/// Decodes `files` and appends them with `label`. All images must have one size: kInvalidArgument names the
/// first that differs, before it is decoded. kCorrupt names a broken file.
Status append_image_files(const std::vector<fs::path>& files, std::int32_t label, SampleSet& images);

}  // namespace covey::data
