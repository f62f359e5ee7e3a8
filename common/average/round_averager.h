#pragma once

#include <vector>

#include "common/average/accumulator.h"
#include "common/base/ids.h"
#include "common/base/layout.h"
#include "common/base/status.h"

namespace covey::average {

/// Whether the server is averaged with the users, or takes its steps after them.
enum class Order { kParallel, kAlternate };

/// The models that a run carries from round to round.
struct GlobalModels {
  std::vector<Values> masters;  ///< W_g, one per group
  Values average;               ///< w_avg: what the server trains from and what is tested
};

/// The averaging of one round.
///
/// With n updates counted in group g, in fixed point, each division rounded half to even and then to float:
///   parallel    W_g' = (w_s + sum (W_g + delta)) / (1 + n)
///   alternate   W_g' = (sum (W_g + delta)) / n
///   w_avg       mean of the W_g' of the groups with n > 0
/// A group without an update keeps W_g and stays out of w_avg. Without any update at all, parallel sets every
/// model to w_s and alternate changes nothing.
///   source  semantics.md 3 and 4; ssfl.md 4.1, 4.2
class RoundAverager {
 public:
  /// slots  C_k: at most so many updates are added
  RoundAverager(const Layout& layout, std::uint32_t group_count, std::uint32_t slots, Order order);

  /// kRefused when check_update refuses the update, before anything is added.
  Status add_update(GroupId group, const quant::ContainerView& update);

  /// The models after the round.
  ///   committed  the models that the updates started from
  ///   server     w_s in parallel order, empty in alternate order
  ///   errors     kInternal naming the tensor when a model is not finite or reaches the magnitude limit: it
  ///   diverged
  Result<GlobalModels> finish(const GlobalModels& committed, Span<const float> server) const;

 private:
  Status check_models(const GlobalModels& committed, Span<const float> server) const;
  Values group_model(const Accumulator& updates, const Values& master, Span<const float> server) const;
  Values mean_of_counted(const std::vector<Values>& masters) const;
  std::uint32_t update_count() const;

  Layout layout_;
  std::uint32_t slots_;
  Order order_;
  std::vector<Accumulator> groups_;
};

/// Alternate order, after the server's steps from w_avg to w_ft: every W_g' gets the change (w_ft - w_avg)
/// and w_avg becomes w_ft.
///   errors  kInternal naming the tensor when a value is not finite: the server's training diverged
Status apply_server_change(const Layout& layout, Span<const float> server_values, GlobalModels& next);

}  // namespace covey::average
