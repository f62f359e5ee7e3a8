#pragma once

#include <spdlog/spdlog.h>

#include <memory>
#include <string>

#include "common/base/status.h"

namespace covey {

using Logger = std::shared_ptr<spdlog::logger>;

/// A logger to standard error, one line an event: "TIME LEVEL component: text".
///   level  trace | debug | info | warn | error | off; kInvalidArgument for anything else.
Result<Logger> make_logger(const std::string& component, const std::string& level);

/// A logger that drops everything (tests, --quiet).
Logger null_logger();

}  // namespace covey
