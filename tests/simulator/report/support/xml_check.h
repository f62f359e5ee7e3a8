#pragma once

#include <string>

namespace covey::testing {

/// Empty for well-formed XML of the kind that SVG files are made of; else what is wrong and at which byte.
/// Knows elements, attributes, comments, text and the five named entities and numbered ones.
std::string xml_error(const std::string& text);

}  // namespace covey::testing
