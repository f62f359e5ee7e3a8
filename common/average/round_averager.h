#pragma once

#include <vector>

#include "common/average/rule.h"
#include "common/base/ids.h"
#include "common/base/status.h"

namespace covey::average {

/// Whether the server is averaged with the users, or takes its steps after them.
enum class Order { kParallel, kAlternate };

/// The models that a run carries from round to round.
struct GlobalModels {
  std::vector<Values> masters;  ///< W_g, one per group
  Values mean;                  ///< of several groups; one group's model is its own mean, and kept once

  /// w_avg: what the server trains from and what is tested.
  const Values& average() const { return masters.size() > 1 ? mean : masters.front(); }
};

/// The shape of a round.
struct RoundShape {
  std::uint32_t groups = 1;
  std::uint32_t slots = 1;  ///< C_k: at most so many updates are added
  Order order = Order::kParallel;
  std::uint32_t weight_max = 1;  ///< no update weighs more
};

/// The averaging of one round. The rule says what comes of a group with an update; the rest is the same for
/// every rule:
///   w_avg       mean of the W_g' of the groups that have an update
///   A group without an update keeps W_g and stays out of w_avg. Without any update at all, parallel sets
///   every model to w_s and alternate changes nothing.
///   source  semantics.md 3 and 4; ssfl.md 4.1, 4.2
class RoundAverager {
 public:
  RoundAverager(const Layout& layout, const AveragingRule& rule, const RoundShape& shape);

  /// kRefused when check_update refuses the update, before anything is added.
  Status add_update(GroupId group, const quant::ContainerView& update, std::uint32_t weight = 1);

  std::uint32_t update_count() const;

  /// The models after the round.
  ///   committed  the models that the updates started from
  ///   server     w_s in parallel order, empty in alternate order
  ///   errors     kInternal naming the tensor when a model is not finite or reaches the magnitude limit: it
  ///   diverged
  Result<GlobalModels> finish(const GlobalModels& committed, Span<const float> server) const;

 private:
  Status check_models(const GlobalModels& committed, Span<const float> server) const;
  Values mean_of_counted(const std::vector<Values>& masters) const;
  double limit() const;

  Layout layout_;
  RoundShape shape_;
  std::vector<std::unique_ptr<Combiner>> groups_;
};

/// Alternate order, after the server's steps from w_avg to w_ft: every W_g' gets the change (w_ft - w_avg)
/// and w_avg becomes w_ft.
///   errors  kInternal naming the tensor when a value is not finite: the server's training diverged
Status apply_server_change(const Layout& layout, Values server_values, GlobalModels& next);

}  // namespace covey::average
