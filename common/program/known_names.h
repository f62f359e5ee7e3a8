#pragma once

#include "common/config/known_names.h"

namespace covey::program {

/// The names that this build's registries offer. Devices have no data set readers, so `with_data` is false
/// for them.
config::KnownNames known_names(bool with_data);

}  // namespace covey::program
