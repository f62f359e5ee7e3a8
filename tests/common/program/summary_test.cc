#include "common/program/summary.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <nlohmann/json.hpp>

namespace covey::program {
namespace {

using Json = nlohmann::ordered_json;

Summary deployed() {
  Summary s;
  s.accuracy = 0.912345678901234567;
  s.best_accuracy = 0.92;
  s.accuracy_as_sent = 0.89;
  s.rounds = 200;
  s.r_asked = 0.4;
  s.r_achieved = 0.398;
  s.bytes_up = 11;
  s.bytes_down = 12;
  s.bytes_up_fp32 = 44;
  s.bytes_down_fp32 = 48;
  s.wire_bytes_up = 13;
  s.wire_bytes_down = 14;
  s.images_trained = 64000;
  s.seconds = 1.5;
  s.images_per_second = 42666.7;
  s.peak_rss_bytes = std::uint64_t{5} << 30;
  s.seed = 9223372036854775807u;
  s.model_sha256 = std::string(64, 'a');
  s.numeric_profile = "libtorch 1.13.1, aten AVX2, openblas Haswell, onednn 2.6";
  s.experiment_sha256 = std::string(64, 'b');
  return s;
}

bool has_type(const Json& value, const std::string& type) {
  if (type == "integer") return value.is_number_integer() || value.is_number_unsigned();
  if (type == "number") return value.is_number();
  if (type == "string") return value.is_string();
  if (type == "null") return value.is_null();
  ADD_FAILURE() << "the schema has a type that this check does not know: " << type;
  return false;
}

void check_property(const std::string& name, const Json& value, const Json& rule) {
  bool fits = false;
  for (const Json& type : rule["type"].is_array() ? rule["type"] : Json::array({rule["type"]})) {
    fits = fits || has_type(value, type.get<std::string>());
  }
  EXPECT_TRUE(fits) << name << ": " << value;
  if (!value.is_number()) return;
  EXPECT_GE(value.get<double>(), rule.value("minimum", -1.0)) << name;
  EXPECT_LE(value.get<double>(), rule.value("maximum", 1e300)) << name;
}

/// The part of JSON Schema that summary.schema.json uses.
void check_against_schema(const std::string& json) {
  const auto text = read_text_file(fs::path(COVEY_SOURCE_DIR) / "tests/golden/summary.schema.json");
  ASSERT_TRUE(text.ok()) << text.status().message();
  const Json schema = Json::parse(*text);
  const Json summary = Json::parse(json);
  for (const Json& name : schema["required"]) EXPECT_TRUE(summary.contains(name.get<std::string>())) << name;
  for (const auto& [name, value] : summary.items()) {
    ASSERT_TRUE(schema["properties"].contains(name)) << name << " is not described";
    check_property(name, value, schema["properties"][name]);
  }
}

TEST(Summary, FollowsTheSchema) {
  check_against_schema(to_json(deployed()));
  check_against_schema(to_json(Summary{}));
}

TEST(Summary, RoundTripsEveryField) {
  const auto again = parse_summary(to_json(deployed()));
  ASSERT_TRUE(again.ok()) << again.status().message();
  EXPECT_EQ(to_json(*again), to_json(deployed()));
  EXPECT_EQ(again->accuracy, deployed().accuracy);
  EXPECT_EQ(again->seed, deployed().seed);
  EXPECT_EQ(again->wire_bytes_up, deployed().wire_bytes_up);
}

TEST(Summary, SimulationHasNoWireBytes) {
  Summary simulated = deployed();
  simulated.r_achieved.reset();
  simulated.wire_bytes_up.reset();
  simulated.wire_bytes_down.reset();
  const Json json = Json::parse(to_json(simulated));
  EXPECT_FALSE(json.contains("wire_bytes_up"));
  EXPECT_FALSE(json.contains("wire_bytes_down"));
  EXPECT_TRUE(json["r_achieved"].is_null());
  const auto again = parse_summary(to_json(simulated));
  ASSERT_TRUE(again.ok());
  EXPECT_FALSE(again->r_achieved.has_value());
  EXPECT_FALSE(again->wire_bytes_up.has_value());
}

TEST(Summary, ListsItsFieldsAsTheFileHasThem) {
  const Json json = Json::parse(to_json(deployed()));
  const std::vector<SummaryField> fields = summary_fields(deployed());
  ASSERT_EQ(fields.size(), json.size());
  auto field = fields.begin();
  for (const auto& [name, value] : json.items()) {
    EXPECT_EQ(field->name, name);
    EXPECT_EQ(field->text, value.is_string() ? value.get<std::string>() : value.dump()) << name;
    ++field;
  }
}

TEST(Summary, ListsAbsentFieldsAsEmpty) {
  const std::vector<SummaryField> simulated = summary_fields(Summary{});
  ASSERT_EQ(simulated.size(), summary_fields(deployed()).size());
  for (const SummaryField& field : simulated) {
    const bool absent = field.name == "accuracy_as_sent" || field.name == "r_achieved" ||
                        field.name == "wire_bytes_up" || field.name == "wire_bytes_down";
    const bool text = field.name.find("sha256") != std::string::npos || field.name == "numeric_profile";
    EXPECT_EQ(field.text, absent || text ? "" : field.text == "0" ? "0" : "0.0") << field.name;
  }
}

TEST(Summary, RefusesWhatIsNotASummary) {
  for (const char* text : {"", "{", "[]", "{}", "{\"accuracy\": \"high\"}", "7"}) {
    const auto summary = parse_summary(text);
    ASSERT_FALSE(summary.ok()) << text;
    EXPECT_EQ(summary.status().code(), Code::kCorrupt) << text;
  }
}

TEST(Summary, RefusesEveryMissingField) {
  const Json whole = Json::parse(to_json(deployed()));
  for (const auto& [name, value] : whole.items()) {
    if (name == "r_achieved" || name == "accuracy_as_sent" || name.rfind("wire_", 0) == 0) continue;
    Json part = whole;
    part.erase(name);
    EXPECT_FALSE(parse_summary(part.dump()).ok()) << name;
  }
}

TEST(Summary, WritesAndReadsAFile) {
  const fs::path path = fs::path(testing::TempDir()) / "covey_summary_test.json";
  const Status written = write_summary(deployed(), path);
  ASSERT_TRUE(written.ok()) << written.message();
  const auto again = read_summary(path);
  ASSERT_TRUE(again.ok()) << again.status().message();
  EXPECT_EQ(to_json(*again), to_json(deployed()));
  fs::remove(path);
  EXPECT_EQ(read_summary(path).status().code(), Code::kNotFound);
}

TEST(PeakRss, CountsWhatWasTouched) {
  const std::uint64_t before = peak_rss_bytes();
  const std::vector<char> block(before + (64u << 20), 1);
  EXPECT_EQ(block.back(), 1);
  EXPECT_GE(peak_rss_bytes(), before + (64u << 20));
}

}  // namespace
}  // namespace covey::program
