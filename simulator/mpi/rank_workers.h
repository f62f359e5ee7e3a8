#pragma once

#include <deque>
#include <map>
#include <set>

#include "simulator/mpi/ranks.h"
#include "simulator/workers.h"

namespace covey::simulator {

/// The worker threads of all ranks, for rank 0. A rank is sent a model once a round, and a few tasks ahead of
/// those that it runs.
class RankWorkers final : public Workers {
 public:
  /// `local` trains on the `local_threads` threads of this rank.
  RankWorkers(Ranks& ranks, std::unique_ptr<Workers> local, std::size_t local_threads);

  void submit(const server::OutgoingTask& task, const learn::MemberState& state, Done done) override;
  Result<std::size_t> run_completions(bool wait) override;
  std::size_t unfinished() const override;

 private:
  struct Waiting {
    server::OutgoingTask task;
    learn::MemberState state;
    Done done;
  };
  struct Place {
    std::size_t room = 0;  ///< tasks that it takes at a time; 0 until it is ready
    std::size_t tasks = 0;
    std::uint32_t round = 0;
    std::set<Digest> models;  ///< of that round, which it has
  };

  void dispatch();
  void send_local(Waiting waiting);
  void send_remote(int rank, Waiting waiting);
  Status take(const Ranks::Received& received, std::size_t& ran);

  Ranks& ranks_;
  std::unique_ptr<Workers> local_;
  std::vector<Place> places_;  ///< by rank
  std::deque<Waiting> waiting_;
  std::map<std::uint64_t, Done> remote_;  ///< tasks of other ranks by id
  std::uint64_t next_id_ = 0;
};

}  // namespace covey::simulator
