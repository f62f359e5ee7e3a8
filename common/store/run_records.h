#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/base/digest.h"
#include "common/base/ids.h"
#include "common/base/status.h"

/// What a run's database holds, as plain values.
namespace covey::store {

/// What a run is. Written once, when its directory is made.
struct RunInfo {
  std::string experiment_toml;  ///< the effective experiment, complete
  Digest experiment_sha256;
  Digest run_id;
  std::string numeric_profile;
};

struct Seat {
  SlotId slot;
  UserId user;
  GroupId group;

  friend bool operator==(const Seat& a, const Seat& b) {
    return a.slot == b.slot && a.user == b.user && a.group == b.group;
  }
};

/// Where a run goes on.
struct NextAttempt {
  std::uint32_t round = 0;     ///< first round that is not committed
  std::uint32_t attempt = 0;   ///< grows only when an attempt is voided
  bool begun = false;          ///< the attempt was stored before a crash: it keeps its seats
  std::vector<Seat> seats;     ///< in slot order; empty unless `begun`
  double virtual_seconds = 0;  ///< that the round's void attempts took
};

/// How a member's part in an attempt ended.
enum class MemberState { kCounted, kNothing, kRefused, kAbsent };

/// "counted", "nothing", "refused" or "absent", as in the database.
const char* member_state_name(MemberState state);

struct MemberRecord {
  Seat seat;
  MemberState state = MemberState::kAbsent;
  std::optional<Digest> update;  ///< of the encoded bytes; a simulation does not hash them
  std::uint64_t bytes_down = 0;  ///< encoded containers
  std::uint64_t bytes_up = 0;
  double loss = 0;  ///< mean over the local steps, as reported; may be NaN
  double mask_rate = 0;
  std::uint64_t images = 0;
  double train_seconds = 0;
  std::string reason;  ///< why the update was refused
};

/// How differently members changed in a round: D = mean_i ||g_i||^2 / ||mean_i g_i||^2 of their changes g_i.
///   source  ssfl.md 5; equation 8 of arXiv 2008.11364 is D / nodes
struct Diversity {
  enum class Tensors { kAll, kClassifier };
  enum class Among { kRound, kGroup };  ///< kGroup: inside each group, averaged over all members
  Tensors tensors = Tensors::kAll;
  Among among = Among::kRound;
  double nodes = 0;  ///< members compared; kGroup: the mean over all members
  double d = 0;      ///< NaN when the changes cancel out
};

/// "all" or "classifier"; "round" or "group": as in databases and files.
const char* name_of(Diversity::Tensors tensors);
const char* name_of(Diversity::Among among);
/// kCorrupt for other names.
Result<Diversity::Tensors> diversity_tensors(const std::string& name);
Result<Diversity::Among> diversity_among(const std::string& name);

/// The curvature of one parameter: the trace of its block of the loss's Hessian.
struct TensorTrace {
  std::string tensor;
  double trace = 0;
  double standard_error = 0;  ///< over the probes; NaN where it is not known
};

/// Sums and means of one committed round.
struct RoundFigures {
  double seconds = 0;
  double virtual_seconds = 0;  ///< on the devices of the experiment; 0 where it describes none
  double server_loss = 0;
  double user_loss = 0;  ///< mean over the counted members
  double mask_rate = 0;  ///< mean over the members that were present
  std::uint64_t images = 0;
  std::uint64_t bytes_up = 0;  ///< encoded containers
  std::uint64_t bytes_down = 0;
  std::uint64_t bytes_up_fp32 = 0;  ///< the same exchange without a codec
  std::uint64_t bytes_down_fp32 = 0;
  std::uint64_t wire_bytes_up = 0;  ///< frames; 0 in the simulator
  std::uint64_t wire_bytes_down = 0;
  std::vector<std::uint64_t> pseudo_labels;  ///< accepted per class
  std::vector<Diversity> diversity;          ///< empty unless measured in this round
  std::vector<TensorTrace> curvature;        ///< the same; in order of name
};

/// Accepted pseudo-labels per class as a database holds them: a JSON array.
std::string counts_text(const std::vector<std::uint64_t>& counts);
/// kCorrupt unless `text` is one.
Result<std::vector<std::uint64_t>> parse_counts(const std::string& text);

/// The models of a committed round, by the digests of their blobs.
struct CommittedState {
  std::uint32_t round = 0;
  std::uint32_t attempt = 0;
  std::vector<Digest> masters;  ///< W_g in order of group
  Digest average;               ///< w_avg
  std::optional<Digest> trainer_state;
  std::optional<Digest> velocity;  ///< of averaging.server_momentum
};

struct CommitRecord {
  CommittedState state;
  std::vector<MemberRecord> members;
  RoundFigures figures;
  std::optional<std::string> bit_plan;                   ///< of downloads from now on, where it changed
  bool evaluate = false;                                 ///< an evaluation of this round is due
  std::vector<std::pair<UserId, Digest>> device_states;  ///< simulator only
};

/// Widths of downloads, and the round at whose end they were planned.
struct BitPlanRecord {
  std::uint32_t round = 0;
  std::string plan;  ///< JSON
};

struct Evaluation {
  std::uint32_t round = 0;
  double accuracy = 0;  ///< 0..1
  double loss = 0;
  std::optional<double> accuracy_as_sent;  ///< of the encoded download
  double seconds = 0;
};

/// A committed round as a reader sees it.
struct RoundRecord {
  CommittedState state;
  RoundFigures figures;
  std::uint32_t drawn = 0;
  std::uint32_t counted = 0;
  std::optional<Evaluation> evaluation;
};

struct LastCounted {
  std::uint32_t round = 0;
  std::uint32_t attempt = 0;
};

/// What `--replay` needs of a committed round: with these seats and this attempt number the simulator repeats
/// it.
struct RecordedRound {
  std::uint32_t attempt = 0;
  /// Members that counted or had nothing to report, in slot order. The latter must be drawn again: they add
  /// nothing to the average, but they count as present (min_updates), and they find again that they have
  /// nothing to report.
  std::vector<Seat> present;
};

/// Sums over all committed rounds.
struct RunTotals {
  std::uint32_t rounds = 0;
  std::uint32_t void_attempts = 0;
  double seconds = 0;
  std::uint64_t images = 0;
  std::uint64_t bytes_up = 0;
  std::uint64_t bytes_down = 0;
  std::uint64_t bytes_up_fp32 = 0;
  std::uint64_t bytes_down_fp32 = 0;
  std::uint64_t wire_bytes_up = 0;
  std::uint64_t wire_bytes_down = 0;
};

}  // namespace covey::store
