#include "common/learn/client_setup.h"

#include <sstream>

namespace covey::learn {

config::ClientSettings client_settings(const TrainingSetup& setup) {
  const data::DataSpec& spec = setup.spec;
  config::ClientSettings settings;
  settings.experiment = setup.experiment;
  settings.kind = spec.format.kind == data::SampleKind::kText ? "text" : "image";
  settings.task = spec.task;
  settings.classes = spec.classes;
  settings.channels = spec.format.image.channels;
  settings.height = spec.format.image.height;
  settings.width = spec.format.image.width;
  if (!spec.normalisation.mean.empty()) settings.mean = spec.normalisation.mean;
  if (!spec.normalisation.stddev.empty()) settings.stddev = spec.normalisation.stddev;
  settings.characters = spec.characters;
  settings.tokens = spec.format.tokens;
  for (const std::string& word : spec.vocabulary)
    settings.vocabulary += (settings.vocabulary.empty() ? "" : " ") + word;
  return settings;
}

TrainingSetup training_setup(const config::ClientSettings& settings) {
  data::DataSpec spec;
  spec.task = settings.task;
  spec.classes = settings.classes;
  if (settings.kind == "text") {
    spec.format = data::SampleFormat::text(settings.tokens);
    std::istringstream words(settings.vocabulary);
    for (std::string word; words >> word;) spec.vocabulary.push_back(word);
  } else {
    spec.format = data::ImageShape{settings.channels, settings.height, settings.width};
    spec.normalisation = {settings.mean, settings.stddev};
    spec.characters = settings.characters;
  }
  return {settings.experiment, spec};
}

}  // namespace covey::learn
