#include "common/learn/client_setup.h"

#include <sstream>

namespace covey::learn {

namespace {

std::vector<std::string> words_of_list(const std::string& list) {
  std::istringstream in(list);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

}  // namespace

config::ClientSettings client_settings(const TrainingSetup& setup) {
  const data::DataSpec& spec = setup.spec;
  config::ClientSettings settings;
  settings.experiment = setup.experiment;
  settings.kind = data::kind_name(spec.format.kind);
  settings.task = spec.task;
  settings.classes = spec.classes;
  settings.channels = spec.format.image.channels;
  settings.height = spec.format.image.height;
  settings.width = spec.format.image.width;
  if (!spec.normalisation.mean.empty()) settings.mean = spec.normalisation.mean;
  if (!spec.normalisation.stddev.empty()) settings.stddev = spec.normalisation.stddev;
  settings.characters = spec.characters;
  settings.tokens = spec.format.tokens;
  const RegionShape& shape = spec.format.regions;
  settings.regions = shape.regions;
  settings.features = shape.features;
  settings.phrases = shape.phrases;
  settings.words = shape.words;
  settings.named = shape.named;
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
    spec.vocabulary = words_of_list(settings.vocabulary);
  } else if (settings.kind == "regions") {
    spec.format = data::SampleFormat::of_regions(
        {settings.regions, settings.features, settings.phrases, settings.words, settings.named});
    spec.vocabulary = words_of_list(settings.vocabulary);
  } else {
    spec.format = data::ImageShape{settings.channels, settings.height, settings.width};
    spec.normalisation = {settings.mean, settings.stddev};
    spec.characters = settings.characters;
  }
  return {settings.experiment, spec};
}

}  // namespace covey::learn
