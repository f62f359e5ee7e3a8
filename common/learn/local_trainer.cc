#include "common/learn/local_trainer.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <utility>

#include "common/base/image_shape.h"
#include "common/curvature/prepare.h"
#include "common/data/text/vocabulary.h"
#include "common/fqt/layers.h"
#include "common/learn/backward.h"
#include "common/learn/clip.h"
#include "common/learn/local_loss.h"
#include "common/learn/proximal.h"
#include "common/learn/task.h"
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

std::size_t index_of(const std::vector<torch::Tensor>& tensors, const torch::Tensor& one) {
  const auto same = [&](const torch::Tensor& tensor) { return tensor.is_same(one); };
  return static_cast<std::size_t>(std::find_if(tensors.begin(), tensors.end(), same) - tensors.begin());
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
    for (const torch::Tensor& one : wanted)
      means.push_back(sums_[index_of(parameters, one)].item<double>() / steps_);
    return means;
  }

 private:
  std::vector<torch::Tensor> sums_;
  int steps_ = 0;
};

/// Sums gradients, and z * Hz, over steps.
class GradientSums {
 public:
  explicit GradientSums(std::vector<torch::Tensor> parameters) : parameters_(std::move(parameters)) {
    const torch::NoGradGuard no_grad;
    for (const torch::Tensor& parameter : parameters_) {
      gradient_.push_back(torch::zeros_like(parameter));
      diagonal_.push_back(torch::zeros_like(parameter));
    }
  }

  void add(const curvature::ParameterVector& diagonal) {
    const torch::NoGradGuard no_grad;
    for (std::size_t i = 0; i < parameters_.size(); ++i) {
      gradient_[i].add_(parameters_[i].grad());
      diagonal_[i].add_(diagonal[i]);
    }
    ++steps_;
  }

  /// Means of one parameter.
  torch::Tensor gradient(std::size_t i) const { return gradient_[i] / steps_; }
  torch::Tensor diagonal(std::size_t i) const { return diagonal_[i] / steps_; }

 private:
  std::vector<torch::Tensor> parameters_;
  std::vector<torch::Tensor> gradient_;
  std::vector<torch::Tensor> diagonal_;
  int steps_ = 0;
};

void copy_values(const torch::Tensor& tensor, Span<float> out) {
  const torch::Tensor flat = tensor.to(torch::kCPU).contiguous();
  std::copy_n(flat.data_ptr<float>(), out.size(), out.begin());
}

/// As Module::zero_grad, which looks every parameter's name up.
void drop_gradients(const std::vector<torch::Tensor>& parameters) {
  for (const torch::Tensor& parameter : parameters) parameter.mutable_grad() = torch::Tensor();
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

Result<nn::ModelOptions> model_options(const TrainingSetup& setup) {
  const config::Model& model = setup.experiment.model;
  COVEY_ASSIGN_OR_RETURN(const nn::Norm norm, nn::parse_norm(model.norm));
  COVEY_ASSIGN_OR_RETURN(const nn::OdeMethod method, nn::parse_ode_method(model.ode_method));
  nn::ModelOptions options{setup.spec.format, setup.spec.classes, norm};
  options.next_word = setup.spec.task == "next-word";
  options.vocabulary = static_cast<int>(data::kFirstWord + setup.spec.vocabulary.size());
  options.transformer = {model.width, model.depth, model.heads, model.hidden, model.dropout};
  options.ode = {static_cast<int>(model.ode_configuration), model.ode_steps, method, model.ode_checkpoint};
  return options;
}

Status check_objective(const TrainingSetup& setup) {
  const config::Experiment& experiment = setup.experiment;
  COVEY_RETURN_IF_ERROR(make_task(setup.spec).status());
  COVEY_ASSIGN_OR_RETURN(const auto objective, make_objective(experiment.training.objective, setup.spec));
  if (objective->labels() == LabelSource::kNone && experiment.training.sharpness > 0)
    return invalid_argument("training.sharpness: needs pseudo-labels, and training.objective = \"" +
                            experiment.training.objective + "\" has none, allowed: 0");
  const bool users_measure = config::measures_curvature(experiment) && experiment.curvature.from == "users";
  if (objective->labels() != LabelSource::kNone || !users_measure) return ok_status();
  return invalid_argument(
      "curvature.from: \"users\" needs labels, true or guessed, and training.objective = \"" +
      experiment.training.objective + "\" has none, allowed: server, optimizer");
}

}  // namespace

