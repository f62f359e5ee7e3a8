#include "common/average/combiners/sorted.h"

#include <algorithm>
#include <vector>

#include "common/average/fixed_point.h"

namespace covey::average {

namespace {

class Sorted final : public Combiner {
 public:
  explicit Sorted(Pick pick) : pick_(std::move(pick)) {}

  void add(const quant::ContainerView& update, std::uint32_t) override {
    updates_.push_back(update.decode());
  }
  std::uint32_t update_count() const override { return static_cast<std::uint32_t>(updates_.size()); }

  Values combine(Span<const float> master, Span<const float> server) const override {
    std::vector<std::int64_t> members(updates_.size() + (server.empty() ? 0 : 1));
    Values model(master.size());
    for (std::size_t i = 0; i < model.size(); ++i) {
      const std::int64_t start = to_fixed(master[i]);
      for (std::size_t k = 0; k < updates_.size(); ++k) members[k] = start + to_fixed(updates_[k][i]);
      if (!server.empty()) members.back() = to_fixed(server[i]);
      std::sort(members.begin(), members.end());
      model[i] = to_float(pick_(Span<const std::int64_t>(members)));
    }
    return model;
  }

 private:
  Pick pick_;
  std::vector<Values> updates_;
};

}  // namespace

std::unique_ptr<Combiner> make_sorted_combiner(Pick pick) {
  return std::make_unique<Sorted>(std::move(pick));
}

}  // namespace covey::average
