// libraries: covey::config
// Arbitrary bytes as an experiment file, as a --set value and as a welcome's settings. What is accepted must
// print and read back.

#include "common/base/check.h"
#include "common/config/client_settings.h"
#include "common/config/experiment_file.h"

namespace {

using covey::Result;
namespace config = covey::config;

template <typename T>
void check_message(const Result<T>& result) {
  if (result.ok()) return;
  COVEY_CHECK(!result.status().message().empty());
  COVEY_CHECK(result.status().message().find('\n') == std::string::npos, result.status().message());
}

void check_experiment(const Result<config::Experiment>& experiment) {
  check_message(experiment);
  if (!experiment.ok()) return;
  const auto again = config::parse_experiment(config::to_toml(*experiment), "printed", {}, {});
  COVEY_CHECK(again.ok(), again.status().message());
  COVEY_CHECK(!config::first_difference(*experiment, *again));
}

void check_client_settings(const Result<config::ClientSettings>& settings) {
  check_message(settings);
  if (!settings.ok()) return;
  const std::string text = config::client_settings_to_toml(*settings);
  const auto again = config::parse_client_settings(text, "printed", {});
  COVEY_CHECK(again.ok(), again.status().message());
  COVEY_CHECK(config::client_settings_to_toml(*again) == text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(covey::as_text({data, size}));
  check_experiment(config::parse_experiment(text, "file", {}, {}));
  check_experiment(config::parse_experiment("", "file", {text}, {}));
  check_client_settings(config::parse_client_settings(text, "welcome", {}));
  return 0;
}
