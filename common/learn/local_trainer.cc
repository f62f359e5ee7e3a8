#include "common/learn/local_trainer.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "common/learn/batch_pipeline.h"
#include "common/learn/evaluate.h"
#include "common/nn/device.h"
#include "common/nn/state.h"

namespace covey::learn {

namespace {

StreamId stream_id(Purpose purpose, const LocalTask& task) {
  return {purpose, task.round, task.attempt, task.entity};
}

bool all_finite(const Values& values) {
  return std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); });
}

Status check_true_labels(const Samples& samples, int classes) {
  const bool complete = samples.labels.size() == samples.size() &&
                        std::all_of(samples.labels.begin(), samples.labels.end(),
                                    [classes](std::int32_t label) { return label >= 0 && label < classes; });
  if (complete) return ok_status();
  return invalid_argument("this objective trains on true labels, and not every sample has one in 0.." +
                          std::to_string(classes - 1));
}

/// Lends a model the draws of its forwards, however the steps end.
class DrawScope {
 public:
  DrawScope(nn::Model& model, const nn::DrawContext& draws) : model_(model) { model_.set_draws(&draws); }
  ~DrawScope() { model_.set_draws(nullptr); }
  DrawScope(const DrawScope&) = delete;
  DrawScope& operator=(const DrawScope&) = delete;

 private:
  nn::Model& model_;
};

}  // namespace

Result<std::unique_ptr<LocalTrainer>> LocalTrainer::make(const TrainingSetup& setup) {
  const auto& model = setup.experiment.model;
  COVEY_ASSIGN_OR_RETURN(const nn::Norm norm, nn::parse_norm(model.norm));
  const nn::ModelOptions options{setup.shape.channels, setup.shape.height, setup.shape.width, setup.classes,
                                 norm};
  COVEY_ASSIGN_OR_RETURN(auto replica, nn::make_model(model.name, options, setup.experiment.seed));
  std::unique_ptr<LocalTrainer> trainer(new LocalTrainer(setup, std::move(replica)));
  COVEY_ASSIGN_OR_RETURN(const auto make_optimizer,
                         optimizer_registry().find(setup.experiment.training.optimizer));
  COVEY_ASSIGN_OR_RETURN(const auto make_schedule,
                         schedule_registry().find(setup.experiment.training.schedule));
  trainer->optimizer_ = make_optimizer(trainer->model_->parameters(), setup.experiment.training);
  trainer->schedule_ = make_schedule(setup.experiment.training);
  return trainer;
}

LocalTrainer::LocalTrainer(const TrainingSetup& setup, std::shared_ptr<nn::Model> model)
    : setup_(setup), model_(std::move(model)), device_(nn::choose_device()) {
  model_->to(device_);
  layout_ = nn::layout_of(*model_);
}

bool LocalTrainer::labels_move(const Objective& objective) const {
  return !objective.uses_true_labels() && setup_.experiment.training.labels == "moving";
}

Result<LocalReport> LocalTrainer::train(const LocalTask& task, Values& values, Values& optimizer_state) {
  try {
    return train_member(task, values, optimizer_state);
  } catch (const c10::Error& error) {
    return internal_error(std::string("LibTorch: ") + error.what_without_backtrace());
  } catch (const std::exception& error) {
    return internal_error(std::string("local training: ") + error.what());
  }
}

Result<LocalReport> LocalTrainer::train_member(const LocalTask& task, Values& values,
                                               Values& optimizer_state) {
  const auto started = std::chrono::steady_clock::now();
  COVEY_ASSIGN_OR_RETURN(const auto make_objective, objective_registry().find(task.objective));
  if (task.steps == 0 && setup_.experiment.federation.period == 0) return LocalReport{};
  const auto objective = make_objective();
  nn::write_values(*model_, layout_, values);
  COVEY_RETURN_IF_ERROR(optimizer_->restore(optimizer_state));

  PseudoLabeller labeller(setup_.experiment.training, setup_.classes);
  COVEY_ASSIGN_OR_RETURN(const Samples samples, samples_with_labels(*objective, *task.samples, labeller));
  LocalReport report;
  if (samples.size() == 0) {
    report.nothing_to_report = true;
  } else {
    COVEY_ASSIGN_OR_RETURN(report, take_steps(task, *objective, samples, labeller));
    nn::read_values(*model_, layout_, Span<float>(values));
    if (!all_finite(values)) {
      return internal_error("the model is no longer finite after its local steps; lower training.lr");
    }
    optimizer_state = optimizer_->state();
  }
  report.mask_rate = 1;
  if (!objective->uses_true_labels()) {
    report.mask_rate = labeller.mask_rate();
    report.pseudo_labels = labeller.accepted_per_class();
  }
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  return report;
}

