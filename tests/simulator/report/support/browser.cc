#include "tests/simulator/report/support/browser.h"

#include <gtest/gtest.h>

#include "tests/integration/support/process.h"

namespace covey::testing {

namespace {

constexpr const char* kBrowser = "/usr/bin/chromium";
constexpr double kSecondsMax = 120;  // machines that run many tests at once

}  // namespace

bool has_browser() {
  return fs::exists(kBrowser);
}

std::string rendered_page(const fs::path& page) {
  const fs::path profile = page.parent_path() / "browser-profile";
  const Outcome outcome =
      run({kBrowser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
           "--user-data-dir=" + profile.string(), "--window-size=1200,900", "--dump-dom",
           "file://" + fs::absolute(page).string()},
          kSecondsMax);
  std::error_code ignored;  // the profile lies in the test's own temporary folder
  fs::remove_all(profile, ignored);
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  return outcome.out;
}

nlohmann::json drawn_charts(const std::string& rendered) {
  const std::string begin = "id=\"drawn\">";
  const std::size_t found = rendered.rfind(begin);
  if (found == std::string::npos) return nullptr;
  const std::size_t first = found + begin.size();
  return nlohmann::json::parse(rendered.substr(first, rendered.find("</script>", first) - first));
}

}  // namespace covey::testing
