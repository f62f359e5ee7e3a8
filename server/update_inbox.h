#pragma once

#include <cstdio>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "common/base/file.h"
#include "common/base/ids.h"
#include "common/transport/chunks.h"

namespace covey::server {

/// An offered update, and then its bytes.
struct ExpectedUpdate {
  UserId user;
  std::uint32_t round = 0;
  std::uint32_t attempt = 0;
  Digest digest;
  std::uint64_t bytes = 0;
};

/// Updates on their way in. Bytes go to files of a spool folder, and only so many users may send at a time:
/// memory stays the same however many clients upload (semantics.md 4). A few small updates are kept in memory
/// instead. Everything in the folder is temporary.
///
/// Few uploads at a time end one after the other, so that the first is added while the next arrives. A device
/// behind a slow link would keep its place for minutes: it keeps sending, and the place goes to another.
/// Together they may have `chunks` under way (16 MiB), and for a moment, while uploads begin, up to four
/// times as many. The folder holds what has arrived of the uploads under way.
class UpdateInbox {
 public:
  struct Options {
    std::size_t places = 4;               ///< users that are let in at a time
    double slow_s = 1;                    ///< after so long the place goes to another
    std::size_t uploads_concurrent = 64;  ///< users that send, those included that lost their place
    std::uint32_t chunks = 64;            ///< under way, shared by all that send
    std::uint32_t window = 16;            ///< under way of one user at most
    std::size_t in_memory = 4;            ///< small updates that are kept in memory at a time
    std::uint64_t small_bytes = 8 << 20;  ///< an update up to this size may stay in memory
    double stall_s = 20;                  ///< without a chunk for so long
  };
  struct Arrived {
    ExpectedUpdate update;
    Bytes memory;                    ///< of a small update
    std::optional<MappedFile> file;  ///< of any other

    ByteSpan bytes() const { return file ? file->bytes() : ByteSpan(memory); }
  };
  using Request = std::pair<UserId, wire::ChunkRequest>;

  /// Empties the folder.
  static Result<UpdateInbox> create(fs::path folder, Options options);

  /// Waits for this update of the user instead of any other. The same update again (after a reconnect) goes
  /// on behind the last byte that arrived.
  void expect(const ExpectedUpdate& update);
  /// The user's upload is not wanted any more.
  void drop(UserId user);
  /// The user's connection is gone: its upload pauses and gives its place to another.
  void pause(UserId user);

  /// What to ask for now; call it after expect(), accept(), drop() and pause(), and every second or so. A
  /// user that has sent nothing for `stall_s` is paused where none could begin otherwise.
  ///   errors  the spool file cannot be made
  Result<std::vector<Request>> take_requests(double now);

  /// Takes a chunk of the user's upload; the update when this was its last. What is here already is ignored.
  /// After a failure the upload is dropped:
  ///   kNotFound  no such upload is expected
  ///   kCorrupt   the chunk or the digest is wrong: the peer's fault
  ///   others     the spool file cannot be written or read
  Result<std::optional<Arrived>> accept(double now, UserId user, const wire::Chunk& chunk);

  /// Takes the whole of the user's upload, which came with its offer; errors as of accept().
  Result<Arrived> accept_whole(UserId user, Bytes bytes);

  /// The upload that the user was asked for.
  std::optional<ExpectedUpdate> expected(UserId user) const;
  /// Uploads that belong to another attempt than this one.
  std::vector<ExpectedUpdate> stale(std::uint32_t round, std::uint32_t attempt) const;

 private:
  struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  using File = std::unique_ptr<std::FILE, CloseFile>;
  struct Upload {
    ExpectedUpdate update;
    std::unique_ptr<transport::ChunkReceiver> receiver;  ///< made when the upload gets its place
    std::shared_ptr<Bytes> memory;                       ///< instead of a file, for a small update
    File file;
    bool active = false;
    double since = 0;       ///< when it became active
    double last_chunk = 0;  ///< or `since`
  };

  UpdateInbox(fs::path folder, Options options) : folder_(std::move(folder)), options_(options) {}
  fs::path path_of(UserId user) const;
  Status activate(double now, Upload& upload);
  Result<transport::ChunkReceiver::Sink> make_sink(Upload& upload) const;
  bool slow(double now, const Upload& upload) const { return now >= upload.since + options_.slow_s; }
  std::size_t active_count() const;
  bool may_begin(double now) const;
  std::uint32_t window() const;  ///< of one user now
  void rotate_stalled(double now);
  Result<Arrived> finish(UserId user, Upload& upload);
  std::size_t in_memory_count() const;

  fs::path folder_;
  Options options_;
  std::map<UserId, Upload> uploads_;
  std::deque<UserId> waiting_;  ///< in order of their offers
};

}  // namespace covey::server
