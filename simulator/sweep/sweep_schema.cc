#include "simulator/sweep/sweep_schema.h"

#include <array>

namespace covey::simulator {

namespace {

// Sizes are in bytes, times in seconds. A real number that is NULL stands for NaN, or for a figure that was
// not measured.
constexpr const char* kFirst = R"sql(
-- What the sweep is.
CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

CREATE TABLE axes (
  axis INTEGER NOT NULL,
  position INTEGER NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (axis, position)
) STRICT;

CREATE TABLE runs (
  id INTEGER PRIMARY KEY,
  seed INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'started', 'done', 'failed')),
  reason TEXT NOT NULL DEFAULT '',
  summary TEXT NOT NULL DEFAULT '',   -- summary.json of a run that is done
  partition TEXT NOT NULL DEFAULT '', -- partition.json: images per class of the server and of every user
  ended_at INTEGER
) STRICT;

-- The overrides of every run.
CREATE TABLE run_values (
  run INTEGER NOT NULL REFERENCES runs,
  axis INTEGER NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (run, axis)
) STRICT;

CREATE TABLE rounds (
  run INTEGER NOT NULL REFERENCES runs,
  round INTEGER NOT NULL,
  seconds REAL,
  virtual_seconds REAL,
  server_loss REAL,
  user_loss REAL,
  mask_rate REAL,
  images INTEGER NOT NULL,
  bytes_up INTEGER NOT NULL,
  bytes_down INTEGER NOT NULL,
  bytes_up_fp32 INTEGER NOT NULL,
  bytes_down_fp32 INTEGER NOT NULL,
  drawn INTEGER NOT NULL,
  counted INTEGER NOT NULL,
  pseudo_labels TEXT NOT NULL,        -- JSON array, accepted per class
  evaluated INTEGER NOT NULL,
  accuracy REAL,                      -- 0..1
  loss REAL,
  accuracy_as_sent REAL,
  PRIMARY KEY (run, round)
) STRICT;

CREATE TABLE diversity (
  run INTEGER NOT NULL REFERENCES runs,
  round INTEGER NOT NULL,
  tensors TEXT NOT NULL CHECK (tensors IN ('all', 'classifier')),
  among TEXT NOT NULL CHECK (among IN ('round', 'group')),
  nodes REAL NOT NULL,
  d REAL,
  PRIMARY KEY (run, round, tensors, among)
) STRICT;
)sql";

constexpr const char* kSecond = R"sql(
CREATE TABLE curvature (
  run INTEGER NOT NULL REFERENCES runs,
  round INTEGER NOT NULL,
  tensor TEXT NOT NULL,
  trace REAL,
  standard_error REAL,
  PRIMARY KEY (run, round, tensor)
) STRICT;
)sql";

}  // namespace

store::Database::Migrations sweep_migrations() {
  static constexpr std::array<const char*, 2> kMigrations = {kFirst, kSecond};
  return store::Database::Migrations(kMigrations);
}

}  // namespace covey::simulator
