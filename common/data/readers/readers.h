#pragma once

#include <cstdint>

#include "common/base/status.h"
#include "common/config/experiment.h"
#include "common/data/dataset.h"

namespace covey::data {

/// The readers that registry.cc lists; each is defined in the file of its name and described there.
Result<Dataset> read_cifar10(const config::Data& config, std::uint64_t seed);
Result<Dataset> read_emnist(const config::Data& config, std::uint64_t seed);
Result<Dataset> read_fashion(const config::Data& config, std::uint64_t seed);
Result<Dataset> read_femnist(const config::Data& config, std::uint64_t seed);
Result<Dataset> read_folder(const config::Data& config, std::uint64_t seed);
Result<Dataset> read_mnist(const config::Data& config, std::uint64_t seed);
Result<Dataset> read_agnews(const config::Data& config, std::uint64_t seed);
Result<Dataset> read_sst2(const config::Data& config, std::uint64_t seed);
Result<Dataset> read_text_folder(const config::Data& config, std::uint64_t seed);
Result<Dataset> read_text_lines(const config::Data& config, std::uint64_t seed);
Result<Dataset> read_shakespeare(const config::Data& config, std::uint64_t seed);
Result<Dataset> read_svhn(const config::Data& config, std::uint64_t seed);
Result<Dataset> generate_glyphs(const config::Data& config, std::uint64_t seed);
Result<Dataset> generate_grounding(const config::Data& config, std::uint64_t seed);
Result<Dataset> read_grounding_folder(const config::Data& config, std::uint64_t seed);

}  // namespace covey::data
