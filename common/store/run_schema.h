#pragma once

#include "common/store/database.h"

namespace covey::store {

/// The tables of run.sqlite.
Database::Migrations run_migrations();

}  // namespace covey::store
