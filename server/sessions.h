#pragma once

#include <map>
#include <optional>
#include <vector>

#include "common/base/ids.h"
#include "common/transport/server.h"

namespace covey::server {

/// Which connection serves which user. A user has at most one session; the newest wins.
class Sessions {
 public:
  struct Session {
    transport::Peer peer;
    security::PublicKey key{};
    double last_heard = 0;
    bool resuming = false;  ///< holds a finished update, most likely of the task that it gets
  };

  /// Opens the session of `user`, and returns the one it replaces when that is another connection.
  std::optional<Session> open(UserId user, Session session);
  void close(UserId user);
  /// The session's user was heard of.
  void touch(UserId user, double now) { sessions_.at(user).last_heard = now; }
  /// The session's user has offered its finished update.
  void resumed(UserId user) { sessions_.at(user).resuming = false; }

  /// Empty when this connection has no session (any more).
  std::optional<UserId> user_of(const transport::Peer& peer) const;
  const Session* of(UserId user) const;
  const std::map<UserId, Session>& all() const { return sessions_; }

  /// Users that were last heard of before `since`.
  std::vector<UserId> silent_since(double since) const;

 private:
  std::map<UserId, Session> sessions_;
  std::map<transport::Peer, UserId> users_;
};

}  // namespace covey::server
