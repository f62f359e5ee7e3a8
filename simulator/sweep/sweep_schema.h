#pragma once

#include "common/store/database.h"

namespace covey::simulator {

/// The tables of sweep.sqlite.
store::Database::Migrations sweep_migrations();

}  // namespace covey::simulator
