#pragma once

#include <vector>

#include "common/average/accumulator.h"
#include "common/base/ids.h"

namespace covey::average {

/// D = nodes * sum_i ||g_i||^2 / ||sum_i g_i||^2 over some of a round's members; NaN when their changes
/// cancel out. D / nodes is the weight diversity of arXiv 2008.11364, equation 8.
struct MeasuredDiversity {
  bool classifier_only = false;  ///< else all parameters; buffers never count
  bool inside_groups = false;    ///< D and nodes of each group, averaged over all members
  double nodes = 0;
  double d = 0;
};

/// Measures how differently the members of one round changed, from the updates as they arrive and in any
/// order. Memory: a sum of updates a group.
///   source  ssfl.md 5; g_i = w_i - what member i started from
class DiversityMeter {
 public:
  DiversityMeter(const Layout& layout, std::uint32_t groups);

  void add(GroupId group, const quant::ContainerView& update);
  /// Parallel order: the server's change is a member of the round, and of every group.
  void add_server(Span<const float> change);

  /// All four combinations; none when nothing was added.
  std::vector<MeasuredDiversity> result() const;

 private:
  /// Squared lengths of one member's change.
  struct Lengths {
    double all = 0;
    double classifier = 0;
  };
  struct Sums {
    double lengths = 0;   ///< sum of ||g_i||^2
    double together = 0;  ///< ||sum g_i||^2
    double nodes = 0;
  };
  bool counts(const TensorSpec& tensor, bool classifier_only) const;
  double sum_of_lengths(const std::vector<std::uint32_t>& groups, bool classifier_only) const;
  Sums sums(const std::vector<std::uint32_t>& groups, bool classifier_only) const;

  Layout layout_;
  std::vector<Accumulator> changes_;           ///< per group, of the users
  std::vector<std::vector<Lengths>> lengths_;  ///< per group, in order of arrival
  Values server_change_;
  Lengths server_lengths_;
};

}  // namespace covey::average
