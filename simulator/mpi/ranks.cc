#include "simulator/mpi/ranks.h"

// The C interface only.
#define OMPI_SKIP_MPICXX 1
#define MPICH_SKIP_MPICXX 1
#include <mpi.h>

#include <chrono>
#include <cstdlib>
#include <limits>
#include <thread>

#include "common/base/check.h"

namespace covey::simulator {

namespace {

/// Set by the launchers of Open MPI, of MPICH and Slurm, and of Slurm with PMIx.
constexpr const char* kSizeVariables[] = {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE"};
constexpr const char* kPmixRank = "PMIX_RANK";
constexpr const char* kSlurmSize = "SLURM_NTASKS";

bool more_than_one(const char* variable) {
  const char* size = std::getenv(variable);
  return size != nullptr && std::atoi(size) > 1;
}

}  // namespace

struct Ranks::Outgoing {
  Bytes payload;
  MPI_Request request = MPI_REQUEST_NULL;
};

bool Ranks::launched() {
  for (const char* name : kSizeVariables) {
    if (more_than_one(name)) return true;
  }
  return std::getenv(kPmixRank) != nullptr && more_than_one(kSlurmSize);
}

Result<std::unique_ptr<Ranks>> Ranks::join() {
  int provided = MPI_THREAD_SINGLE;
  // Worker threads run beside, but only this one speaks to other ranks.
  if (MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided) != MPI_SUCCESS)
    return unavailable("MPI did not start");
  if (provided < MPI_THREAD_FUNNELED) return unavailable("this MPI library allows no threads");
  return std::unique_ptr<Ranks>(new Ranks());
}

Ranks::Ranks() {
  MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
  MPI_Comm_size(MPI_COMM_WORLD, &size_);
  MPI_Comm here = MPI_COMM_NULL;
  MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, rank_, MPI_INFO_NULL, &here);
  MPI_Comm_size(here, &size_here_);
  MPI_Comm_free(&here);
}

Ranks::~Ranks() {
  if (rank_ == 0) {
    stop_others();
  } else if (stopped_) {
    send(0, RankMessage::kDone, {});
    flush();
  } else {
    MPI_Abort(MPI_COMM_WORLD, EXIT_FAILURE);
  }
  MPI_Finalize();
}

// A large message leaves its sender only when it is received, so what is on its way is taken until each rank
// has said its last word.
void Ranks::stop_others() {
  for (int rank = 1; rank < size_; ++rank) send(rank, RankMessage::kStop, {});
  for (int done = 0; done < size_ - 1;) {
    const auto received = receive();
    if (!received) std::this_thread::sleep_for(kPollPause);
    if (received && received->kind == RankMessage::kDone) ++done;
  }
  flush();
}

void Ranks::send(int rank, RankMessage kind, Bytes payload) {
  COVEY_CHECK(payload.size() <= static_cast<std::size_t>(std::numeric_limits<int>::max()), payload.size());
  auto outgoing = std::make_unique<Outgoing>();
  outgoing->payload = std::move(payload);
  MPI_Isend(outgoing->payload.data(), static_cast<int>(outgoing->payload.size()), MPI_BYTE, rank,
            static_cast<int>(kind), MPI_COMM_WORLD, &outgoing->request);
  outgoing_.push_back(std::move(outgoing));
}

void Ranks::forget_sent() {
  for (auto next = outgoing_.begin(); next != outgoing_.end();) {
    int done = 0;
    MPI_Test(&(*next)->request, &done, MPI_STATUS_IGNORE);
    next = done != 0 ? outgoing_.erase(next) : std::next(next);
  }
}

std::optional<Ranks::Received> Ranks::receive() {
  forget_sent();
  int found = 0;
  MPI_Message message = MPI_MESSAGE_NULL;
  MPI_Status status;
  MPI_Improbe(MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &found, &message, &status);
  if (found == 0) return std::nullopt;
  int size = 0;
  MPI_Get_count(&status, MPI_BYTE, &size);
  Received received{status.MPI_SOURCE, static_cast<RankMessage>(status.MPI_TAG),
                    Bytes(static_cast<std::size_t>(size))};
  MPI_Mrecv(received.payload.data(), size, MPI_BYTE, &message, MPI_STATUS_IGNORE);
  if (received.kind == RankMessage::kStop) stopped_ = true;
  return received;
}

void Ranks::flush() {
  for (forget_sent(); !outgoing_.empty(); forget_sent()) std::this_thread::sleep_for(kPollPause);
}

}  // namespace covey::simulator
