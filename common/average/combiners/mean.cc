#include "common/average/combiners/mean.h"

#include <cmath>

#include "common/average/accumulator.h"
#include "common/average/fixed_point.h"
#include "common/base/pieces.h"

namespace covey::average {

namespace {

constexpr int kShareBits = 20;
constexpr std::int64_t kWhole = std::int64_t{1} << kShareBits;

class Mean final : public Combiner {
 public:
  Mean(std::size_t value_count, double server_share)
      : updates_(value_count), server_share_(std::llrint(server_share * static_cast<double>(kWhole))) {}

  void add(const quant::ContainerView& update, std::uint32_t weight) override {
    updates_.add(update, weight);
    weights_ += weight;
  }
  std::uint32_t update_count() const override { return updates_.update_count(); }

  Values combine(Span<const float> master, Span<const float> server) const override {
    if (server.empty()) return mean_of_users(master);
    return server_share_ > 0 ? mean_with_share(master, server) : mean_of_members(master, server);
  }

 private:
  // No overflow: weighted updates, w_s and W_g are below L = 2^62 / (C_k + 1) in fixed point, so the
  // numerator is below (1 + 2n) L, which is less than 2^63 because n <= C_k.
  std::int64_t sum_of_users(Span<const float> master, std::size_t i) const {
    return updates_.sums()[i] + static_cast<std::int64_t>(weights_) * to_fixed(master[i]);
  }

  Values mean_of_users(Span<const float> master) const {
    return quotients(master.size(), weights_, [&](std::size_t i) { return sum_of_users(master, i); });
  }

  Values mean_of_members(Span<const float> master, Span<const float> server) const {
    return quotients(master.size(), weights_ + 1,
                     [&](std::size_t i) { return sum_of_users(master, i) + to_fixed(server[i]); });
  }

  // The users' mean is rounded once, to 2^-32, before it is mixed.
  Values mean_with_share(Span<const float> master, Span<const float> server) const {
    const HalfEvenDivider divide(weights_);
    Values model(master.size());
    in_pieces(model.size(), [&](std::size_t first, std::size_t last) {
      for (std::size_t i = first; i < last; ++i) {
        const std::int64_t users = divide(sum_of_users(master, i));
        const std::int64_t change = to_fixed(server[i]) - users;
        model[i] = to_float(users + scaled(change));
      }
    });
    return model;
  }

  /// change * server_share_ / 2^20, to the nearest, ties up; in two parts, so that no product overflows.
  std::int64_t scaled(std::int64_t change) const {
    const std::int64_t high = change >> kShareBits;
    const std::int64_t low = change & (kWhole - 1);
    return high * server_share_ + ((low * server_share_ + kWhole / 2) >> kShareBits);
  }

  Accumulator updates_;
  std::uint32_t weights_ = 0;
  std::int64_t server_share_;  ///< in units of 2^-20
};

}  // namespace

std::unique_ptr<Combiner> make_mean_combiner(std::size_t value_count, double server_share) {
  return std::make_unique<Mean>(value_count, server_share);
}

}  // namespace covey::average