Result<std::unique_ptr<LocalTrainer>> LocalTrainer::make(const TrainingSetup& setup) {
  if (setup.spec.format.kind != kImageKind && setup.experiment.training.mixup > 0)
    return invalid_argument("training.mixup: words cannot be mixed, allowed where samples are no images: 0");
  COVEY_RETURN_IF_ERROR(check_objective(setup));
  const auto& model = setup.experiment.model;
  COVEY_ASSIGN_OR_RETURN(const nn::ModelOptions options, model_options(setup));
  auto made = nn::make_model(model.name, options, setup.experiment.seed);
  if (!made.ok())
    return made.status().with_context("model.name = \"" + model.name + "\", model.norm = \"" + model.norm +
                                      "\"");
  std::shared_ptr<nn::Model> replica = *std::move(made);
  if (model.moments) nn::track_moments(*replica);
  COVEY_RETURN_IF_ERROR(fqt::quantise_layers(*replica, setup.experiment.fqt));
  std::unique_ptr<LocalTrainer> trainer(new LocalTrainer(setup, std::move(replica)));
  COVEY_ASSIGN_OR_RETURN(const auto make_optimizer,
                         optimizer_registry().find(setup.experiment.training.optimizer));
  COVEY_ASSIGN_OR_RETURN(const auto make_schedule,
                         schedule_registry().find(setup.experiment.training.schedule));
  trainer->optimizer_ = make_optimizer(trainer->model_->parameters(), setup.experiment.training);
  trainer->schedule_ = make_schedule(setup.experiment.training);
  const bool server_steps = setup.experiment.averaging.server_optimizer != "none";
  if (trainer->optimizer_->needs_curvature() || config::measures_curvature(setup.experiment) || server_steps)
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

/// What becomes of each step's gradients, which lie in the parameters, and of its curvature.
struct LocalTrainer::Steps {
  std::uint32_t probes_of;  ///< the entity whose random signs measure curvature
  std::function<bool()> needs_curvature;
  std::function<void(std::uint64_t step, curvature::ParameterVector& curvature)> use;
};

namespace {

template <typename Work>
Result<LocalReport> guarded(const Work& work) {
  try {
    return work();
  } catch (const c10::Error& error) {
    return internal_error(std::string("LibTorch: ") + error.what_without_backtrace());
  } catch (const std::exception& error) {
    return internal_error(std::string("local training: ") + error.what());
  }
}

}  // namespace

Result<LocalReport> LocalTrainer::train(const LocalTask& task, Values& values, Values& optimizer_state) {
  return guarded([&] { return train_member(task, values, optimizer_state); });
}

Result<LocalReport> LocalTrainer::measure(const LocalTask& task, Values& values, Values& diagonal) {
  return guarded([&] { return measure_member(task, values, diagonal); });
}

Result<LocalReport> LocalTrainer::train_member(const LocalTask& task, Values& values,
                                               Values& optimizer_state) {
  if (task.steps == 0 && setup_.experiment.federation.period == 0) return LocalReport{};
  nn::write_values(*model_, layout_, std::exchange(values, {}));
  COVEY_RETURN_IF_ERROR(optimizer_->restore(optimizer_state));
  COVEY_ASSIGN_OR_RETURN(const LocalReport report,
                         with_samples(task, [&](LocalLoss& loss) { return optimise(task, loss); }));
  // A device has room for few copies of its model: what is only needed between steps goes before the next
  // copy is made.
  drop_gradients(parameters_);
  if (!report.nothing_to_report) optimizer_state = task.keep_optimizer ? optimizer_->state() : Values();
  optimizer_->reset();
  values = nn::read_values(*model_, layout_);
  if (!all_finite(values)) {
    return internal_error("the model is no longer finite after its local steps; lower training.lr");
  }
  return report;
}

Result<LocalReport> LocalTrainer::measure_member(const LocalTask& task, Values& values, Values& diagonal) {
  nn::write_values(*model_, layout_, values);
  GradientSums sums(model_->parameters());
  const Steps steps{kNoEntity, [] { return true; },
                    [&](std::uint64_t, curvature::ParameterVector& curvature) { sums.add(curvature); }};
  COVEY_ASSIGN_OR_RETURN(const LocalReport report,
                         with_samples(task, [&](LocalLoss& loss) { return run_steps(task, loss, steps); }));
  if (report.nothing_to_report) return report;
  drop_gradients(parameters_);
  const Values after = nn::read_values(*model_, layout_);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = after[i] - values[i];  // of buffers
  diagonal.assign(values.size(), 0);
  const auto parameters = model_->parameters();
  std::size_t number = 0;
  for (const TensorSpec& spec : layout_.tensors()) {
    if (spec.kind != TensorKind::kParameter) continue;
    const std::size_t at = index_of(parameters, parameters_[number++]);
    copy_values(sums.gradient(at), Span<float>(values).subspan(spec.offset, spec.count));
    copy_values(sums.diagonal(at), Span<float>(diagonal).subspan(spec.offset, spec.count));
  }
  if (!all_finite(values) || !all_finite(diagonal))
    return internal_error("the gradient or its curvature is not finite; lower training.lr");
  return report;
}

Result<LocalReport> LocalTrainer::with_samples(const LocalTask& task,
                                               const std::function<Result<LocalReport>(LocalLoss&)>& steps) {
  const auto started = std::chrono::steady_clock::now();
  COVEY_ASSIGN_OR_RETURN(const auto objective, make_objective(task.objective, setup_.spec));
  PseudoLabeller labeller(setup_.experiment.training, setup_.spec.classes);
  COVEY_ASSIGN_OR_RETURN(const RoundSamples samples,
                         round_samples(setup_, task, *objective, labeller, *model_));
  LocalReport report;
  if (samples.fitted.size() == 0 && samples.labelled.size() == 0) {
    report.nothing_to_report = true;
  } else {
    LocalLoss loss(setup_, task, *objective, samples, labeller, *model_);
    COVEY_ASSIGN_OR_RETURN(report, steps(loss));
  }
  report.confidence = samples.confidence;
  report.mask_rate = 1;
  if (objective->labels() == LabelSource::kGuessed) {
    report.mask_rate = labeller.mask_rate();
    report.pseudo_labels = labeller.accepted_per_class();
  }
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  return report;
}

Result<LocalReport> LocalTrainer::optimise(const LocalTask& task, LocalLoss& loss) {
  const config::Experiment& experiment = setup_.experiment;
  const std::uint64_t first_step = std::uint64_t{task.round} * loss.steps();
  const std::uint64_t total_steps = static_cast<std::uint64_t>(experiment.federation.rounds) * loss.steps();
  const double rate = base_rate(experiment);
  const std::vector<torch::Tensor> parameters = model_->parameters();
  const bool is_user = task.entity < kNoEntity;
  const Proximal proximal(parameters, is_user ? experiment.training.proximal : 0);
  const auto use = [&](std::uint64_t step, curvature::ParameterVector& curvature) {
    proximal.add_to_gradients();
    proximal.add_to_curvature(curvature);
    if (experiment.training.clip_norm > 0) clip_gradients(parameters, experiment.training.clip_norm);
    optimizer_->step(rate * schedule_->factor(first_step + step, total_steps), curvature);
  };
  return run_steps(task, loss, {task.entity, [&] { return optimizer_->needs_curvature(); }, use});
}

/// Leaves the gradients of the next step's loss in the parameters, and its curvature where that is needed.
Result<torch::Tensor> LocalTrainer::step_backward(const LocalTask& task, std::uint32_t step, LocalLoss& loss,
                                                  nn::DrawContext& draws, const Steps& steps,
                                                  curvature::ParameterVector& curvature) {
  std::unique_ptr<ExchangedTensors> rounded;
  if (task.rounding) {
    COVEY_ASSIGN_OR_RETURN(rounded, round_weights(*model_, layout_, task.rounding));
  }
  const torch::Tensor step_loss = loss.next(draws);
  if (steps.needs_curvature()) {
    const Stream probes(setup_.experiment.seed,
                        {Purpose::kCurvature, task.round, task.attempt, steps.probes_of});
    COVEY_ASSIGN_OR_RETURN(curvature, backward_with_curvature(step_loss, model_->parameters(), probes, step));
  } else {
    step_loss.backward();
  }
  return step_loss.variable_data();  // as detach(), without LibTorch's dispatcher
}

Result<LocalReport> LocalTrainer::run_steps(const LocalTask& task, LocalLoss& loss, const Steps& steps) {
  const std::uint64_t seed = setup_.experiment.seed;
  nn::DrawContext draws{Stream(seed, stream_id(Purpose::kDropout, task)), 0,
                        Stream(seed, stream_id(Purpose::kGradients, task))};
  const DrawScope scope(*model_, draws);
  model_->train();
  TraceSums traces;
  std::vector<torch::Tensor> losses;  // read after the last step: asking a device for a value waits for it
  for (std::size_t step = 0; step < loss.steps(); ++step) {
    drop_gradients(parameters_);  // backward then hands its tensors over instead of adding to zeros
    curvature::ParameterVector curvature;
    COVEY_ASSIGN_OR_RETURN(
        const torch::Tensor step_loss,
        step_backward(task, static_cast<std::uint32_t>(step), loss, draws, steps, curvature));
    traces.add(curvature);
    steps.use(step, curvature);
    losses.push_back(step_loss);
  }
  LocalReport report;
  report.images = loss.steps() * loss.images_per_step();
  report.loss = mean_of(losses);
  report.traces = traces.means(model_->parameters(), parameters_);
  if (!std::isfinite(report.loss)) {
    return internal_error("the training loss is not finite; lower training.lr");
  }
  return report;
}

}  // namespace covey::learn
