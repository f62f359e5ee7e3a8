#include "common/data/partition/partitioners.h"
#include "common/data/partition/rounding.h"

namespace covey::data {

namespace {

/// User k's main class is k mod d; with fewer users than classes, its main classes are all j with j mod K =
/// k.
bool is_main_class(std::size_t user, std::size_t klass, std::size_t users, std::size_t classes) {
  return users >= classes ? user % classes == klass : klass % users == user;
}

/// What every user takes of each class as a share of the whole: main[k] = sum over its main classes j of q_j
/// / m_j.
struct Shares {
  std::vector<std::vector<double>> main;  ///< [class][user]: 1 / m_j for its main users, else 0
  std::vector<double> mixed;              ///< [user]
};

Shares compute_shares(const Remainder& rest) {
  const std::size_t classes = rest.by_class.size();
  Shares shares{std::vector<std::vector<double>>(classes, std::vector<double>(rest.users, 0.0)),
                std::vector<double>(rest.users, 0.0)};
  for (std::size_t j = 0; j < classes; ++j) {
    std::size_t sharers = 0;
    for (std::size_t k = 0; k < rest.users; ++k) sharers += is_main_class(k, j, rest.users, classes);
    const double q = static_cast<double>(rest.by_class[j].size()) / static_cast<double>(rest.size());
    for (std::size_t k = 0; k < rest.users; ++k) {
      if (!is_main_class(k, j, rest.users, classes)) continue;
      shares.main[j][k] = 1.0 / static_cast<double>(sharers);
      shares.mixed[k] += q / static_cast<double>(sharers);
    }
  }
  return shares;
}

}  // namespace

/// A user with main class j gets n_j R / m_j images of class j and n_i q_j (1 - R) / m_j of every class i:
/// its class distribution is R e_j + (1 - R) q. n_i: images left of class i; q_j: share of class j; m_j:
/// users with main class j.
///   source  arXiv 2008.11364, appendix A.2; without replacement and rounded by largest remainders.
Result<UserLists> partition_by_class(const Remainder& rest, Sequence&) {
  if (!(rest.noniid >= 0.0 && rest.noniid <= 1.0)) {
    return invalid_argument("federation.noniid is " + std::to_string(rest.noniid) + "; allowed are 0 to 1");
  }
  const Shares shares = compute_shares(rest);
  UserLists users(rest.users);
  for (std::size_t i = 0; i < rest.by_class.size(); ++i) {
    const auto left = static_cast<double>(rest.by_class[i].size());
    std::vector<double> quotas(rest.users);
    for (std::size_t k = 0; k < rest.users; ++k) {
      quotas[k] = left * (rest.noniid * shares.main[i][k] + (1.0 - rest.noniid) * shares.mixed[k]);
    }
    deal(rest.by_class[i], largest_remainder(quotas, rest.by_class[i].size(), i), users);
  }
  return users;
}

}  // namespace covey::data
