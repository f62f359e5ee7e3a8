#pragma once

#include <string>
#include <vector>

#include "common/config/schema.h"

namespace covey::config {

/// A condition that ties several settings together.
struct Rule {
  std::vector<std::string> keys;  ///< what it looks at; the first is the one to blame
  /// "what is wrong, allowed: ..." or empty.
  std::string (*broken)(const ClientSettings&);
};

/// The rules whose keys `file` carries.
std::vector<Rule> rules_for(FileKind file);

}  // namespace covey::config
