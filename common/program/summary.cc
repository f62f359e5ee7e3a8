#include "common/program/summary.h"

#include <sys/resource.h>

#include <nlohmann/json.hpp>

namespace covey::program {

namespace {

using Json = nlohmann::ordered_json;

/// Names every field once, for both directions. `Visitor` is called with (name, member).
template <typename SummaryType, typename Visitor>
void visit_fields(SummaryType& s, Visitor&& visit) {
  visit("accuracy", s.accuracy);
  visit("best_accuracy", s.best_accuracy);
  visit("accuracy_as_sent", s.accuracy_as_sent);
  visit("rounds", s.rounds);
  visit("r_asked", s.r_asked);
  visit("r_achieved", s.r_achieved);
  visit("bytes_up", s.bytes_up);
  visit("bytes_down", s.bytes_down);
  visit("bytes_up_fp32", s.bytes_up_fp32);
  visit("bytes_down_fp32", s.bytes_down_fp32);
  visit("wire_bytes_up", s.wire_bytes_up);
  visit("wire_bytes_down", s.wire_bytes_down);
  visit("images_trained", s.images_trained);
  visit("seconds", s.seconds);
  visit("images_per_second", s.images_per_second);
  visit("peak_rss_bytes", s.peak_rss_bytes);
  visit("seed", s.seed);
  visit("model_sha256", s.model_sha256);
  visit("numeric_profile", s.numeric_profile);
  visit("experiment_sha256", s.experiment_sha256);
}

class Writer {
 public:
  explicit Writer(Json& json) : json_(json) {}

  template <typename T>
  void operator()(const char* name, const T& value) {
    json_[name] = value;
  }
  void operator()(const char* name, const std::optional<double>& value) {
    json_[name] = value ? Json(*value) : Json(nullptr);
  }
  /// Only a deployed run has such a field.
  void operator()(const char* name, const std::optional<std::uint64_t>& value) {
    if (value) json_[name] = *value;
  }

 private:
  Json& json_;
};

class Lister {
 public:
  explicit Lister(std::vector<SummaryField>& fields) : fields_(fields) {}

  template <typename T>
  void operator()(const char* name, const T& value) {
    fields_.push_back({name, Json(value).dump()});
  }
  template <typename T>
  void operator()(const char* name, const std::optional<T>& value) {
    fields_.push_back({name, value ? Json(*value).dump() : ""});
  }
  void operator()(const char* name, const std::string& value) { fields_.push_back({name, value}); }

 private:
  std::vector<SummaryField>& fields_;
};

class Parser {
 public:
  explicit Parser(const Json& json) : json_(json) {}

  template <typename T>
  void operator()(const char* name, T& value) {
    value = json_.at(name).get<T>();
  }
  template <typename T>
  void operator()(const char* name, std::optional<T>& value) {
    if (json_.contains(name) && !json_.at(name).is_null()) value = json_.at(name).get<T>();
  }

 private:
  const Json& json_;
};

}  // namespace

std::string to_json(const Summary& summary) {
  Json json;
  visit_fields(summary, Writer(json));
  return json.dump(2) + "\n";
}

std::vector<SummaryField> summary_fields(const Summary& summary) {
  std::vector<SummaryField> fields;
  visit_fields(summary, Lister(fields));
  return fields;
}

Result<Summary> parse_summary(std::string_view json) {
  try {
    const Json parsed = Json::parse(json);
    Summary summary;
    visit_fields(summary, Parser(parsed));
    return summary;
  } catch (const Json::exception& error) {
    return corrupt(std::string("summary: ") + error.what());
  }
}

Status write_summary(const Summary& summary, const fs::path& path) {
  return write_file_atomically(path, as_bytes(to_json(summary)));
}

Result<Summary> read_summary(const fs::path& path) {
  COVEY_ASSIGN_OR_RETURN(const std::string text, read_text_file(path));
  Result<Summary> summary = parse_summary(text);
  if (!summary.ok()) return summary.status().with_context(path.string());
  return summary;
}

std::uint64_t peak_rss_bytes() {
  rusage usage{};
  COVEY_CHECK(::getrusage(RUSAGE_SELF, &usage) == 0);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;  // Linux counts KiB
}

}  // namespace covey::program
