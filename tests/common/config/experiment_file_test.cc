#include "common/config/experiment_file.h"

#include <gtest/gtest.h>

#include "common/base/random.h"
#include "common/config/rules.h"
#include "common/config/schema.h"
#include "tests/common/config/support.h"

namespace covey::config {
namespace {

Experiment parsed(const std::string& text, const std::vector<std::string>& sets = {}) {
  const auto experiment = parse_experiment(text, "e.toml", sets, test_names());
  EXPECT_TRUE(experiment.ok()) << experiment.status().message();
  return experiment.ok() ? *experiment : Experiment{};
}

/// A value that the field allows; edges come often.
Value random_value(const Field& field, const KnownNames& names, Sequence& random) {
  const auto real = [&](const Real& range) {
    const double share = random.below(4) == 0 ? 1.0 : 1.0 - random.uniform_double();
    return range.min + (range.max - range.min) * share;
  };
  if (const auto* whole = std::get_if<Whole>(&field.allowed)) {
    if (random.coin()) return random.coin() ? whole->min : whole->max;
    const auto width = static_cast<std::uint64_t>(whole->max - whole->min);
    return whole->min + static_cast<std::int64_t>(random.next_u64() % (width + 1));
  }
  if (const auto* range = std::get_if<Real>(&field.allowed)) return real(*range);
  if (const auto* reals = std::get_if<Reals>(&field.allowed)) {
    // Held as float, so the value has to be one.
    return std::vector<double>(random.below(5), static_cast<float>(real(reals->each)));
  }
  if (const auto* wholes = std::get_if<Wholes>(&field.allowed))
    return std::vector<std::int64_t>(random.below(5), random.coin() ? wholes->each.min : wholes->each.max);
  if (std::holds_alternative<Flag>(field.allowed)) return random.coin();
  if (std::holds_alternative<Names>(field.allowed)) {
    std::vector<std::string> list;
    for (std::uint32_t i = random.below(4); i > 0; --i)
      list.push_back("block-" + std::to_string(i) + ".conv_1");
    return list;
  }
  if (std::holds_alternative<Text>(field.allowed)) {
    std::string text;
    for (std::uint32_t i = random.below(20); i > 0; --i) text += static_cast<char>(random.below(128));
    return text + "\xc3\xa9";
  }
  const auto* choices = std::get_if<Choices>(&field.allowed);
  const auto& known = choices != nullptr ? choices->names : names.by_key.at(field.name());
  return known[random.below(static_cast<std::uint32_t>(known.size()))];
}

/// Draws until every rule holds, one rule's keys at a time.
ClientSettings random_settings(FileKind file, std::uint64_t seed) {
  Sequence random(Stream(seed, {}), 0);
  const KnownNames names = test_names();
  ClientSettings settings;
  const auto draw = [&](const std::string& key) {
    for (const Field& field : schema()) {
      if (!carries(file, field.scope) || (!key.empty() && field.name() != key)) continue;
      field.set(settings, random_value(field, names, random));
    }
  };
  draw("");
  for (bool changed = true; changed;) {
    changed = false;
    for (const Rule& rule : rules_for(file)) {
      if (rule.broken(settings).empty()) continue;
      for (const std::string& key : rule.keys) draw(key);
      changed = true;
    }
  }
  return settings;
}

TEST(ExperimentFile, EmptyTextGivesTheDefaults) {
  EXPECT_EQ(first_difference(parsed(""), Experiment{}), std::nullopt);
}

TEST(ExperimentFile, ReadsEverySection) {
  const Experiment e = parsed(
      "seed = 7\nnumerics = 'avx2'\n[data]\nname = 'mnist'\npath = 'a/b'\n[model]\nname = 'resnet8'\n"
      "[federation]\nusers = 20\nperiod = 0\n[training]\nflip = false\nlr = 1\n[averaging]\ngroups = 3\n"
      "[download]\ncodec = 'fp32'\n[upload]\nbits = 4\n");
  EXPECT_EQ(e.seed, 7u);
  EXPECT_EQ(e.numerics, "avx2");
  EXPECT_EQ(e.data.path, "a/b");
  EXPECT_EQ(e.model.name, "resnet8");
  EXPECT_EQ(e.federation.users, 20);
  EXPECT_EQ(e.federation.period, 0);
  EXPECT_FALSE(e.training.flip);
  EXPECT_EQ(e.training.lr, 1.0);  // whole numbers are numbers
  EXPECT_EQ(e.averaging.groups, 3);
  EXPECT_EQ(e.download.codec, "fp32");
  EXPECT_EQ(e.download.bits, 8);
  EXPECT_EQ(e.upload.bits, 4);
}

TEST(ExperimentFile, SetsWinOverTheFileInOrder) {
  const Experiment e = parsed("[federation]\nrounds = 5\n",
                              {"federation.rounds=6", "federation.rounds=7", "training.flip=false",
                               "training.threshold=0.5", "seed=9223372036854775807"});
  EXPECT_EQ(e.federation.rounds, 7);
  EXPECT_FALSE(e.training.flip);
  EXPECT_EQ(e.training.threshold, 0.5);
  EXPECT_EQ(e.seed, 9223372036854775807u);
}

TEST(ExperimentFile, SetsTakeTextWithAndWithoutQuotes) {
  EXPECT_EQ(parsed("", {"model.name=resnet8"}).model.name, "resnet8");
  EXPECT_EQ(parsed("", {"model.name=\"resnet8\""}).model.name, "resnet8");
  EXPECT_EQ(parsed("", {"data.path=8"}).data.path, "8");
  EXPECT_EQ(parsed("", {"data.path=C:\\a=b #c"}).data.path, "C:\\a=b #c");
  EXPECT_EQ(parsed("", {"data.path='a' b"}).data.path, "'a' b");
  EXPECT_EQ(parsed("", {"data.path="}).data.path, "");
}

TEST(ExperimentFile, ReadsListsOfNames) {
  using List = std::vector<std::string>;
  EXPECT_EQ(parsed("[fqt]\nexempt = ['conv1', \"classifier\"]\n").fqt.exempt, (List{"conv1", "classifier"}));
  EXPECT_EQ(parsed("", {"fqt.exempt=['stage1_block1.conv1']"}).fqt.exempt, (List{"stage1_block1.conv1"}));
  EXPECT_EQ(parsed("[fqt]\nexempt = ['conv1']\n", {"fqt.exempt=[]"}).fqt.exempt, List{});
}

TEST(ExperimentFile, UnlistedNamesAreNotChecked) {
  const auto e = parse_experiment("[model]\nname = 'anything'\n", "e.toml", {}, KnownNames{});
  ASSERT_TRUE(e.ok()) << e.status().message();
  EXPECT_EQ(e->model.name, "anything");
}

TEST(ExperimentFile, RoundTripsRandomExperiments) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const Experiment e = random_settings(FileKind::kExperiment, seed).experiment;
    const auto again = parse_experiment(to_toml(e), "e.toml", {}, test_names());
    ASSERT_TRUE(again.ok()) << "seed " << seed << ": " << again.status().message();
    ASSERT_EQ(first_difference(e, *again), std::nullopt) << "seed " << seed;
    ASSERT_EQ(to_toml(*again), to_toml(e)) << "seed " << seed;
  }
}

