#pragma once

#include <cstdint>
#include <vector>

#include "common/base/random.h"
#include "common/data/dataset.h"

namespace covey::learn {

/// A member's training data: some samples of a set that may be shared with other members.
struct Samples {
  const data::SampleSet* set = nullptr;
  std::vector<std::uint32_t> indices;  ///< into `set`, in the member's own order
  std::vector<std::int32_t> labels;    ///< one per index: true or pseudo-label; empty when there are none
  /// One per index, 1 where the pseudo-label also reached training.threshold; empty where nobody asks.
  std::vector<std::uint8_t> sure = {};

  std::size_t size() const { return indices.size(); }
};

/// All of `set`, with their labels.
Samples all_samples(const data::SampleSet& set);

/// Cuts `samples` to the first `count`; 0, or more than there are, keeps all.
void keep_first(std::size_t count, Samples& samples);

enum class Drawing {
  kShuffled,         ///< a fresh shuffle at the start of a round and whenever all were seen
  kWithReplacement,  ///< every position of a batch on its own
};

/// The order in which a member sees its samples. Shuffled: an incomplete batch at the end of a pass is
/// dropped (ssfl.md 2), and a member with fewer samples than `batch` uses all in every step.
class SampleOrder {
 public:
  /// `size` >= 1; `stream` is keyed by (purpose, round, attempt, member).
  SampleOrder(std::size_t size, std::size_t batch, const Stream& stream,
              Drawing drawing = Drawing::kShuffled);

  std::size_t batch() const { return batch_; }
  /// Positions (0..size-1) of the next batch; valid until the next call.
  Span<const std::uint32_t> next();

 private:
  void reshuffle();
  void draw_batch();

  Drawing drawing_;
  std::size_t size_;
  std::size_t batch_;
  Stream stream_;
  std::vector<std::uint32_t> order_;  ///< of a pass, or of a batch with replacement
  std::size_t used_ = 0;
  std::uint64_t pass_ = 0;
};

}  // namespace covey::learn
