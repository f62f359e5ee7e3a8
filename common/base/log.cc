#include "common/base/log.h"

#include <spdlog/sinks/null_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

namespace covey {

namespace {

Result<spdlog::level::level_enum> parse_level(const std::string& level) {
  for (const char* name : {"trace", "debug", "info", "warn", "error", "off"}) {
    if (level == name) return spdlog::level::from_str(level);
  }
  return invalid_argument("unknown log level '" + level + "'; known: trace, debug, info, warn, error, off");
}

}  // namespace

Result<Logger> make_logger(const std::string& component, const std::string& level) {
  COVEY_ASSIGN_OR_RETURN(const auto parsed, parse_level(level));
  auto logger =
      std::make_shared<spdlog::logger>(component, std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_level(parsed);
  logger->flush_on(spdlog::level::info);
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e %l %n: %v");
  return logger;
}

Logger null_logger() {
  return std::make_shared<spdlog::logger>("null", std::make_shared<spdlog::sinks::null_sink_mt>());
}

}  // namespace covey
