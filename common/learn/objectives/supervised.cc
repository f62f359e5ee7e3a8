#include "common/learn/objectives/supervised.h"

namespace covey::learn {

namespace {

class Supervised final : public Objective {
 public:
  bool uses_true_labels() const override { return true; }
  View fitted_view() const override { return View::kWeak; }

  torch::Tensor moving_loss(nn::Model&, const Batch&, PseudoLabeller&) const override {
    COVEY_CHECK(false, "the supervised objective makes no pseudo-labels");
    return {};
  }
};

}  // namespace

std::unique_ptr<Objective> make_supervised() {
  return std::make_unique<Supervised>();
}

}  // namespace covey::learn
