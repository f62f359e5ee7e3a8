#include <algorithm>
#include <cmath>

#include "common/data/partition/partitioners.h"
#include "common/data/partition/rounding.h"

namespace covey::data {

namespace {

constexpr int kAttempts = 100;
constexpr double kAlphaMax = 1e6;

/// One draw of shares over the users from a symmetric Dirichlet distribution.
std::vector<double> draw_shares(std::size_t users, double alpha, Sequence& draws) {
  std::vector<double> shares(users);
  double sum = 0.0;
  for (double& share : shares) sum += share = draws.gamma(alpha);
  if (!(sum > 0.0)) {
    // Every gamma underflowed: the limit of a tiny alpha is one owner of all.
    shares[draws.below(static_cast<std::uint32_t>(users))] = sum = 1.0;
  }
  for (double& share : shares) share /= sum;
  return shares;
}

UserLists draw_users(const Remainder& rest, double alpha, Sequence& draws) {
  UserLists users(rest.users);
  for (std::size_t i = 0; i < rest.by_class.size(); ++i) {
    const auto& members = rest.by_class[i];
    std::vector<double> quotas = draw_shares(rest.users, alpha, draws);
    for (double& quota : quotas) quota *= static_cast<double>(members.size());
    deal(members, largest_remainder(quotas, members.size(), i), users);
  }
  return users;
}

}  // namespace

/// Each class is split over the users by shares drawn from Dirichlet(alpha); drawn again while a user has
/// nothing.
///   source  Yurochkin et al.: Bayesian nonparametric federated learning of neural networks (2019),
///   section 4.
Result<UserLists> partition_dirichlet(const Remainder& rest, Sequence& draws) {
  const double alpha = rest.data->dirichlet_alpha;
  if (!(alpha > 0.0 && alpha <= kAlphaMax)) {
    return invalid_argument("data.dirichlet_alpha is " + std::to_string(alpha) +
                            "; allowed are values above 0 up to 1e6");
  }
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    UserLists users = draw_users(rest, alpha, draws);
    const bool all_served =
        std::none_of(users.begin(), users.end(), [](const auto& user) { return user.empty(); });
    if (all_served) return users;
  }
  return invalid_argument("data.dirichlet_alpha of " + std::to_string(alpha) + " leaves some of " +
                          std::to_string(rest.users) + " users without an image in " +
                          std::to_string(kAttempts) + " draws; use a larger alpha or fewer users");
}

}  // namespace covey::data
