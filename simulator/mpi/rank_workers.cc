#include "simulator/mpi/rank_workers.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "simulator/mpi/rank_messages.h"

namespace covey::simulator {

namespace {

/// One task runs on a thread and one waits behind it, so that no thread idles while a result travels.
constexpr std::size_t kTasksPerThread = 2;

}  // namespace

RankWorkers::RankWorkers(Ranks& ranks, std::unique_ptr<Workers> local, std::size_t local_threads)
    : ranks_(ranks), local_(std::move(local)), places_(static_cast<std::size_t>(ranks.size())) {
  places_[0].room = kTasksPerThread * local_threads;
}

void RankWorkers::submit(const server::OutgoingTask& task, const learn::MemberState& state, Done done) {
  waiting_.push_back({task, state, std::move(done)});
  dispatch();
}

void RankWorkers::dispatch() {
  while (!waiting_.empty()) {
    const auto emptier = [](const Place& a, const Place& b) {
      return a.room - std::min(a.room, a.tasks) < b.room - std::min(b.room, b.tasks);
    };
    const auto place = std::max_element(places_.begin(), places_.end(), emptier);
    if (place->tasks >= place->room) return;
    Waiting next = std::move(waiting_.front());
    waiting_.pop_front();
    ++place->tasks;
    const auto rank = static_cast<int>(place - places_.begin());
    if (rank == 0) {
      send_local(std::move(next));
    } else {
      send_remote(rank, std::move(next));
    }
  }
}

void RankWorkers::send_local(Waiting waiting) {
  local_->submit(waiting.task, waiting.state,
                 [this, done = std::move(waiting.done)](Result<client::TaskResult> result) {
                   --places_[0].tasks;
                   done(std::move(result));
                 });
}

void RankWorkers::send_remote(int rank, Waiting waiting) {
  Place& place = places_[static_cast<std::size_t>(rank)];
  const server::OutgoingTask& task = waiting.task;
  if (place.round != task.round) place.models.clear();
  place.round = task.round;
  if (place.models.insert(task.model).second) {
    ranks_.send(rank, RankMessage::kModel, encode(RankModel{task.round, task.model, *task.model_bytes}));
  }
  const RankTask message{
      next_id_++, {task.round, task.attempt, task.user, task.curvature_probes}, task.model, waiting.state};
  remote_[message.id] = std::move(waiting.done);
  ranks_.send(rank, RankMessage::kTask, encode(message));
}

Result<std::size_t> RankWorkers::run_completions(bool wait) {
  while (true) {
    std::size_t ran = 0;
    while (const auto received = ranks_.receive()) COVEY_RETURN_IF_ERROR(take(*received, ran));
    COVEY_ASSIGN_OR_RETURN(const std::size_t here, local_->run_completions(false));
    ran += here;
    dispatch();
    if (!wait || ran > 0 || unfinished() == 0) return ran;
    std::this_thread::sleep_for(kPollPause);
  }
}

Status RankWorkers::take(const Ranks::Received& received, std::size_t& ran) {
  Place& place = places_.at(static_cast<std::size_t>(received.rank));
  if (received.kind == RankMessage::kReady) {
    ByteReader in(received.payload);
    COVEY_ASSIGN_OR_RETURN(const auto threads, in.get<std::uint32_t>("threads"));
    place.room = kTasksPerThread * threads;
    return ok_status();
  }
  if (received.kind != RankMessage::kResult)
    return internal_error("rank " + std::to_string(received.rank) + " sent what only rank 0 sends");
  COVEY_ASSIGN_OR_RETURN(RankResult result, decode_rank_result(received.payload));
  const auto found = remote_.find(result.id);
  COVEY_CHECK(found != remote_.end(), result.id);
  const Done done = std::move(found->second);
  remote_.erase(found);
  --place.tasks;
  ++ran;
  done(std::move(result.result));
  return ok_status();
}

std::size_t RankWorkers::unfinished() const {
  return waiting_.size() + remote_.size() + local_->unfinished();
}

}  // namespace covey::simulator
