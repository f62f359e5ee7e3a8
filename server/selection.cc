#include "server/selection.h"

#include <algorithm>

#include "common/base/check.h"
#include "common/base/random.h"

namespace covey::server {

namespace {

class RandomSelector final : public Selector {
 public:
  RandomSelector(std::uint64_t seed, std::uint32_t count) : seed_(seed), count_(count) {}

  std::vector<Seat> select(std::uint32_t round, std::uint32_t attempt,
                           const std::vector<UserId>& candidates) const override {
    std::vector<UserId> users = candidates;
    Sequence draws(Stream(seed_, {Purpose::kSelection, round, attempt, kNoEntity}), 0);
    draws.shuffle(Span<UserId>(users));
    users.resize(std::min<std::size_t>(users.size(), count_));
    std::vector<Seat> seats;
    for (const UserId user : users) seats.push_back({SlotId{static_cast<std::uint32_t>(seats.size())}, user});
    return seats;
  }

 private:
  std::uint64_t seed_;
  std::uint32_t count_;
};

class RecordedSelector final : public Selector {
 public:
  explicit RecordedSelector(std::vector<RecordedRound> rounds) : rounds_(std::move(rounds)) {}

  std::vector<Seat> select(std::uint32_t round, std::uint32_t, const std::vector<UserId>&) const override {
    return at(round).present;
  }

  std::uint32_t first_attempt(std::uint32_t round) const override { return at(round).attempt; }

 private:
  const RecordedRound& at(std::uint32_t round) const {
    COVEY_CHECK(round < rounds_.size(), round, rounds_.size());
    return rounds_[round];
  }

  std::vector<RecordedRound> rounds_;
};

}  // namespace

std::uint32_t Selector::first_attempt(std::uint32_t) const {
  return 0;
}

std::unique_ptr<Selector> make_random_selector(std::uint64_t seed, std::uint32_t count) {
  return std::make_unique<RandomSelector>(seed, count);
}

std::unique_ptr<Selector> make_recorded_selector(std::vector<RecordedRound> rounds) {
  return std::make_unique<RecordedSelector>(std::move(rounds));
}

}  // namespace covey::server
