#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/digest.h"
#include "common/base/ids.h"

/// The messages of the protocol as plain values. envelope.h turns them into frames; the cores and the
/// in-memory transport use them as they are. FORMAT.md fixes the bytes.
namespace covey::wire {

inline constexpr std::uint16_t kProtocolMajor = 1;
inline constexpr std::uint16_t kProtocolMinor = 6;
/// Peers of a lower minor mean other settings by a welcome, or cannot read every task: their hellos and
/// welcomes are refused.
inline constexpr std::uint16_t kSettingsMinor = 6;

// ---- client to coordinator
// ------------------------------------------------------------------------------------------------

/// First message of a device that has no user number yet. The link's CURVE key is the identity that gets
/// bound.
struct Enroll {
  std::string token;  ///< as printed by `covey-coordinator token`
};

/// First message of every later session.
struct Hello {
  Digest probe;               ///< numeric-profile probe of this device; zeros before the first task
  std::uint64_t samples = 0;  ///< n_k
  bool resuming = false;      ///< the device holds a finished update that was not acknowledged
};

struct Heartbeat {};

/// Asks for bytes [offset, offset + chunks * chunk size) of a model; `chunks` is the credit that the receiver
/// grants.
struct ChunkRequest {
  Digest digest;
  std::uint64_t offset = 0;
  std::uint32_t chunks = 0;
};

/// What a member reports of its local steps; summed in slot order at commit.
struct Report {
  double loss = 0;                           ///< mean over the steps
  double mask_rate = 0;                      ///< share of unlabelled images whose pseudo-label counted
  std::vector<std::uint32_t> pseudo_labels;  ///< accepted pseudo-labels per class
  std::uint64_t images = 0;                  ///< images that went through local steps
  double train_seconds = 0;
  double confidence = 0;  ///< mean confidence of the received model on the member's images; 0 = not known
  /// Answers to the task's curvature probes, probe after probe, a number for every parameter tensor in order
  /// of name: z_l . (H z)_l, where H is the Hessian of a mean over `curvature_samples`. Empty without.
  std::vector<double> curvature = {};
  std::uint64_t curvature_samples = 0;
};

/// A finished task.
struct UpdateOffer {
  std::uint32_t round = 0;
  std::uint32_t attempt = 0;
  SlotId slot;
  Digest model;                    ///< the model that was trained from
  bool nothing_to_report = false;  ///< no confident sample: present, but no bytes follow
  Digest update;
  std::uint64_t update_bytes = 0;
  Report report;
  /// The update itself, where the task allowed it (second frame). Empty: the coordinator asks with
  /// ChunkRequest.
  Bytes bytes = {};
};

struct Goodbye {};

// ---- both directions
// ------------------------------------------------------------------------------------------------------

/// One chunk of what did not come with its task or offer; its bytes are the second frame. Model chunks go
/// down, update chunks go up.
struct Chunk {
  Digest digest;
  std::uint64_t offset = 0;
  Bytes bytes;  ///< at most kChunkBytes
};

// ---- coordinator to client
// ------------------------------------------------------------------------------------------------

struct Enrolled {
  UserId user;
  Bytes signing_key;  ///< the coordinator's Ed25519 public key, 32 bytes
};

struct Welcome {
  UserId user;
  Digest run_id;
  Bytes settings;   ///< the training part of the experiment, TOML text
  Bytes signature;  ///< Ed25519 over (run id, settings)
};

struct Task {
  std::uint32_t round = 0;
  std::uint32_t attempt = 0;
  SlotId slot;
  GroupId group;
  Digest model;
  std::uint64_t model_bytes = 0;
  Bytes signature;  ///< Ed25519 over (run id, round, attempt, group, model digest)
  /// The last committed round in which this user's update counted; tells the device which tentative state
  /// became real.
  bool counted_before = false;
  std::uint32_t last_counted_round = 0;
  std::uint32_t last_counted_attempt = 0;
  double seconds_left = 0;             ///< until the round's deadline
  std::uint32_t curvature_probes = 0;  ///< how many to answer, before training
  bool update_with_offer = false;      ///< an update of at most kChunkBytes may travel with its offer
  Bytes bytes = {};  ///< the model itself (second frame). Empty: the client asks with ChunkRequest
};

/// Answer to an UpdateOffer, at once (duplicates, refusals) or when its bytes have been checked and counted.
struct UpdateAnswer {
  std::uint32_t round = 0;
  std::uint32_t attempt = 0;
  Digest update;
  bool accepted = false;
  std::string reason;  ///< why not, one line
};

enum class ErrorCode : std::uint16_t {
  kMalformed = 1,    ///< the message broke the format or a limit
  kNotEnrolled = 2,  ///< the key is not bound to a user, or was revoked
  kVersion = 3,      ///< another protocol major; the text says which side to update
  kSuperseded = 4,   ///< a newer session uses the same key
  kRefused = 5,      ///< the request is not allowed in this state
  kBadToken = 6,     ///< unknown, used or expired token
};

struct Error {
  ErrorCode code = ErrorCode::kMalformed;
  std::string text;
};

/// The last round is committed; the device may leave.
struct Finished {
  std::uint32_t rounds = 0;
};

using Message = std::variant<Enroll, Hello, Heartbeat, ChunkRequest, UpdateOffer, Goodbye, Chunk, Enrolled,
                             Welcome, Task, UpdateAnswer, Error, Finished>;

}  // namespace covey::wire
