#pragma once

#include "common/base/digest.h"
#include "common/learn/local_trainer.h"

namespace covey::learn {

/// SHA-256 over the experiment's model after two keyed supervised steps on keyed noise: equal on machines
/// that compute equal bits. Takes a replica of its own.
Result<Digest> numeric_probe(const TrainingSetup& setup);

}  // namespace covey::learn
