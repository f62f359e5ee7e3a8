#pragma once

#include <cstdint>
#include <vector>

#include "common/learn/local_trainer.h"

namespace covey::learn {

/// What a member says about the curvature of its loss: for every probe z and every parameter l the number
/// z_l . (H z)_l. As H is the mean over samples, the mean of several members' answers to the same probes,
/// weighted by their samples, is the answer for all their data (second-order-and-models.md B.6).
struct CurvatureAnswers {
  std::uint64_t samples =
      0;  ///< that the loss is the mean over; 0: none has a label, and there are no values
  std::vector<double> values;  ///< probe after probe; parameters in the order of the layout
};

/// What a member is asked.
struct CurvatureQuestion {
  std::uint32_t probes = 0;
  std::size_t most_samples = 0;  ///< measures on the first so many that have a label; 0: on all
};

/// Answers probes 0 .. `probes` - 1 of a round at `values`: H is that of the mean cross-entropy over the
/// task's samples that have a label, true or from the model itself and confident (true ones first), not
/// augmented, in eval mode. The probes are those of the round: the same for every member.
///   errors  those of LocalTrainer::train; kInvalidArgument for a model that has no second derivative
Result<CurvatureAnswers> answer_curvature(LocalTrainer& trainer, const LocalTask& task, const Values& values,
                                          const CurvatureQuestion& question);

/// How many numbers answer a probe, and what they are about.
std::vector<std::string> parameter_names(const Layout& layout);

}  // namespace covey::learn
