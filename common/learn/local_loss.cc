#include "common/learn/local_loss.h"

#include "common/learn/mixup.h"
#include "common/nn/device.h"

namespace covey::learn {

StreamId stream_id(Purpose purpose, const LocalTask& task) {
  return {purpose, task.round, task.attempt, task.entity};
}

LocalLoss::LocalLoss(const TrainingSetup& setup, const LocalTask& task, const Objective& objective,
                     const RoundSamples& samples, PseudoLabeller& labeller, nn::Model& model)
    : setup_(setup),
      task_(task),
      objective_(objective),
      samples_(samples),
      labeller_(labeller),
      model_(model),
      data_task_(task_of(setup.spec)),
      labels_move_(labels_move(objective, setup.experiment.training)),
      steps_(static_cast<std::size_t>(task.steps > 0 ? task.steps : setup.experiment.federation.period)),
      mixing_draws_(setup.experiment.seed, stream_id(Purpose::kMixup, task)) {
  if (samples.fitted.size() > 0) fitted_ = pipeline(fitted_options(), Purpose::kDataOrder, Purpose::kAugment);
  if (fitted_ && samples.any.size() > 0)
    mixed_ = pipeline(mixed_options(), Purpose::kMixOrder, Purpose::kMixAugment);
  if (!samples.fitted.sure.empty()) sharpness_.emplace(model, setup.experiment.training.sharpness);
  if (samples.labelled.size() > 0)
    labelled_ = pipeline(labelled_options(), Purpose::kLabelledOrder, Purpose::kLabelledAugment);
  COVEY_CHECK(fitted_ || labelled_, "nothing to train on");
}

std::unique_ptr<BatchPipeline> LocalLoss::pipeline(const PipelineOptions& options, Purpose order,
                                                   Purpose augment) const {
  const std::uint64_t seed = setup_.experiment.seed;
  return std::make_unique<BatchPipeline>(options, Stream(seed, stream_id(order, task_)),
                                         Stream(seed, stream_id(augment, task_)));
}

PipelineOptions LocalLoss::fitted_options() const {
  const config::Training& training = setup_.experiment.training;
  PipelineOptions options;
  options.samples = &samples_.fitted;
  options.steps = steps_;
  options.batch = static_cast<std::size_t>(task_.batch > 0 ? task_.batch : training.batch);
  options.strong = objective_.fitted_view() == View::kStrong;
  options.weak = !options.strong || labels_move_ || samples_.any.size() > 0;
  options.spec = &setup_.spec;
  options.views = {training.flip, training.cutout, training.cutout_fill, training.crop};
  options.device = nn::choose_device();
  return options;
}

PipelineOptions LocalLoss::mixed_options() const {
  PipelineOptions options = fitted_options();
  options.samples = &samples_.any;
  options.batch = fitted_->batch();
  options.drawing = Drawing::kWithReplacement;
  options.weak = true;
  options.strong = false;
  return options;
}

PipelineOptions LocalLoss::labelled_options() const {
  PipelineOptions options = fitted_options();
  options.samples = &samples_.labelled;
  options.weak = true;
  options.strong = false;
  return options;
}

std::size_t LocalLoss::images_per_step() const {
  return (fitted_ ? fitted_->batch() : 0) + (labelled_ ? labelled_->batch() : 0);
}

torch::Tensor LocalLoss::next(nn::DrawContext& draws) {
  torch::Tensor loss;
  draws.invocation = step_;
  if (fitted_) loss = fitted_loss();
  if (labelled_) {
    draws.invocation = steps_ + step_;  // a forward of its own, so draws of its own
    loss = loss.defined() ? loss + labelled_loss() : labelled_loss();
  }
  ++step_;
  return loss;
}

torch::Tensor LocalLoss::fitted_loss() {
  const Batch batch = fitted_->next();
  const torch::Tensor loss =
      labels_move_ ? objective_.unlabelled_loss(model_, batch, labeller_) : given_labels_loss(batch);
  return samples_.weight == 1 ? loss : loss * samples_.weight;
}

torch::Tensor LocalLoss::labelled_loss() {
  const Batch batch = labelled_->next();
  return torch::nn::functional::cross_entropy(model_.forward(batch.weak), batch.labels);
}

torch::Tensor LocalLoss::given_labels_loss(const Batch& batch) {
  const torch::Tensor& view = objective_.fitted_view() == View::kStrong ? batch.strong : batch.weak;
  const Fit fitted = mixed_ ? fit_with_mixup(batch, view) : fit(batch, view);
  if (!sharpness_) return fitted.loss;
  return fitted.loss + sharpness_->loss(view, fitted.logits, batch.labels, batch.sure);
}

LocalLoss::Fit LocalLoss::fit(const Batch& batch, const torch::Tensor& view) {
  const torch::Tensor outputs = model_.forward(view);
  return {outputs, data_task_->loss(outputs, view, batch.labels)};
}

LocalLoss::Fit LocalLoss::fit_with_mixup(const Batch& batch, const torch::Tensor& view) {
  const Batch other = mixed_->next();
  const double share = mixing_share(setup_.experiment.training.mixup, Sequence(mixing_draws_, step_));
  // One forward: batch statistics are shared, and every row has dropout draws of its own.
  const auto logits = model_.forward(torch::cat({view, mixed_images(batch, other, share)})).chunk(2);
  return {logits[0], torch::nn::functional::cross_entropy(logits[0], batch.labels) +
                         mixed_cross_entropy(logits[1], batch, other, share)};
}

}  // namespace covey::learn
