#include "common/learn/server_step.h"

#include <algorithm>
#include <cmath>

#include "common/learn/optimizer.h"
#include "common/learn/schedule.h"

namespace covey::learn {

namespace {

const std::string kPrefix = "curvature.";

/// The parameters of `layout` under the names that their curvature travels by.
Layout curvature_layout(const Layout& layout) {
  std::vector<TensorSpec> tensors;
  for (TensorSpec tensor : layout.tensors()) {
    if (tensor.kind != TensorKind::kParameter) continue;
    tensor.name = kPrefix + tensor.name;
    tensors.push_back(std::move(tensor));
  }
  return *Layout::make(std::move(tensors));
}

torch::Tensor tensor_of(const TensorSpec& spec, const Values& values) {
  const std::vector<std::int64_t> shape(spec.shape.begin(), spec.shape.end());
  return torch::from_blob(const_cast<float*>(values.data() + spec.offset), shape).clone();
}

/// The parameters of `layout`, as tensors.
std::vector<torch::Tensor> parameters_of(const Layout& layout, const Values& values) {
  std::vector<torch::Tensor> tensors;
  for (const TensorSpec& spec : layout.tensors()) {
    if (spec.kind == TensorKind::kParameter) tensors.push_back(tensor_of(spec, values));
  }
  return tensors;
}

Values part(const Layout& from, const Values& values, const Layout& wanted) {
  Values some(wanted.value_count());
  copy_shared_tensors(from, values, wanted, Span<float>(some));
  return some;
}

}  // namespace

Layout update_layout(const Layout& exchanged, const config::Experiment& experiment) {
  if (experiment.averaging.server_optimizer == "none") return exchanged;
  std::vector<TensorSpec> tensors = exchanged.tensors();
  const Layout curvature = curvature_layout(exchanged);
  tensors.insert(tensors.end(), curvature.tensors().begin(), curvature.tensors().end());
  return *Layout::make(std::move(tensors));
}

Values measured_update(const Layout& full, const Layout& exchanged, const Layout& update,
                       const Values& gradient, const Values& diagonal) {
  Values values(update.value_count());
  copy_shared_tensors(full, gradient, update, Span<float>(values));
  // Without buffers the order of names is that of the prefixed names.
  const Layout parameters = exchanged.without(TensorKind::kBuffer);
  copy_shared_tensors(curvature_layout(exchanged), part(full, diagonal, parameters), update,
                      Span<float>(values));
  return values;
}

Status server_step(const config::Experiment& experiment, std::uint32_t round, const Layout& exchanged,
                   const Layout& update, const Values& measured, Values& model, Values& state) {
  COVEY_ASSIGN_OR_RETURN(const auto make_optimizer,
                         optimizer_registry().find(experiment.averaging.server_optimizer));
  COVEY_ASSIGN_OR_RETURN(const auto make_schedule, schedule_registry().find(experiment.training.schedule));
  const Values gradient = part(update, measured, exchanged);
  const Layout curvature = curvature_layout(exchanged);
  std::vector<torch::Tensor> parameters = parameters_of(exchanged, model);
  const std::vector<torch::Tensor> gradients = parameters_of(exchanged, gradient);
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    parameters[i].requires_grad_();
    parameters[i].mutable_grad() = gradients[i];
  }
  const auto optimizer = make_optimizer(parameters, experiment.training);
  COVEY_RETURN_IF_ERROR(optimizer->restore(state));
  // Schedules count local steps.
  const auto period = static_cast<std::uint64_t>(experiment.federation.period);
  const auto rounds = static_cast<std::uint64_t>(experiment.federation.rounds);
  const double factor = make_schedule(experiment.training)->factor(round * period, rounds * period);
  optimizer->step(base_rate(experiment) * factor,
                  optimizer->needs_curvature() ? parameters_of(curvature, part(update, measured, curvature))
                                               : curvature::ParameterVector());
  std::size_t number = 0;
  for (const TensorSpec& spec : exchanged.tensors()) {
    const auto at = static_cast<std::ptrdiff_t>(spec.offset);
    if (spec.kind == TensorKind::kParameter) {
      const torch::Tensor after = parameters[number++].detach().contiguous();
      std::copy_n(after.data_ptr<float>(), spec.count, model.begin() + at);
    } else {
      std::copy_n(gradient.begin() + at, spec.count, model.begin() + at);
    }
  }
  state = optimizer->state();
  if (std::all_of(model.begin(), model.end(), [](float value) { return std::isfinite(value); }))
    return ok_status();
  return internal_error("the model is no longer finite after the server's step; lower training.lr");
}

}  // namespace covey::learn