/// The samples that the steps use: with true labels, with the labels of the received model (the confident
/// samples only), or with none where each step makes its own.
Result<Samples> LocalTrainer::samples_with_labels(const Objective& objective, const Samples& samples,
                                                  PseudoLabeller& labeller) {
  if (objective.uses_true_labels()) {
    COVEY_RETURN_IF_ERROR(check_true_labels(samples, setup_.classes));
    return samples;
  }
  if (labels_move(objective)) return Samples{samples.images, samples.indices, {}};
  return label_round(samples, labeller);
}

Samples LocalTrainer::label_round(const Samples& samples, PseudoLabeller& labeller) {
  const torch::Tensor logits =
      eval_logits(*model_, *samples.images, samples.indices, setup_.normalisation, device_);
  const PseudoLabels labels = labeller.label_round(logits);
  labeller.count(labels);
  Samples kept;
  kept.images = samples.images;
  const float* mask = labels.mask.data_ptr<float>();
  const std::int64_t* label = labels.labels.data_ptr<std::int64_t>();
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (mask[i] == 0) continue;
    kept.indices.push_back(samples.indices[i]);
    kept.labels.push_back(static_cast<std::int32_t>(label[i]));
  }
  return kept;
}

torch::Tensor LocalTrainer::step_loss(const Objective& objective, const Batch& batch,
                                      PseudoLabeller& labeller) {
  if (labels_move(objective)) return objective.moving_loss(*model_, batch, labeller);
  const torch::Tensor& view = objective.fitted_view() == View::kStrong ? batch.strong : batch.weak;
  return torch::nn::functional::cross_entropy(model_->forward(view), batch.labels);
}

Result<LocalReport> LocalTrainer::take_steps(const LocalTask& task, const Objective& objective,
                                             const Samples& samples, PseudoLabeller& labeller) {
  const config::Experiment& experiment = setup_.experiment;
  const bool strong = objective.fitted_view() == View::kStrong;
  PipelineOptions options;
  options.samples = &samples;
  options.steps = static_cast<std::size_t>(task.steps > 0 ? task.steps : experiment.federation.period);
  options.batch = static_cast<std::size_t>(task.batch > 0 ? task.batch : experiment.training.batch);
  options.weak = !strong || labels_move(objective);
  options.strong = strong;
  options.views = {setup_.shape, experiment.training.flip && !setup_.characters, experiment.training.cutout};
  options.normalisation = setup_.normalisation;
  options.device = device_;
  BatchPipeline pipeline(options, Stream(experiment.seed, stream_id(Purpose::kDataOrder, task)),
                         Stream(experiment.seed, stream_id(Purpose::kAugment, task)));

  const std::uint64_t first_step = std::uint64_t{task.round} * options.steps;
  const std::uint64_t total_steps = static_cast<std::uint64_t>(experiment.federation.rounds) * options.steps;
  const double rate = base_rate(experiment);
  // Divides the loss by all samples instead of the confident ones, as masked_cross_entropy does for one
  // batch. At full weight, a handful of samples, often of one class, would be fitted step after step and the
  // average would follow.
  const double kept = static_cast<double>(samples.size()) / static_cast<double>(task.samples->size());
  nn::DrawContext draws{Stream(experiment.seed, stream_id(Purpose::kDropout, task)), 0};
  const DrawScope scope(*model_, draws);
  model_->train();
  // Summed on the device and read once: asking for the value at every step would wait for it.
  torch::Tensor loss_sum = torch::zeros({}, torch::TensorOptions(torch::kFloat64).device(device_));
  for (std::size_t step = 0; step < options.steps; ++step) {
    draws.invocation = step;
    model_->zero_grad(true);  // to none: backward then hands its tensors over instead of adding to zeros
    const torch::Tensor loss = step_loss(objective, pipeline.next(), labeller) * kept;
    loss.backward();
    optimizer_->step(rate * schedule_->factor(first_step + step, total_steps));
    loss_sum += loss.detach();
  }
  LocalReport report;
  report.images = options.steps * pipeline.batch();
  report.loss = loss_sum.item<double>() / static_cast<double>(options.steps);
  if (!std::isfinite(report.loss)) {
    return internal_error("the training loss is not finite; lower training.lr");
  }
  return report;
}

}  // namespace covey::learn
