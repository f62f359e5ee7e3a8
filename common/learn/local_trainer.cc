#include "common/learn/local_trainer.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <utility>

#include "common/curvature/prepare.h"
#include "common/fqt/layers.h"
#include "common/learn/backward.h"
#include "common/learn/clip.h"
#include "common/learn/evaluate.h"
#include "common/learn/local_loss.h"
#include "common/learn/proximal.h"
#include "common/nn/device.h"
#include "common/nn/state.h"

namespace covey::learn {

namespace {

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

/// A user's samples without and with a label.
using SplitSamples = std::pair<Samples, Samples>;

SplitSamples without_labels(const Samples& samples) {
  return {{samples.images, samples.indices, {}}, {samples.images, {}, {}}};
}

SplitSamples split_by_label(const Samples& samples) {
  SplitSamples split{{samples.images, {}, {}}, {samples.images, {}, {}}};
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const std::int32_t label = i < samples.labels.size() ? samples.labels[i] : data::kNoLabel;
    if (label == data::kNoLabel) {
      split.first.indices.push_back(samples.indices[i]);
    } else {
      split.second.indices.push_back(samples.indices[i]);
      split.second.labels.push_back(label);
    }
  }
  return split;
}

double mean_of(const std::vector<torch::Tensor>& losses) {
  const torch::Tensor all = torch::stack(losses).to(torch::kCPU, torch::kFloat64);
  const double* values = all.data_ptr<double>();
  return std::accumulate(values, values + losses.size(), 0.0) / static_cast<double>(losses.size());
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
  COVEY_RETURN_IF_ERROR(fqt::quantise_layers(*replica, setup.experiment.fqt));
  std::unique_ptr<LocalTrainer> trainer(new LocalTrainer(setup, std::move(replica)));
  COVEY_ASSIGN_OR_RETURN(const auto make_optimizer,
                         optimizer_registry().find(setup.experiment.training.optimizer));
  COVEY_ASSIGN_OR_RETURN(const auto make_schedule,
                         schedule_registry().find(setup.experiment.training.schedule));
  trainer->optimizer_ = make_optimizer(trainer->model_->parameters(), setup.experiment.training);
  trainer->schedule_ = make_schedule(setup.experiment.training);
  if (trainer->optimizer_->needs_curvature()) curvature::prepare_second_derivatives(*trainer->model_);
  return trainer;
}

LocalTrainer::LocalTrainer(const TrainingSetup& setup, std::shared_ptr<nn::Model> model)
    : setup_(setup), model_(std::move(model)), device_(nn::choose_device()) {
  model_->to(device_);
  layout_ = nn::layout_of(*model_);
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
  COVEY_ASSIGN_OR_RETURN(const RoundSamples samples, samples_with_labels(task, *objective, labeller));
  LocalReport report;
  if (samples.fitted.size() == 0 && samples.labelled.size() == 0) {
    report.nothing_to_report = true;
  } else {
    LocalLoss loss(setup_, task, *objective, samples, labeller, *model_);
    COVEY_ASSIGN_OR_RETURN(report, take_steps(task, loss));
    model_->zero_grad(true);  // what is only needed between steps makes room before anything is copied
    nn::read_values(*model_, layout_, Span<float>(values));
    if (!all_finite(values)) {
      return internal_error("the model is no longer finite after its local steps; lower training.lr");
    }
    optimizer_state = optimizer_->state();
    optimizer_->reset();
  }
  report.confidence = samples.confidence;
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
Result<RoundSamples> LocalTrainer::samples_with_labels(const LocalTask& task, const Objective& objective,
                                                       PseudoLabeller& labeller) {
  RoundSamples round;
  if (objective.uses_true_labels()) {
    round.fitted = *task.samples;
    COVEY_RETURN_IF_ERROR(check_true_labels(round.fitted, setup_.classes));
    return round;
  }
  const bool has_labels = setup_.experiment.federation.labels_at == "users";
  auto [unlabelled, labelled] = has_labels ? split_by_label(*task.samples) : without_labels(*task.samples);
  if (labels_move(objective, setup_.experiment.training)) {
    round.fitted = std::move(unlabelled);
  } else {
    round = label_round(unlabelled, labeller);
  }
  round.labelled = std::move(labelled);
  if (has_labels) COVEY_RETURN_IF_ERROR(check_true_labels(round.labelled, setup_.classes));
  return round;
}

RoundSamples LocalTrainer::label_round(const Samples& samples, PseudoLabeller& labeller) {
  const torch::Tensor logits =
      eval_logits(*model_, *samples.images, samples.indices, setup_.normalisation, device_);
  const PseudoLabels labels = labeller.label_round(logits);
  labeller.count(labels);
  RoundSamples round;
  round.confidence = mean_confidence(logits);
  round.fitted.images = samples.images;
  const float* mask = labels.mask.data_ptr<float>();
  const float* sure = labels.sure.data_ptr<float>();
  const std::int64_t* label = labels.labels.data_ptr<std::int64_t>();
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (mask[i] == 0) continue;
    round.fitted.indices.push_back(samples.indices[i]);
    round.fitted.labels.push_back(static_cast<std::int32_t>(label[i]));
    if (setup_.experiment.training.sharpness > 0) round.fitted.sure.push_back(sure[i] > 0);
  }
  round.weight = static_cast<double>(round.fitted.size()) / static_cast<double>(samples.size());
  if (setup_.experiment.training.mixup > 0) {
    round.any = {samples.images, samples.indices, {label, label + samples.size()}};
  }
  return round;
}

Result<LocalReport> LocalTrainer::take_steps(const LocalTask& task, LocalLoss& loss) {
  const config::Experiment& experiment = setup_.experiment;
  const std::uint64_t first_step = std::uint64_t{task.round} * loss.steps();
  const std::uint64_t total_steps = static_cast<std::uint64_t>(experiment.federation.rounds) * loss.steps();
  const double rate = base_rate(experiment);
  const std::vector<torch::Tensor> parameters = model_->parameters();
  const bool is_user = task.entity < kNoEntity;
  const Proximal proximal(parameters, is_user ? experiment.training.proximal : 0);
  const Stream probes(experiment.seed, stream_id(Purpose::kCurvature, task));
  nn::DrawContext draws{Stream(experiment.seed, stream_id(Purpose::kDropout, task)), 0,
                        Stream(experiment.seed, stream_id(Purpose::kGradients, task))};
  const DrawScope scope(*model_, draws);
  model_->train();
  std::vector<torch::Tensor> losses;  // read after the last step: asking a device for a value waits for it
  for (std::size_t step = 0; step < loss.steps(); ++step) {
    model_->zero_grad(true);  // to none: backward then hands its tensors over instead of adding to zeros
    const torch::Tensor step_loss = loss.next(draws);
    curvature::ParameterVector curvature;
    if (optimizer_->needs_curvature()) {
      COVEY_ASSIGN_OR_RETURN(curvature, backward_with_curvature(step_loss, parameters, probes,
                                                                static_cast<std::uint32_t>(step)));
    } else {
      step_loss.backward();
    }
    proximal.add_to_gradients();
    proximal.add_to_curvature(curvature);
    if (experiment.training.clip_norm > 0) clip_gradients(parameters, experiment.training.clip_norm);
    optimizer_->step(rate * schedule_->factor(first_step + step, total_steps), curvature);
    losses.push_back(step_loss.detach());
  }
  LocalReport report;
  report.images = loss.steps() * loss.images_per_step();
  report.loss = mean_of(losses);
  if (!std::isfinite(report.loss)) {
    return internal_error("the training loss is not finite; lower training.lr");
  }
  return report;
}

}  // namespace covey::learn
