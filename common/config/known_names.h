#pragma once

#include <map>
#include <string>
#include <vector>

namespace covey::config {

/// The names that registries of this build offer, by key ("model.name"). An experiment may use no others; a
/// key that is not listed here is not checked.
struct KnownNames {
  std::map<std::string, std::vector<std::string>> by_key;
};

}  // namespace covey::config
