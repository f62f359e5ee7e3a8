#pragma once

#include <string>
#include <string_view>

#include "common/base/status.h"
#include "common/data/dataset.h"

namespace covey::data {

/// What dataset.json of a server folder says.
struct ServerDescription {
  DataSpec spec;             ///< as check_spec wants it
  std::size_t labelled = 0;  ///< samples in train/
  std::size_t test = 0;      ///< samples in test/
};

/// JSON: the members of a DataSpec ("kind" and "sizes" for its format, "mean" and "stddev"), "labelled" and
/// "test".
///   errors  kCorrupt with the key and what is expected there
Result<ServerDescription> parse_server_description(std::string_view file);

std::string to_json(const ServerDescription& description);

}  // namespace covey::data
