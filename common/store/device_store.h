#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/base/digest.h"
#include "common/base/ids.h"
#include "common/store/blob_store.h"
#include "common/store/database.h"
#include "common/store/directory_lock.h"

namespace covey::store {

/// What a device learned when it enrolled.
struct Enrolment {
  std::string server;      ///< endpoint, tcp://HOST:PORT
  std::string server_key;  ///< pinned, in the caller's text form
  UserId user;
  Bytes signing_key;  ///< the coordinator's Ed25519 public key
};

/// A finished task whose update has not been named as counted yet.
struct Tentative {
  std::uint32_t round = 0;
  std::uint32_t attempt = 0;
  SlotId slot;
  Digest model;  ///< the model that was trained from
  bool nothing_to_report = false;
  Digest update;  ///< of the encoded bytes
  std::uint64_t update_bytes = 0;
  Bytes report;  ///< encoded by the caller
};

/// What a finished task took, besides the bytes of its update.
struct TaskCost {
  double train_seconds = 0;
  std::uint64_t images = 0;
  std::uint64_t bytes_down = 0;
};

/// A round that this device took part in, for `covey-client status`.
struct DeviceRound {
  std::uint32_t round = 0;
  std::uint32_t attempt = 0;
  double train_seconds = 0;
  std::uint64_t images = 0;
  std::uint64_t bytes_up = 0;
  std::uint64_t bytes_down = 0;
  bool counted = false;  ///< named as counted in a later task; readers see it when that one is stored
};

/// All state of one client: DIR/client.sqlite and DIR/blobs.
///
/// The state of the device's member (momentum, own buffers) is **committed** plus **tentative** (semantics.md
/// 5): the tentative part is stored before its update is offered, and promoted or dropped when a later task
/// names the last counted round. One process at a time; a second one is refused with kUnavailable.
class DeviceStore {
 public:
  static Result<std::unique_ptr<DeviceStore>> open(const fs::path& dir);
  /// For status, beside a running client. kNotFound when the directory was never enrolled.
  static Result<std::unique_ptr<const DeviceStore>> open_read_only(const fs::path& dir);

  /// Replaces an earlier enrolment.
  Status set_enrolment(const Enrolment& enrolment);
  Result<std::optional<Enrolment>> enrolment() const;

  /// Binds the state to a run. Another run than before: the committed and tentative state and the history of
  /// the old one are dropped. Returns whether the run is new to this device.
  Result<bool> begin_run(const Digest& run_id);
  Result<std::optional<Digest>> run_id() const;

  /// Durable when it returns, with what was promoted or dropped before. `update` are the encoded bytes that
  /// have the digest `tentative.update` (empty when there is nothing to report), `member_state` what the
  /// device's state becomes if the update counts, `cost` goes to the history. Replaces an earlier tentative
  /// part. begin_run comes first.
  Status store_tentative(const Tentative& tentative, ByteSpan update, ByteSpan member_state,
                         const TaskCost& cost);
  Result<std::optional<Tentative>> tentative() const;
  /// The encoded bytes of the tentative update; kNotFound without one.
  Result<Bytes> tentative_update() const;
  /// The tentative member state becomes the committed one. Without a tentative part nothing happens.
  ///
  /// Neither this nor drop_tentative() is durable before the next store_tentative(), begin_run() or settle(),
  /// which spares a device half of its commits: whoever decided it once decides the same again after a crash.
  /// Until then readers beside this process see the state before.
  Status promote_tentative();
  Status drop_tentative();
  /// Makes what was promoted or dropped durable.
  Status settle();

  /// The committed member state, as encoded by the caller; empty at first.
  Result<Bytes> member_state() const;

  Result<std::vector<DeviceRound>> history() const;

 private:
  DeviceStore(std::optional<DirectoryLock> lock, Database database, BlobStore blobs);
  Status insert(const Tentative& tentative, const Digest& member_state, const TaskCost& cost);
  /// By the rows that there are.
  Result<std::set<Digest>> named_blobs() const;
  /// Runs `change` in the open transaction, or begins one. What fails undoes the whole transaction.
  template <typename Change>
  Status change(Change&& change);
  /// Ends the open transaction and removes the blobs that no row names any more.
  Status commit();

  std::optional<DirectoryLock> lock_;  ///< empty in a reader
  Database database_;
  BlobStore blobs_;
  bool changing_ = false;       ///< a transaction is open
  std::set<Digest> committed_;  ///< the blobs that rows name, of the last commit
};

}  // namespace covey::store
