#pragma once

#include "common/base/file.h"
#include "simulator/report/results.h"

namespace covey::simulator {

/// The file partition.json of a simulated run: {"server": [images per class], "users": [[...], ...]}.
std::string to_json(const ClassHistogram& histogram);
/// kCorrupt when the text is not one, or its rows differ in length.
Result<ClassHistogram> parse_class_histogram(const std::string& json);

}  // namespace covey::simulator