TEST(ExperimentFile, RoundTripsRandomClientSettings) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    ClientSettings settings = random_settings(FileKind::kClientSettings, seed);
    settings.experiment.training.optimizer_state = "user";
    const std::string text = client_settings_to_toml(settings);
    const auto again = parse_client_settings(text, "welcome", test_names());
    ASSERT_TRUE(again.ok()) << "seed " << seed << ": " << again.status().message();
    ASSERT_EQ(client_settings_to_toml(*again), text) << "seed " << seed;
  }
}

TEST(ExperimentFile, PrintsEveryKeyOnceInAFixedOrder) {
  const std::string text = to_toml(Experiment{});
  std::size_t last = 0;
  for (const char* line : {"seed = 1 ", "\n[data]\n", "name = \"glyphs\"", "\n[model]\n", "\n[federation]\n",
                           "users = 10 ", "deadline_s = 600.0 ", "\n[training]\n", "weight_decay = 0.0001 ",
                           "\n[averaging]\n", "\n[download]\n", "\n[upload]\n", "bits = 8 "}) {
    const std::size_t found = text.find(line, last);
    ASSERT_NE(found, std::string::npos) << line;
    last = found;
  }
  EXPECT_EQ(text.find("[samples]"), std::string::npos);
  std::size_t equals = 0;
  for (const Field& field : schema()) equals += carries(FileKind::kExperiment, field.scope) ? 1 : 0;
  std::size_t lines = 0;
  for (std::size_t at = 0; (at = text.find("\n", at)) != std::string::npos; ++at) {
    lines += text.compare(at + 1, 1, "[") != 0 && text.compare(at + 1, 1, "\n") != 0 && at + 1 < text.size();
  }
  EXPECT_EQ(lines, equals);
}

TEST(FirstDifference, NamesEveryKey) {
  for (const Field& field : schema()) {
    if (!carries(FileKind::kExperiment, field.scope)) continue;
    ClientSettings changed;
    Value value = field.get(changed);
    if (auto* flag = std::get_if<bool>(&value)) *flag = !*flag;
    if (auto* number = std::get_if<std::int64_t>(&value)) *number += 1;
    if (auto* number = std::get_if<double>(&value)) *number += 0.25;
    if (auto* text = std::get_if<std::string>(&value)) *text += "x";
    if (auto* names = std::get_if<std::vector<std::string>>(&value)) names->push_back("x");
    field.set(changed, value);
    const auto difference = first_difference(Experiment{}, changed.experiment);
    ASSERT_TRUE(difference.has_value()) << field.name();
    EXPECT_EQ(difference->find(field.name() + ": "), 0u) << *difference;
    EXPECT_NE(experiment_sha256(changed.experiment), experiment_sha256(Experiment{})) << field.name();
  }
}

TEST(FirstDifference, ShowsBothValues) {
  Experiment other;
  other.federation.rounds = 300;
  other.upload.bits = 4;
  EXPECT_EQ(first_difference(Experiment{}, other), "federation.rounds: 200 against 300");
}

}  // namespace
}  // namespace covey::config
