#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/digest.h"
#include "common/base/file.h"
#include "common/config/experiment.h"
#include "common/config/known_names.h"

namespace covey::config {

/// Reads an experiment file, then applies `sets` ("section.key=value") in order.
///   errors  kInvalidArgument, always one line: "PLACE: section.key: what is wrong, allowed: ..." where PLACE
///   is FILE:LINE,
///           "--set N" (N from 1) or "default"; broken TOML is "FILE:LINE:COLUMN: not valid TOML: ..."
Result<Experiment> load_experiment(const fs::path& path, const std::vector<std::string>& sets,
                                   const KnownNames& names);

/// The same from text; `source` stands for FILE in messages.
Result<Experiment> parse_experiment(std::string_view text, const std::string& source,
                                    const std::vector<std::string>& sets, const KnownNames& names);

/// The effective experiment as a file: every key in a fixed order, with its meaning and range as a comment.
/// Parsing it gives an equal experiment.
std::string to_toml(const Experiment& experiment);

/// The first key in which two experiments differ, with both values: "federation.rounds: 200 against 300".
std::optional<std::string> first_difference(const Experiment& a, const Experiment& b);

/// SHA-256 of to_toml(experiment): of the file experiment.toml that a run leaves.
Digest experiment_sha256(const Experiment& experiment);

}  // namespace covey::config
