#include "simulator/mpi/worker_rank.h"

#include <chrono>
#include <map>
#include <thread>

#include "simulator/mpi/rank_messages.h"

namespace covey::simulator {

namespace {

void announce(Ranks& ranks, std::size_t threads) {
  ByteWriter out;
  out.put(static_cast<std::uint32_t>(threads));
  ranks.send(0, RankMessage::kReady, out.take());
}

void answer(Ranks& ranks, std::uint64_t id, Result<client::TaskResult> result) {
  ranks.send(0, RankMessage::kResult, encode(RankResult{id, std::move(result)}));
}

/// Models of the round under way. Tasks of an earlier round that still run hold theirs.
class Models {
 public:
  void add(RankModel model) {
    if (model.round != round_) models_.clear();
    round_ = model.round;
    models_[model.digest] = std::make_shared<const Bytes>(std::move(model.container));
  }
  Result<std::shared_ptr<const Bytes>> find(const Digest& digest) const {
    const auto found = models_.find(digest);
    if (found == models_.end()) return internal_error("a task names a model that this rank was not sent");
    return found->second;
  }

 private:
  std::uint32_t round_ = 0;
  std::map<Digest, std::shared_ptr<const Bytes>> models_;
};

class Rank {
 public:
  Rank(Ranks& ranks, learn::WorkerPool& pool, const UserData& users)
      : ranks_(ranks), pool_(pool), workers_(make_local_workers(pool, users)) {}

  Result<std::uint64_t> serve() {
    while (!stopped_) {
      bool idle = true;
      while (const auto received = ranks_.receive()) {
        COVEY_RETURN_IF_ERROR(take(*received));
        idle = false;
      }
      if (pool_.run_completions(false) > 0) idle = false;
      if (idle) std::this_thread::sleep_for(kPollPause);
    }
    return tasks_;
  }

 private:
  Status take(const Ranks::Received& received) {
    if (received.kind == RankMessage::kStop) {
      stopped_ = true;
      return ok_status();
    }
    if (received.kind == RankMessage::kModel) {
      COVEY_ASSIGN_OR_RETURN(RankModel model, decode_rank_model(received.payload));
      models_.add(std::move(model));
      return ok_status();
    }
    COVEY_ASSIGN_OR_RETURN(const RankTask task, decode_rank_task(received.payload));
    server::OutgoingTask outgoing;
    outgoing.user = task.task.user;
    outgoing.round = task.task.round;
    outgoing.attempt = task.task.attempt;
    outgoing.curvature_probes = task.task.curvature_probes;
    outgoing.model = task.model;
    COVEY_ASSIGN_OR_RETURN(outgoing.model_bytes, models_.find(task.model));
    ++tasks_;
    workers_->submit(outgoing, task.state, [this, id = task.id](Result<client::TaskResult> result) {
      answer(ranks_, id, std::move(result));
    });
    return ok_status();
  }

  Ranks& ranks_;
  learn::WorkerPool& pool_;
  std::unique_ptr<Workers> workers_;
  Models models_;
  std::uint64_t tasks_ = 0;
  bool stopped_ = false;
};

}  // namespace

Result<std::uint64_t> serve_tasks(Ranks& ranks, const learn::TrainingSetup& setup, const UserData& users,
                                  std::size_t threads) {
  COVEY_ASSIGN_OR_RETURN(const auto pool, learn::WorkerPool::make(setup, threads, {}));
  announce(ranks, threads);
  return Rank(ranks, *pool, users).serve();
}

Status serve_failure(Ranks& ranks, const Status& failure) {
  announce(ranks, 1);
  while (true) {
    const auto received = ranks.receive();
    if (!received) {
      std::this_thread::sleep_for(kPollPause);
    } else if (received->kind == RankMessage::kStop) {
      return failure;
    } else if (received->kind == RankMessage::kTask) {
      COVEY_ASSIGN_OR_RETURN(const RankTask task, decode_rank_task(received->payload));
      answer(ranks, task.id, failure);
    }
  }
}

}  // namespace covey::simulator
