#include "common/average/round_averager.h"

#include <algorithm>
#include <cmath>

#include "common/average/fixed_point.h"

namespace covey::average {

namespace {

constexpr std::string_view kVarianceSuffix = "running_var";

bool is_variance(const TensorSpec& tensor) {
  const std::string_view name = tensor.name;
  return tensor.kind == TensorKind::kBuffer && name.size() >= kVarianceSuffix.size() &&
         name.substr(name.size() - kVarianceSuffix.size()) == kVarianceSuffix;
}

// Updates are differences with rounding noise, so a variance near zero can come out below it.
void clamp_variances(const Layout& layout, Values& values) {
  for (const TensorSpec& tensor : layout.tensors()) {
    if (!is_variance(tensor)) continue;
    for (float& value : Span<float>(values).subspan(tensor.offset, tensor.count))
      value = std::max(value, 0.0f);
  }
}

Status check_magnitudes(const Layout& layout, Span<const float> values, double limit,
                        const std::string& model) {
  COVEY_CHECK(values.size() == layout.value_count(), values.size(), layout.value_count());
  for (const TensorSpec& tensor : layout.tensors()) {
    for (const float value : values.subspan(tensor.offset, tensor.count)) {
      if (std::fabs(static_cast<double>(value)) < limit) continue;  // false for NaN
      return internal_error("tensor " + tensor.name + " of " + model + " holds " + std::to_string(value) +
                            ", allowed is less than " + std::to_string(limit) + ": the training diverged");
    }
  }
  return ok_status();
}

}  // namespace

RoundAverager::RoundAverager(const Layout& layout, std::uint32_t group_count, std::uint32_t slots,
                             Order order)
    : layout_(layout), slots_(slots), order_(order), groups_(group_count, Accumulator(layout.value_count())) {
  COVEY_CHECK(group_count >= 1 && group_count <= slots, group_count, slots);
}

std::uint32_t RoundAverager::update_count() const {
  std::uint32_t count = 0;
  for (const Accumulator& group : groups_) count += group.update_count();
  return count;
}

Status RoundAverager::add_update(GroupId group, const quant::ContainerView& update) {
  COVEY_CHECK(group.value < groups_.size(), group, groups_.size());
  COVEY_CHECK(update.layout() == layout_, "an update of another model");
  COVEY_CHECK(update_count() < slots_, "more updates than slots:", slots_);
  COVEY_RETURN_IF_ERROR(check_update(update, magnitude_limit(slots_)));
  groups_[group.value].add(update);
  return ok_status();
}

Status RoundAverager::check_models(const GlobalModels& committed, Span<const float> server) const {
  COVEY_CHECK(committed.masters.size() == groups_.size(), committed.masters.size(), groups_.size());
  COVEY_CHECK(server.empty() == (order_ == Order::kAlternate), server.size());
  const double limit = magnitude_limit(slots_);
  if (!server.empty()) COVEY_RETURN_IF_ERROR(check_magnitudes(layout_, server, limit, "the server's model"));
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    COVEY_RETURN_IF_ERROR(
        check_magnitudes(layout_, committed.masters[g], limit, "the model of group " + std::to_string(g)));
  }
  return ok_status();
}

// No overflow: updates, w_s and W_g are below L = 2^62 / (C_k + 1) in fixed point, so the numerator is below
// (1 + 2n) L, which is less than 2^63 because n <= C_k.
Values RoundAverager::group_model(const Accumulator& updates, const Values& master,
                                  Span<const float> server) const {
  const std::uint32_t n = updates.update_count();
  const std::uint32_t members = n + (server.empty() ? 0 : 1);
  const Span<const std::int64_t> sums = updates.sums();
  Values model(master.size());
  for (std::size_t i = 0; i < model.size(); ++i) {
    const std::int64_t total = sums[i] + n * to_fixed(master[i]) + (server.empty() ? 0 : to_fixed(server[i]));
    model[i] = to_float(divide_half_even(total, members));
  }
  clamp_variances(layout_, model);
  return model;
}

// No overflow: a group's model is below (1 + 2n) / (1 + n) L < 2 L (2 L in alternate order), and there are at
// most C_k groups.
Values RoundAverager::mean_of_counted(const std::vector<Values>& masters) const {
  std::vector<const Values*> counted;
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    if (groups_[g].update_count() > 0) counted.push_back(&masters[g]);
  }
  if (counted.size() == 1)
    return *counted.front();  // its values are whole in fixed point: the mean is the same
  Values mean(layout_.value_count());
  for (std::size_t i = 0; i < mean.size(); ++i) {
    std::int64_t total = 0;
    for (const Values* master : counted) total += to_fixed((*master)[i]);
    mean[i] = to_float(divide_half_even(total, static_cast<std::uint32_t>(counted.size())));
  }
  return mean;
}

Result<GlobalModels> RoundAverager::finish(const GlobalModels& committed, Span<const float> server) const {
  COVEY_RETURN_IF_ERROR(check_models(committed, server));
  if (update_count() == 0) {
    if (server.empty()) return committed;
    const Values model(server.begin(), server.end());
    return GlobalModels{std::vector<Values>(groups_.size(), model), model};
  }
  GlobalModels next;
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    const Values& master = committed.masters[g];
    next.masters.push_back(groups_[g].update_count() == 0 ? master : group_model(groups_[g], master, server));
  }
  next.average = mean_of_counted(next.masters);
  return next;
}

Status apply_server_change(const Layout& layout, Span<const float> server_values, GlobalModels& next) {
  constexpr double kFloatRange = 0x1p128;
  COVEY_RETURN_IF_ERROR(check_magnitudes(layout, server_values, kFloatRange, "the server's model"));
  for (Values& master : next.masters) {
    for (std::size_t i = 0; i < master.size(); ++i) {
      // In double the change is exact for all but far apart values, so that a master equal to w_avg becomes
      // w_ft.
      const double change = static_cast<double>(server_values[i]) - static_cast<double>(next.average[i]);
      master[i] = static_cast<float>(static_cast<double>(master[i]) + change);
    }
    clamp_variances(layout, master);
  }
  next.average.assign(server_values.begin(), server_values.end());
  return ok_status();
}

}  // namespace covey::average
