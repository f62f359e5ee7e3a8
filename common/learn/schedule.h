#pragma once

#include <cstdint>
#include <memory>

#include "common/base/registry.h"
#include "common/config/experiment.h"

namespace covey::learn {

/// The learning rate of every local step. All members use step t = round * T + step.
class Schedule {
 public:
  virtual ~Schedule() = default;
  /// Factor of the base rate at step `t` of `total` (>= 1) steps.
  virtual double factor(std::uint64_t t, std::uint64_t total) const = 0;
};

using ScheduleMaker = std::unique_ptr<Schedule> (*)(const config::Training&);

/// cosine | paper | constant (ssfl.md 2.2).
const Registry<ScheduleMaker>& schedule_registry();

/// The base rate that `training.lr = 0` stands for.
///   parallel   0.03 * (C_k + 1) * batch / 128 (ssfl.md 2.2): the factor C_k + 1 offsets that each step is
///              averaged over so many members
///   alternate  0.03 * batch / 32, at most 0.06: the server's steps are not diluted there; also
///              with federation.labels_at = users, where no step is
double base_rate(const config::Experiment& experiment);

}  // namespace covey::learn
