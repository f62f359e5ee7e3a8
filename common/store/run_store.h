#pragma once

#include <map>
#include <memory>

#include "common/store/blob_store.h"
#include "common/store/counters.h"
#include "common/store/database.h"
#include "common/store/directory_lock.h"
#include "common/store/run_records.h"

namespace covey::store {

/// All state of one run: DIR/run.sqlite names every round, attempt, member and figure; DIR/blobs holds the
/// models that it names. A round is one transaction, after its blobs are durable, so a crash leaves the run
/// before or after it.
///
/// Used by one thread of one process at a time; a second writer is refused with kUnavailable. Readers may
/// come at any time.
class RunStore {
 public:
  /// Creates the run, or continues the one that is there (info() then holds its stored identity: the run id
  /// and the profile of `info` are only for a new run). Removes blobs that a crash left without a commit.
  ///   errors  kInvalidArgument: another experiment, or a newer schema; kUnavailable: in use; kCorrupt:
  ///   damaged database
  static Result<std::unique_ptr<RunStore>> open(const fs::path& dir, const RunInfo& info);

  /// For status, reports and replay, beside a running writer. `path` is the directory or its run.sqlite.
  static Result<std::unique_ptr<const RunStore>> open_read_only(const fs::path& path);

  /// What the directory holds, so that a caller can name what differs before open() refuses; empty when there
  /// is no run yet. Possible beside a running writer.
  static Result<std::optional<RunInfo>> stored_run(const fs::path& dir);

  const RunInfo& info() const { return info_; }
  BlobStore& blobs() { return blobs_; }
  const BlobStore& blobs() const { return blobs_; }

  // ---- the life of a round

  Result<NextAttempt> next_attempt() const;
  /// Durable when it returns. An attempt that was begun already must come with the same seats.
  Status begin_attempt(std::uint32_t round, std::uint32_t attempt, const std::vector<Seat>& seats);
  /// Durable when it returns. The blobs it names must be in blobs(); the attempt must be begun.
  Status commit_round(const CommitRecord& record);
  ///   virtual_seconds  since the round began
  Status void_attempt(std::uint32_t round, std::uint32_t attempt, const std::string& reason,
                      const std::vector<MemberRecord>& members, double virtual_seconds);
  /// Removes blobs that neither the last `keep` (>= 1) committed rounds, nor a device state, nor a round
  /// whose evaluation is still due names. Blobs put for a round that is not committed yet go too: call it
  /// between a commit and the first blob of the next round. Returns how many.
  Result<std::size_t> prune(std::uint32_t keep);
  Status record_evaluation(const Evaluation& evaluation);

  // ---- what is committed

  Result<std::optional<CommittedState>> latest() const;
  /// kNotFound when the round is not committed. Its blobs may be pruned.
  Result<CommittedState> committed(std::uint32_t round) const;
  /// The widths in force after `round`; empty where none were planned until then.
  Result<std::optional<BitPlanRecord>> bit_plan(std::uint32_t round) const;
  /// The curvature measured in each of the rounds from `first` on that did.
  Result<std::map<std::uint32_t, std::vector<TensorTrace>>> curvature(std::uint32_t first) const;
  Result<std::vector<std::uint32_t>> rounds_without_evaluation() const;
  Result<std::optional<LastCounted>> last_counted(UserId user) const;
  Result<std::map<UserId, Digest>> device_states() const;

  // ---- history

  /// Every committed round, in order; element r is round r.
  Result<std::vector<RoundRecord>> rounds() const;
  Result<std::vector<RecordedRound>> recorded_rounds() const;
  /// Members of one attempt in slot order, as they ended; empty while it runs.
  Result<std::vector<MemberRecord>> members(std::uint32_t round, std::uint32_t attempt) const;
  Result<RunTotals> totals() const;

  // ---- refused messages by kind, for status

  /// A disk flush: collect what peers can cause and add it now and then.
  Status add_refusals(const std::string& kind, std::uint64_t count);
  Result<Counters> refusals() const;

 private:
  RunStore(std::optional<DirectoryLock> lock, Database database, BlobStore blobs);
  Result<std::optional<RunInfo>> load_info() const;
  Status create(const RunInfo& info);
  Status end_attempt(std::uint32_t round, std::uint32_t attempt, const char* state, const std::string& reason,
                     const std::vector<MemberRecord>& members);
  Status insert_round(const CommitRecord& record);
  Status check_blobs(const CommitRecord& record) const;
  Result<std::vector<Seat>> seats(std::uint32_t round, std::uint32_t attempt) const;
  Result<std::vector<Digest>> masters(std::uint32_t round) const;
  Status read_diversity(std::vector<RoundRecord>& rounds) const;
  Status read_curvature(std::vector<RoundRecord>& rounds) const;
  Result<std::size_t> sweep(std::uint32_t first_round);

  std::optional<DirectoryLock> lock_;  ///< empty in a reader
  Database database_;
  BlobStore blobs_;
  RunInfo info_;
  std::uint32_t first_kept_ = 0;  ///< no round before it has models that are still needed
};

}  // namespace covey::store
