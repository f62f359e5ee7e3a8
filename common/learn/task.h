#pragma once

#include <memory>
#include <string>

#include "common/base/registry.h"
#include "common/nn/torch.h"

namespace covey::learn {

/// How well some answers of a model are: sums, so that batches add up.
struct Score {
  double right = 0;    ///< answers that are right
  double answers = 0;  ///< all of them: one a sample, or one a word
  double loss = 0;     ///< sum of their losses

  Score& operator+=(const Score& other);
};

/// What a model is asked for: how its outputs are fitted to what is known of the samples, and judged. A data
/// set names its task (DataSpec::task).
class Task {
 public:
  virtual ~Task() = default;

  /// Every sample has one of DataSpec::classes as its label, which users may guess. Otherwise a sample itself
  /// says what the outputs should be: users train on theirs as the server does, and labels only serve to deal
  /// samples out.
  virtual bool has_classes() const = 0;

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

using TaskMaker = std::unique_ptr<Task> (*)();

/// classification | next-word.
const Registry<TaskMaker>& task_registry();

/// The task of a registered name.
std::unique_ptr<Task> make_task(const std::string& name);

}  // namespace covey::learn
