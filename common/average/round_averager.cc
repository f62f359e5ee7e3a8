#include "common/average/round_averager.h"

#include "common/average/accumulator.h"
#include "common/average/fixed_point.h"
#include "common/average/model_checks.h"

namespace covey::average {

RoundAverager::RoundAverager(const Layout& layout, const AveragingRule& rule, const RoundShape& shape)
    : layout_(layout), shape_(shape) {
  COVEY_CHECK(shape.groups >= 1 && shape.groups <= shape.slots, shape.groups, shape.slots);
  for (std::uint32_t g = 0; g < shape.groups; ++g)
    groups_.push_back(rule.make_combiner(layout.value_count()));
}

double RoundAverager::limit() const {
  return magnitude_limit(shape_.slots, shape_.weight_max);
}

std::uint32_t RoundAverager::update_count() const {
  std::uint32_t count = 0;
  for (const auto& group : groups_) count += group->update_count();
  return count;
}

Status RoundAverager::add_update(GroupId group, const quant::ContainerView& update, std::uint32_t weight) {
  COVEY_CHECK(group.value < groups_.size(), group, groups_.size());
  COVEY_CHECK(update.layout() == layout_, "an update of another model");
  COVEY_CHECK(update_count() < shape_.slots, "more updates than slots:", shape_.slots);
  COVEY_CHECK(weight >= 1 && weight <= shape_.weight_max, weight, shape_.weight_max);
  COVEY_RETURN_IF_ERROR(check_update(update, limit()));
  groups_[group.value]->add(update, weight);
  return ok_status();
}

Status RoundAverager::check_models(const GlobalModels& committed, Span<const float> server) const {
  COVEY_CHECK(committed.masters.size() == groups_.size(), committed.masters.size(), groups_.size());
  COVEY_CHECK(server.empty() == (shape_.order == Order::kAlternate), server.size());
  if (!server.empty())
    COVEY_RETURN_IF_ERROR(check_magnitudes(layout_, server, limit(), "the server's model"));
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    COVEY_RETURN_IF_ERROR(
        check_magnitudes(layout_, committed.masters[g], limit(), "the model of group " + std::to_string(g)));
  }
  return ok_status();
}

// No overflow: a group's model is below (1 + 2n) / (1 + n) L < 2 L (2 L in alternate order), and there are at
// most C_k groups.
Values RoundAverager::mean_of_counted(const std::vector<Values>& masters) const {
  std::vector<const Values*> counted;
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    if (groups_[g]->update_count() > 0) counted.push_back(&masters[g]);
  }
  if (counted.size() == 1)
    return *counted.front();  // its values are whole in fixed point: the mean is the same
  const auto total = [&](std::size_t i) {
    std::int64_t sum = 0;
    for (const Values* master : counted) sum += to_fixed((*master)[i]);
    return sum;
  };
  return quotients(layout_.value_count(), static_cast<std::uint32_t>(counted.size()), total);
}

Result<GlobalModels> RoundAverager::finish(const GlobalModels& committed, Span<const float> server) const {
  COVEY_RETURN_IF_ERROR(check_models(committed, server));
  if (update_count() == 0) {
    if (server.empty()) return committed;
    const Values model(server.begin(), server.end());
    return GlobalModels{std::vector<Values>(groups_.size(), model), groups_.size() > 1 ? model : Values()};
  }
  GlobalModels next;
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    const Values& master = committed.masters[g];
    next.masters.push_back(groups_[g]->update_count() == 0 ? master : groups_[g]->combine(master, server));
    clamp_variances(layout_, next.masters.back());
  }
  if (groups_.size() > 1) next.mean = mean_of_counted(next.masters);
  return next;
}

Status apply_server_change(const Layout& layout, Values server_values, GlobalModels& next) {
  COVEY_RETURN_IF_ERROR(check_magnitudes(layout, server_values, kFloatRange, "the server's model"));
  if (next.masters.size() == 1) {
    next.masters.front() = std::move(server_values);
    clamp_variances(layout, next.masters.front());
    return ok_status();
  }
  for (Values& master : next.masters) {
    for (std::size_t i = 0; i < master.size(); ++i) {
      // In double the change is exact for all but far apart values, so that a master equal to w_avg becomes
      // w_ft.
      const double change = static_cast<double>(server_values[i]) - static_cast<double>(next.mean[i]);
      master[i] = static_cast<float>(static_cast<double>(master[i]) + change);
    }
    clamp_variances(layout, master);
  }
  next.mean = std::move(server_values);
  return ok_status();
}

}  // namespace covey::average
