#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "common/config/experiment.h"
#include "common/learn/objective.h"
#include "common/learn/optimizer.h"
#include "common/learn/rounded_weights.h"
#include "common/learn/samples.h"
#include "common/learn/schedule.h"
#include "common/nn/model.h"

namespace covey::learn {

class LocalLoss;

/// What every replica of one experiment shares.
struct TrainingSetup {
  config::Experiment experiment;
  data::DataSpec spec;
};

/// One member's local steps in one round.
struct LocalTask {
  std::uint32_t round = 0;
  std::uint32_t attempt = 0;
  std::uint32_t entity = 0;  ///< user number, or kServerEntity
  std::string objective;     ///< registered name
  /// At least one. With federation.labels_at = users those of a user that have a label are trained on as
  /// such, and at least one has none (data::kNoLabel).
  const Samples* samples = nullptr;
  std::int64_t steps = 0;  ///< 0: federation.period of the experiment
  std::int64_t batch = 0;  ///< 0: training.batch of the experiment
  Rounding rounding =
      {};  ///< every step is taken at weights rounded by it (download.qat); empty: as they are
  bool keep_optimizer = true;  ///< else its state ends with the last step
};

/// What came of it, besides the changed model.
struct LocalReport {
  bool nothing_to_report = false;  ///< labels = round, and no sample was confident: no step was taken
  double loss = 0;                 ///< mean over the steps
  double mask_rate = 0;            ///< share of pseudo-labels that count; 1 with true labels
  std::vector<std::uint32_t> pseudo_labels;  ///< accepted per class; empty with true labels
  double confidence = 0;     ///< labels = round: mean confidence of the received model on the member's images
  std::uint64_t images = 0;  ///< steps * batch, labelled ones included
  double seconds = 0;
  /// Of every parameter, in the order of the layout: the trace of its block of the Hessian, the mean over the
  /// steps whose curvature the optimiser measured; empty where there were none.
  std::vector<double> traces;
};

/// A model replica with its optimiser, owned by one worker thread: trains members one after the other.
///
/// The result is a function of (setup, task, values, optimiser state) alone: every draw is keyed by (seed,
/// round, attempt, entity, step, sample), so thread counts and the order of tasks change nothing.
class LocalTrainer {
 public:
  static Result<std::unique_ptr<LocalTrainer>> make(const TrainingSetup& setup);

  const TrainingSetup& setup() const { return setup_; }
  const Layout& layout() const { return layout_; }
  /// In the order of the layout.
  const std::vector<torch::Tensor>& parameters() const { return parameters_; }
  nn::Model& model() { return *model_; }

  /// Trains `federation.period` steps from `values` (in layout order, replaced by the result).
  /// `optimizer_state` is what the member kept from an earlier round (empty: start from zero); steps replace
  /// it by the state after the last one, or by nothing where the task does not keep that. A failure leaves
  /// neither of use. A period of 0 changes nothing and reports zeros, in next to no time.
  ///   errors  kInvalidArgument for an unknown objective, or when it needs true labels that the samples lack
  ///           kCorrupt when `optimizer_state` belongs to another model
  ///           kInternal when the loss or the model is no longer finite, or LibTorch fails
  Result<LocalReport> train(const LocalTask& task, Values& values, Values& optimizer_state);

  /// Instead of training, at `values` as they are: means over the period's batches, for a step that the
  /// server takes (averaging.server_optimizer).
  ///   values    replaced by the gradient of every parameter, and by what every buffer changed by
  ///   diagonal  z * Hz of every parameter, with its sign, for the round's random signs z, which are the same
  ///             for every member; zeros for buffers
  ///   source    second-order-and-models.md A.7
  ///   errors    those of train; kInvalidArgument for a model that has no second derivative
  Result<LocalReport> measure(const LocalTask& task, Values& values, Values& diagonal);

 private:
  LocalTrainer(const TrainingSetup& setup, std::shared_ptr<nn::Model> model);

  struct Steps;
  Result<LocalReport> train_member(const LocalTask& task, Values& values, Values& optimizer_state);
  Result<LocalReport> measure_member(const LocalTask& task, Values& values, Values& diagonal);
  Result<LocalReport> with_samples(const LocalTask& task,
                                   const std::function<Result<LocalReport>(LocalLoss&)>& steps);
  Result<LocalReport> optimise(const LocalTask& task, LocalLoss& loss);
  Result<LocalReport> run_steps(const LocalTask& task, LocalLoss& loss, const Steps& steps);
  Result<torch::Tensor> step_backward(const LocalTask& task, std::uint32_t step, LocalLoss& loss,
                                      nn::DrawContext& draws, const Steps& steps,
                                      curvature::ParameterVector& curvature);

  TrainingSetup setup_;
  std::shared_ptr<nn::Model> model_;
  Layout layout_;
  std::vector<torch::Tensor> parameters_;
  std::unique_ptr<Optimizer> optimizer_;
  std::unique_ptr<Schedule> schedule_;
  torch::Device device_;
};

}  // namespace covey::learn
