#include "common/learn/objectives/supervised.h"

namespace covey::learn {

namespace {

class Supervised final : public Objective {
 public:
  LabelSource labels() const override { return LabelSource::kTrue; }
  View fitted_view() const override { return View::kWeak; }

  torch::Tensor unlabelled_loss(nn::Model&, const Batch&, PseudoLabeller&) const override {
    COVEY_CHECK(false, "the supervised objective makes no pseudo-labels");
    return {};
  }
};

}  // namespace

Result<std::unique_ptr<Objective>> make_supervised(const data::DataSpec&) {
  return std::unique_ptr<Objective>(std::make_unique<Supervised>());
}

}  // namespace covey::learn
