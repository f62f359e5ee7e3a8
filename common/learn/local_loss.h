#pragma once

#include <memory>
#include <optional>

#include "common/learn/batch_pipeline.h"
#include "common/learn/round_samples.h"
#include "common/learn/sharpness.h"
#include "common/learn/task.h"

namespace covey::learn {

/// The loss of every local step of one member in one round: its batches, and what is minimised on them.
class LocalLoss {
 public:
  /// What is referred to outlives the loss; `samples` fits at least one image or has at least one labelled
  /// one.
  LocalLoss(const TrainingSetup& setup, const LocalTask& task, const Objective& objective,
            const RoundSamples& samples, PseudoLabeller& labeller, nn::Model& model);

  /// The loss of the next step. The model is in train mode and takes its draws from `draws`, whose invocation
  /// is set for every forward.
  torch::Tensor next(nn::DrawContext& draws);

  std::size_t steps() const { return steps_; }
  /// Images that one step looks at, the partners of mixup not counted.
  std::size_t images_per_step() const;

 private:
  std::unique_ptr<BatchPipeline> pipeline(const PipelineOptions& options, Purpose order,
                                          Purpose augment) const;
  PipelineOptions fitted_options() const;
  PipelineOptions mixed_options() const;
  PipelineOptions labelled_options() const;
  torch::Tensor fitted_loss();
  torch::Tensor labelled_loss();
  torch::Tensor given_labels_loss(const Batch& batch);
  struct Fit {
    torch::Tensor logits;  ///< of the fitted view, or whatever the task has
    torch::Tensor loss;
  };
  Fit fit(const Batch& batch, const torch::Tensor& view);
  Fit fit_with_mixup(const Batch& batch, const torch::Tensor& view);

  const TrainingSetup& setup_;
  const LocalTask& task_;
  const Objective& objective_;
  const RoundSamples& samples_;
  PseudoLabeller& labeller_;
  nn::Model& model_;
  std::unique_ptr<Task> data_task_;  ///< that of the data set
  bool labels_move_;
  std::size_t steps_;
  // Empty where there is nothing of the kind.
  std::unique_ptr<BatchPipeline> fitted_;
  std::unique_ptr<BatchPipeline> mixed_;
  std::unique_ptr<BatchPipeline> labelled_;
  Stream mixing_draws_;
  std::optional<Sharpness> sharpness_;
  std::uint64_t step_ = 0;
};

/// The streams of a task.
StreamId stream_id(Purpose purpose, const LocalTask& task);

}  // namespace covey::learn
