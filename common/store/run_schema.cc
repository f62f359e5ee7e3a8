#include "common/store/run_schema.h"

#include <array>

namespace covey::store {

namespace {

// Sizes are in bytes, times in seconds, digests in hexadecimal. A real number that is NULL stands for NaN.
constexpr const char* kFirst = R"sql(
-- What the run is. Every version of the schema has exactly this table.
CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

-- Every draw: begun before its first task leaves, then committed or void.
CREATE TABLE attempts (
  round INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('begun', 'committed', 'void')),
  reason TEXT NOT NULL DEFAULT '',
  begun_at INTEGER NOT NULL DEFAULT (unixepoch()),
  PRIMARY KEY (round, attempt)
) STRICT;

-- Every member of every attempt; the primary key is what makes an update count once.
CREATE TABLE members (
  round INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  slot INTEGER NOT NULL,
  user INTEGER NOT NULL,
  group_id INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'drawn' CHECK (state IN ('drawn', 'counted', 'nothing', 'refused', 'absent')),
  update_digest TEXT,
  bytes_down INTEGER NOT NULL DEFAULT 0,
  bytes_up INTEGER NOT NULL DEFAULT 0,
  loss REAL DEFAULT 0,
  mask_rate REAL DEFAULT 0,
  images INTEGER NOT NULL DEFAULT 0,
  train_seconds REAL DEFAULT 0,
  reason TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (round, attempt, slot),
  FOREIGN KEY (round, attempt) REFERENCES attempts
) STRICT;
CREATE INDEX members_by_user ON members (user, state, round);

CREATE TABLE rounds (
  round INTEGER PRIMARY KEY,
  attempt INTEGER NOT NULL,
  average TEXT NOT NULL,
  trainer_state TEXT,
  evaluate INTEGER NOT NULL,
  seconds REAL,
  server_loss REAL,
  user_loss REAL,
  mask_rate REAL,
  images INTEGER NOT NULL,
  bytes_up INTEGER NOT NULL,
  bytes_down INTEGER NOT NULL,
  bytes_up_fp32 INTEGER NOT NULL,
  bytes_down_fp32 INTEGER NOT NULL,
  wire_bytes_up INTEGER NOT NULL,
  wire_bytes_down INTEGER NOT NULL,
  pseudo_labels TEXT NOT NULL,  -- JSON array, accepted per class
  committed_at INTEGER NOT NULL DEFAULT (unixepoch()),
  FOREIGN KEY (round, attempt) REFERENCES attempts
) STRICT;

-- The model of every group after a round.
CREATE TABLE masters (
  round INTEGER NOT NULL REFERENCES rounds,
  group_id INTEGER NOT NULL,
  digest TEXT NOT NULL,
  PRIMARY KEY (round, group_id)
) STRICT;

CREATE TABLE evaluations (
  round INTEGER PRIMARY KEY REFERENCES rounds,
  accuracy REAL,
  loss REAL,
  accuracy_as_sent REAL,
  seconds REAL
) STRICT;

-- What each user keeps from round to round; only the simulator stores it here.
CREATE TABLE device_states (
  user INTEGER PRIMARY KEY,
  digest TEXT NOT NULL
) STRICT;

-- Refused messages by kind.
CREATE TABLE counters (
  name TEXT PRIMARY KEY,
  count INTEGER NOT NULL
) STRICT;
)sql";

constexpr const char* kSecond = R"sql(
ALTER TABLE rounds ADD COLUMN virtual_seconds REAL DEFAULT 0;
ALTER TABLE rounds ADD COLUMN velocity TEXT;

-- How differently the members of a round changed; in rounds that measure it.
CREATE TABLE diversity (
  round INTEGER NOT NULL REFERENCES rounds,
  tensors TEXT NOT NULL CHECK (tensors IN ('all', 'classifier')),
  among TEXT NOT NULL CHECK (among IN ('round', 'group')),
  nodes REAL NOT NULL,
  d REAL,
  PRIMARY KEY (round, tensors, among)
) STRICT;
)sql";

// Since the round began: what a void attempt took is part of its round, also when another process goes on.
constexpr const char* kThird = R"sql(
ALTER TABLE attempts ADD COLUMN virtual_seconds REAL NOT NULL DEFAULT 0;
)sql";

constexpr const char* kFourth = R"sql(
-- The widths that downloads have from the next round on, JSON; in rounds that plan them.
ALTER TABLE rounds ADD COLUMN bit_plan TEXT;

-- The trace of every parameter's block of the Hessian; in rounds that measure it.
CREATE TABLE curvature (
  round INTEGER NOT NULL REFERENCES rounds,
  tensor TEXT NOT NULL,
  trace REAL,
  standard_error REAL,
  PRIMARY KEY (round, tensor)
) STRICT;
)sql";

}  // namespace

Database::Migrations run_migrations() {
  static constexpr std::array<const char*, 4> kMigrations = {kFirst, kSecond, kThird, kFourth};
  return Database::Migrations(kMigrations);
}

}  // namespace covey::store
