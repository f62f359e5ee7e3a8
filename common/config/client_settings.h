#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"
#include "common/config/experiment.h"
#include "common/config/known_names.h"

namespace covey::config {

/// What a client has to know to train, and nothing more (semantics.md 6): the welcome carries it as TOML
/// text. Names and folders of data sets and the make-up of the federation stay with the coordinator.
struct ClientSettings {
  Experiment experiment;  ///< of a received file: what did not travel has its default
  // The samples (data::DataSpec).
  std::string kind = "image";           ///< of every sample, as base/sample_format.h
  std::vector<int> sizes;               ///< of a sample, as its kind has them
  std::string task = "classification";  ///< what the model is asked for
  int classes = 0;
  std::vector<float> mean;    ///< of images: per channel, of pixel / 255
  std::vector<float> stddev;  ///< of images: per channel, of pixel / 255
  bool characters = false;    ///< letters or digits: no flips
  std::string vocabulary;     ///< of samples with words, in the order of their ids, a space between them
};

/// The travelling part as TOML text. `settings` must be valid.
std::string client_settings_to_toml(const ClientSettings& settings);

/// Reads what client_settings_to_toml wrote. The bytes come from the network: every key must be there, known
/// and in range.
///   source  what to call the text in messages, e.g. "welcome"
///   errors  kInvalidArgument "SOURCE:LINE: section.key: what is wrong, allowed: ..."
Result<ClientSettings> parse_client_settings(std::string_view text, const std::string& source,
                                             const KnownNames& names);

}  // namespace covey::config
