#pragma once

#include "common/base/digest.h"
#include "common/learn/local_trainer.h"

namespace covey::learn {

/// SHA-256 over the experiment's model after two keyed supervised steps on keyed noise: equal on machines
/// that compute equal bits. `trainer` is of this setup and has not trained yet; it may train anything after.
Result<Digest> numeric_probe(LocalTrainer& trainer, const TrainingSetup& setup);

}  // namespace covey::learn
