#pragma once

#include <memory>
#include <string>

#include "common/base/registry.h"
#include "common/data/dataset.h"
#include "common/nn/torch.h"

namespace covey::learn {

/// How well some answers of a model are: sums, so that batches add up.
struct Score {
  double right = 0;    ///< answers that are right
  double answers = 0;  ///< all of them: one a sample, or one a word
  double loss = 0;     ///< sum of their losses

  Score& operator+=(const Score& other);
};

/// Where what is right stands.
enum class Answers {
  kLabels,     ///< every sample has one of DataSpec::classes as its label, which users may guess
  kSamples,    ///< in the samples themselves: users train on theirs as the server does
  kAnnotated,  ///< in those samples that somebody annotated: the server's, not those of users
};

/// What a model is asked for: how its outputs are fitted to what is known of the samples, and judged. A data
/// set names its task (DataSpec::task).
class Task {
 public:
  virtual ~Task() = default;

  /// Where there are no labels, those of the samples only serve to deal them out.
  virtual Answers answers() const = 0;

  /// Mean over the samples of a batch, with its graph.
  ///   outputs  of the model for `samples`, N x ...
  ///   samples  as the model took them
  ///   labels   N, int64
  virtual torch::Tensor loss(const torch::Tensor& outputs, const torch::Tensor& samples,
                             const torch::Tensor& labels) const = 0;

  /// The same batch, judged. Losses are added up in float64.
  virtual Score score(const torch::Tensor& outputs, const torch::Tensor& samples,
                      const torch::Tensor& labels) const = 0;
};

/// A task for the samples that `spec` describes; kInvalidArgument where it is none for them.
using TaskMaker = Result<std::unique_ptr<Task>> (*)(const data::DataSpec& spec);

/// classification | next-word | phrase-grounding.
const Registry<TaskMaker>& task_registry();

/// spec.task for these samples; kInvalidArgument as above, and for a name that is not registered.
Result<std::unique_ptr<Task>> make_task(const data::DataSpec& spec);

/// The same of a spec whose task was made before.
std::unique_ptr<Task> task_of(const data::DataSpec& spec);

}  // namespace covey::learn
