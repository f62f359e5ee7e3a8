#pragma once

#include <string>

#include "common/config/schema.h"

namespace covey::config {

/// All settings that `file` carries, each with its meaning and range as a comment.
std::string print_settings(FileKind file, const ClientSettings& settings);

}  // namespace covey::config
