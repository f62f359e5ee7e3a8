#pragma once

#include <string_view>

#include "common/base/status.h"
#include "common/data/readers/language.h"

namespace covey::data {

/// Speeches of plays: a line "SPEAKER:", what is said on the lines after it, an empty line (blanks at the
/// ends of lines do not count). The owner of a text is its speaker, numbered by name. A speech of more than
/// `tokens` words becomes several texts, parted at ends of lines.
///   errors  kCorrupt "line N: ..." for a speech without a speaker, a line that is too long, or no speech at
///   all
Result<WrittenTexts> parse_plays(std::string_view file, int tokens);

}  // namespace covey::data
