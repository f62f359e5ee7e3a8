#include "common/learn/schedule.h"

#include <algorithm>
#include <cmath>

namespace covey::learn {

namespace {

constexpr double kPi = 3.14159265358979323846;

/// max(floor, cos(7/16 pi x)), x in [0, 1) over the run: the recommended form of ssfl.md 2.2.
class Cosine final : public Schedule {
 public:
  explicit Cosine(double floor) : floor_(floor) {}
  double factor(std::uint64_t t, std::uint64_t total) const override {
    const double x = static_cast<double>(t) / static_cast<double>(total);
    return std::max(floor_, std::cos(kPi * 7.0 / 16.0 * x));
  }

 private:
  double floor_;
};

/// The form of the authors' code: linear warm-up from 0, then max(floor, cos(pi c (t - W) / (Ttot - W))),
/// which may rise again.
class Paper final : public Schedule {
 public:
  explicit Paper(const config::Training& training) : training_(training) {}
  double factor(std::uint64_t t, std::uint64_t total) const override {
    const double warmup = static_cast<double>(training_.schedule_warmup_steps);
    const double now = static_cast<double>(t);
    if (now < warmup) return now / warmup;
    const double end = training_.schedule_total_steps > 0
                           ? static_cast<double>(training_.schedule_total_steps)
                           : static_cast<double>(total);
    const double x = (now - warmup) / std::max(1.0, end - warmup);
    return std::max(training_.schedule_floor, std::cos(kPi * training_.schedule_cycles * x));
  }

 private:
  config::Training training_;
};

class Constant final : public Schedule {
 public:
  double factor(std::uint64_t, std::uint64_t) const override { return 1; }
};

}  // namespace

const Registry<ScheduleMaker>& schedule_registry() {
  static const Registry<ScheduleMaker> registry = [] {
    Registry<ScheduleMaker> r("schedule");
    r.add("cosine", [](const config::Training& t) -> std::unique_ptr<Schedule> {
      return std::make_unique<Cosine>(t.schedule_floor);
    });
    r.add("paper",
          [](const config::Training& t) -> std::unique_ptr<Schedule> { return std::make_unique<Paper>(t); });
    r.add("constant",
          [](const config::Training&) -> std::unique_ptr<Schedule> { return std::make_unique<Constant>(); });
    return r;
  }();
  return registry;
}

double base_rate(const config::Experiment& experiment) {
  if (experiment.training.lr > 0) return experiment.training.lr;
  const double batch = static_cast<double>(experiment.training.batch);
  const config::Federation& f = experiment.federation;
  if (f.order == "alternate" || f.labels_at == "users") return std::min(0.06, 0.03 * batch / 32);
  return 0.03 * static_cast<double>(f.communicating + 1) * batch / 128;
}

}  // namespace covey::learn
