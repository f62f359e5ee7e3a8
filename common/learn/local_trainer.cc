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
#include "common/learn/local_loss.h"
#include "common/learn/proximal.h"
#include "common/nn/device.h"
#include "common/nn/state.h"

namespace covey::learn {

namespace {

bool all_finite(const Values& values) {
  return std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); });
}

double mean_of(const std::vector<torch::Tensor>& losses) {
  const torch::Tensor all = torch::stack(losses).to(torch::kCPU, torch::kFloat64);
  const double* values = all.data_ptr<double>();
  return std::accumulate(values, values + losses.size(), 0.0) / static_cast<double>(losses.size());
}

/// Sums z_l . (H z)_l over steps, for every parameter; read at the end only, as reading waits for the device.
class TraceSums {
 public:
  /// `diagonal` is z * Hz of a step; empty where it was not measured.
  void add(const curvature::ParameterVector& diagonal) {
    sums_.resize(std::max(sums_.size(), diagonal.size()));
    for (std::size_t i = 0; i < diagonal.size(); ++i) {
      const torch::Tensor sum = diagonal[i].sum(torch::kFloat64);
      sums_[i] = sums_[i].defined() ? sums_[i] + sum : sum;
    }
    if (!diagonal.empty()) ++steps_;
  }

  /// The means in the order of `wanted`, which are the parameters in another order; none without a step.
  std::vector<double> means(const std::vector<torch::Tensor>& parameters,
                            const std::vector<torch::Tensor>& wanted) const {
    std::vector<double> means;
    if (steps_ == 0) return means;
    for (const torch::Tensor& one : wanted) {
      const auto same = [&](const torch::Tensor& parameter) { return parameter.is_same(one); };
      const auto at = std::find_if(parameters.begin(), parameters.end(), same) - parameters.begin();
      means.push_back(sums_[static_cast<std::size_t>(at)].item<double>() / steps_);
    }
    return means;
  }

 private:
  std::vector<torch::Tensor> sums_;
  int steps_ = 0;
};

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
  if (model.moments) nn::track_moments(*replica);
  COVEY_RETURN_IF_ERROR(fqt::quantise_layers(*replica, setup.experiment.fqt));
  std::unique_ptr<LocalTrainer> trainer(new LocalTrainer(setup, std::move(replica)));
  COVEY_ASSIGN_OR_RETURN(const auto make_optimizer,
                         optimizer_registry().find(setup.experiment.training.optimizer));
  COVEY_ASSIGN_OR_RETURN(const auto make_schedule,
                         schedule_registry().find(setup.experiment.training.schedule));
  trainer->optimizer_ = make_optimizer(trainer->model_->parameters(), setup.experiment.training);
  trainer->schedule_ = make_schedule(setup.experiment.training);
  if (trainer->optimizer_->needs_curvature() || config::measures_curvature(setup.experiment))
    curvature::prepare_second_derivatives(*trainer->model_);
  return trainer;
}

LocalTrainer::LocalTrainer(const TrainingSetup& setup, std::shared_ptr<nn::Model> model)
    : setup_(setup), model_(std::move(model)), device_(nn::choose_device()) {
  model_->to(device_);
  layout_ = nn::layout_of(*model_);
  const auto parameters = model_->named_parameters();
  for (const TensorSpec& spec : layout_.tensors()) {
    if (spec.kind == TensorKind::kParameter) parameters_.push_back(parameters[spec.name]);
  }
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
  COVEY_ASSIGN_OR_RETURN(const RoundSamples samples,
                         round_samples(setup_, task, *objective, labeller, *model_));
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

/// Leaves the gradients of the next step's loss in the parameters, and its curvature where that is needed.
Result<torch::Tensor> LocalTrainer::step_backward(const LocalTask& task, std::uint32_t step, LocalLoss& loss,
                                                  nn::DrawContext& draws,
                                                  curvature::ParameterVector& curvature) {
  std::unique_ptr<ExchangedTensors> rounded;
  if (task.rounding) {
    COVEY_ASSIGN_OR_RETURN(rounded, round_weights(*model_, layout_, task.rounding));
  }
  const torch::Tensor step_loss = loss.next(draws);
  if (optimizer_->needs_curvature()) {
    const Stream probes(setup_.experiment.seed, stream_id(Purpose::kCurvature, task));
    COVEY_ASSIGN_OR_RETURN(curvature, backward_with_curvature(step_loss, model_->parameters(), probes, step));
  } else {
    step_loss.backward();
  }
  return step_loss.detach();
}

Result<LocalReport> LocalTrainer::take_steps(const LocalTask& task, LocalLoss& loss) {
  const config::Experiment& experiment = setup_.experiment;
  const std::uint64_t first_step = std::uint64_t{task.round} * loss.steps();
  const std::uint64_t total_steps = static_cast<std::uint64_t>(experiment.federation.rounds) * loss.steps();
  const double rate = base_rate(experiment);
  const std::vector<torch::Tensor> parameters = model_->parameters();
  const bool is_user = task.entity < kNoEntity;
  const Proximal proximal(parameters, is_user ? experiment.training.proximal : 0);
  nn::DrawContext draws{Stream(experiment.seed, stream_id(Purpose::kDropout, task)), 0,
                        Stream(experiment.seed, stream_id(Purpose::kGradients, task))};
  const DrawScope scope(*model_, draws);
  model_->train();
  TraceSums traces;
  std::vector<torch::Tensor> losses;  // read after the last step: asking a device for a value waits for it
  for (std::size_t step = 0; step < loss.steps(); ++step) {
    model_->zero_grad(true);  // to none: backward then hands its tensors over instead of adding to zeros
    curvature::ParameterVector curvature;
    COVEY_ASSIGN_OR_RETURN(const torch::Tensor step_loss,
                           step_backward(task, static_cast<std::uint32_t>(step), loss, draws, curvature));
    traces.add(curvature);
    proximal.add_to_gradients();
    proximal.add_to_curvature(curvature);
    if (experiment.training.clip_norm > 0) clip_gradients(parameters, experiment.training.clip_norm);
    optimizer_->step(rate * schedule_->factor(first_step + step, total_steps), curvature);
    losses.push_back(step_loss);
  }
  LocalReport report;
  report.images = loss.steps() * loss.images_per_step();
  report.loss = mean_of(losses);
  report.traces = traces.means(parameters, parameters_);
  if (!std::isfinite(report.loss)) {
    return internal_error("the training loss is not finite; lower training.lr");
  }
  return report;
}

}  // namespace covey::learn
