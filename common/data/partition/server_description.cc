#include "common/data/partition/server_description.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "common/data/images.h"
#include "common/data/kinds/registry.h"

namespace covey::data {

namespace {

using nlohmann::json;

constexpr std::uint64_t kSamplesMax = kImagesMax;
constexpr std::uint64_t kSizeMax = 65536;
constexpr double kConstantMax = 1000;
constexpr float kDivisorMin = 1e-6f;

/// The whole number that `object` has under `key`.  errors  kCorrupt unless it is one of 1 to `most`
Result<std::uint64_t> whole_number(const json& object, const char* key, std::uint64_t most) {
  const auto found = object.find(key);
  if (found != object.end() && found->is_number_unsigned()) {
    const auto value = found->get<std::uint64_t>();
    if (value >= 1 && value <= most) return value;
  }
  return corrupt(std::string("'") + key + "': expected a whole number of 1 to " + std::to_string(most));
}

Result<std::string> text(const json& object, const char* key) {
  const auto found = object.find(key);
  if (found != object.end() && found->is_string()) return found->get<std::string>();
  return corrupt(std::string("'") + key + "': expected a text");
}

/// The list under `key`; `fits` says of each item whether it belongs there.
template <typename T>
Result<std::vector<T>> list(const json& object, const char* key, bool (*fits)(const json&),
                            const char* expected) {
  const auto found = object.find(key);
  if (found != object.end() && found->is_array() && std::all_of(found->begin(), found->end(), fits))
    return found->get<std::vector<T>>();
  return corrupt(std::string("'") + key + "': expected a list of " + expected);
}

bool is_size(const json& item) {
  return item.is_number_unsigned() && item.get<std::uint64_t>() <= kSizeMax;
}
bool is_constant(const json& item) {
  return item.is_number() && std::abs(item.get<double>()) <= kConstantMax;
}
bool is_divisor(const json& item) {
  return is_constant(item) && item.get<float>() >= kDivisorMin;
}
bool is_word(const json& item) {
  return item.is_string();
}

Result<const SampleKind*> kind_in(const json& object) {
  std::string known;
  const auto found = object.find("kind");
  for (const std::string& name : sample_kinds().names()) {
    if (found != object.end() && *found == name) return sample_kinds().find(name);
    known += (known.empty() ? "" : ", ") + name;
  }
  return corrupt("'kind': expected one of " + known);
}

Result<DataSpec> parse_spec(const json& object) {
  DataSpec spec;
  COVEY_ASSIGN_OR_RETURN(const SampleKind* kind, kind_in(object));
  COVEY_ASSIGN_OR_RETURN(const auto sizes,
                         list<int>(object, "sizes", is_size, "whole numbers of 0 to 65536"));
  auto format = kind->format(sizes);
  if (!format.ok()) return format.status().with_context("'sizes'");
  spec.format = *std::move(format);
  COVEY_ASSIGN_OR_RETURN(spec.task, text(object, "task"));
  COVEY_ASSIGN_OR_RETURN(const std::uint64_t classes, whole_number(object, "classes", kClassesMax));
  spec.classes = static_cast<int>(classes);
  COVEY_ASSIGN_OR_RETURN(spec.normalisation.mean,
                         list<float>(object, "mean", is_constant, "numbers of -1000 to 1000"));
  COVEY_ASSIGN_OR_RETURN(spec.normalisation.stddev,
                         list<float>(object, "stddev", is_divisor, "numbers of 1e-6 to 1000"));
  const auto characters = object.find("characters");
  if (characters == object.end() || !characters->is_boolean())
    return corrupt("'characters': expected true or false");
  spec.characters = characters->get<bool>();
  COVEY_ASSIGN_OR_RETURN(spec.vocabulary, list<std::string>(object, "vocabulary", is_word, "words"));
  COVEY_RETURN_IF_ERROR(kind->check(spec));
  return spec;
}

}  // namespace

Result<ServerDescription> parse_server_description(std::string_view file) {
  const json object = json::parse(file, nullptr, false);
  if (!object.is_object()) return corrupt("expected one JSON object");
  auto spec = parse_spec(object);
  if (!spec.ok()) return corrupt(spec.status().message());
  ServerDescription description{*std::move(spec), 0, 0};
  COVEY_ASSIGN_OR_RETURN(description.labelled, whole_number(object, "labelled", kSamplesMax));
  COVEY_ASSIGN_OR_RETURN(description.test, whole_number(object, "test", kSamplesMax));
  return description;
}

std::string to_json(const ServerDescription& description) {
  const DataSpec& spec = description.spec;
  const json object = {{"kind", spec.format.kind},
                       {"sizes", spec.format.sizes},
                       {"task", spec.task},
                       {"classes", spec.classes},
                       {"mean", spec.normalisation.mean},
                       {"stddev", spec.normalisation.stddev},
                       {"characters", spec.characters},
                       {"vocabulary", spec.vocabulary},
                       {"labelled", description.labelled},
                       {"test", description.test}};
  return object.dump(2) + "\n";
}

}  // namespace covey::data
