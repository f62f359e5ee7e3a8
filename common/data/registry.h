#pragma once

#include <cstdint>
#include <functional>

#include "common/base/registry.h"
#include "common/config/experiment.h"
#include "common/data/dataset.h"

namespace covey::data {

/// Reads (or generates) one data set. `seed` matters to generated data only, which takes no path. Errors:
/// kNotFound or kInvalidArgument when a file or folder is missing, kCorrupt with path, byte offset and what
/// was expected when one breaks its format.
using DatasetReader = std::function<Result<Dataset>(const config::Data& config, std::uint64_t seed)>;

/// agnews, cifar10, emnist, fashion, femnist, folder, glyphs, grounding, grounding-folder, mnist,
/// shakespeare, sst2, svhn, text-folder, text-lines.
Registry<DatasetReader> dataset_registry();

/// The data set that `config` names, checked (sizes, labels within the classes) and cut down to train_limit
/// and test_limit samples: a class-balanced subset drawn with kSubset.
Result<Dataset> load_dataset(const config::Data& config, std::uint64_t seed);

}  // namespace covey::data
