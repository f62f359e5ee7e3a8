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
  Experiment experiment;                ///< of a received file: what did not travel has its default
  std::string kind = "image";           ///< of every sample: image | text | regions
  std::string task = "classification";  ///< what the model is asked for
  int classes = 0;
  // image
  int channels = 0;
  int height = 0;                   ///< pixels
  int width = 0;                    ///< pixels
  std::vector<float> mean = {0};    ///< per channel, of pixel / 255
  std::vector<float> stddev = {1};  ///< per channel, of pixel / 255
  bool characters = false;          ///< letters or digits: no flips
  // text
  int tokens = 0;          ///< words of a text that count
  std::string vocabulary;  ///< words in the order of their ids, a space between them; of regions, too
  // regions (base/region_shape.h)
  int regions = 0;
  int features = 0;
  int phrases = 0;
  int words = 0;
  bool named = false;
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
