#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "common/base/file.h"

namespace covey::testing {

/// Is there a Chromium on this machine?
bool has_browser();

/// The document of a local page after its scripts ran, as text. Fails the test when the browser fails.
std::string rendered_page(const fs::path& page);

/// The JSON in the element "drawn" of a rendered report: what its charts hold. Null when there is none.
nlohmann::json drawn_charts(const std::string& rendered);

}  // namespace covey::testing
