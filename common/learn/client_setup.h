#pragma once

#include "common/config/client_settings.h"
#include "common/learn/local_trainer.h"

namespace covey::learn {

/// What the coordinator of `setup` tells its clients.
config::ClientSettings client_settings(const TrainingSetup& setup);

/// What a client makes of it; as far as training goes, the same setup.
///   errors  kInvalidArgument "samples...: what is wrong" where samples cannot be as the settings say
Result<TrainingSetup> training_setup(const config::ClientSettings& settings);

}  // namespace covey::learn
