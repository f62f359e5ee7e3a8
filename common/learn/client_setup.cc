#include "common/learn/client_setup.h"

#include <sstream>

#include "common/data/kinds/registry.h"

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
  settings.kind = spec.format.kind;
  settings.sizes = spec.format.sizes;
  settings.task = spec.task;
  settings.classes = spec.classes;
  settings.mean = spec.normalisation.mean;
  settings.stddev = spec.normalisation.stddev;
  settings.characters = spec.characters;
  for (const std::string& word : spec.vocabulary)
    settings.vocabulary += (settings.vocabulary.empty() ? "" : " ") + word;
  return settings;
}

Result<TrainingSetup> training_setup(const config::ClientSettings& settings) {
  const auto kind = data::sample_kinds().find(settings.kind);
  if (!kind.ok()) return kind.status().with_context("samples.kind");
  auto format = (*kind)->format(settings.sizes);
  if (!format.ok()) return format.status().with_context("samples.sizes");
  data::DataSpec spec;
  spec.format = *std::move(format);
  spec.task = settings.task;
  spec.classes = settings.classes;
  spec.normalisation = {settings.mean, settings.stddev};
  spec.characters = settings.characters;
  spec.vocabulary = words_of_list(settings.vocabulary);
  COVEY_RETURN_IF_ERROR((*kind)->check(spec).with_context("samples"));
  return TrainingSetup{settings.experiment, std::move(spec)};
}

}  // namespace covey::learn
