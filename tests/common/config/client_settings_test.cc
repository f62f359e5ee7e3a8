#include "common/config/client_settings.h"

#include <gtest/gtest.h>

#include "tests/common/config/support.h"

namespace covey::config {
namespace {

ClientSettings small() {
  ClientSettings settings;
  settings.sizes = {3, 32, 30};
  settings.classes = 10;
  settings.mean = {0.4914f, 0.4822f, 0.4465f};
  settings.stddev = {0.2470f, 0.2435f, 0.2616f};
  settings.characters = true;
  return settings;
}

std::string message(const std::string& text) {
  const auto settings = parse_client_settings(text, "welcome", test_names());
  return settings.ok() ? "ok" : settings.status().message();
}

/// What a message says behind "welcome:LINE: ".
std::string without_line(const std::string& text) {
  return text.substr(text.find(": ") + 2);
}

std::string with(const std::string& old_text, const std::string& new_text) {
  std::string text = client_settings_to_toml(small());
  const std::size_t at = text.find(old_text);
  EXPECT_NE(at, std::string::npos) << old_text;
  return text.replace(at, old_text.size(), new_text);
}

TEST(ClientSettings, CarriesWhatTrainingNeeds) {
  ClientSettings sent = small();
  sent.experiment.seed = 5;
  sent.experiment.federation.communicating = 64;  // more than the default number of users
  sent.experiment.federation.order = "parallel";
  sent.experiment.training.lr = 0.1;
  sent.experiment.upload.bits = 4;
  sent.experiment.averaging.bn_buffers = "local";
  sent.experiment.fqt.mode = "fqt";
  sent.experiment.fqt.gradient_bits = 4;
  sent.experiment.fqt.exempt = {"conv1", "classifier"};
  const auto settings = parse_client_settings(client_settings_to_toml(sent), "welcome", test_names());
  ASSERT_TRUE(settings.ok()) << settings.status().message();
  EXPECT_EQ(settings->experiment.seed, 5u);
  EXPECT_EQ(settings->experiment.federation.communicating, 64);
  EXPECT_EQ(settings->experiment.federation.order, "parallel");
  EXPECT_EQ(settings->experiment.training.lr, 0.1);
  EXPECT_EQ(settings->experiment.upload.bits, 4);
  EXPECT_EQ(settings->experiment.averaging.bn_buffers, "local");
  EXPECT_EQ(settings->experiment.fqt.mode, "fqt");
  EXPECT_EQ(settings->experiment.fqt.gradient_bits, 4);
  EXPECT_EQ(settings->experiment.fqt.exempt, sent.experiment.fqt.exempt);
  EXPECT_EQ(settings->kind, "image");
  EXPECT_EQ(settings->sizes, sent.sizes);
  EXPECT_EQ(settings->classes, 10);
  EXPECT_EQ(settings->mean, sent.mean);
  EXPECT_EQ(settings->stddev, sent.stddev);
  EXPECT_TRUE(settings->characters);
}

TEST(ClientSettings, CarriesAVocabularyWithTexts) {
  ClientSettings sent;
  sent.kind = "text";
  sent.classes = 2;
  sent.sizes = {32};
  sent.vocabulary = "the a it's \" \\ caf\xc3\xa9";
  const auto settings = parse_client_settings(client_settings_to_toml(sent), "welcome", test_names());
  ASSERT_TRUE(settings.ok()) << settings.status().message();
  EXPECT_EQ(settings->kind, "text");
  EXPECT_EQ(settings->sizes, std::vector<int>{32});
  EXPECT_EQ(settings->vocabulary, sent.vocabulary);
  sent.vocabulary.assign(50000, 'a');
  EXPECT_FALSE(parse_client_settings(client_settings_to_toml(sent), "welcome", test_names()).ok());
}

TEST(ClientSettings, RefusesWhatIsNoListOfSizes) {
  const std::string allowed = ", allowed: a list of up to 16, each a whole number from 0 to 65536";
  for (const auto& [sizes, wrong] : std::vector<std::pair<std::string, std::string>>{
           {"[3, -1, 30]", "-1 is out of range"},
           {"[3, 2.5]", "[3.0, 2.5] has the wrong type"},
           {"[2000000000]", "2000000000 is out of range"},
           {"3", "3 has the wrong type"},
           {"[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17]", "the list has 17 numbers"}})
    EXPECT_EQ(without_line(message(with("[3, 32, 30]", sizes))), "samples.sizes: " + wrong + allowed);
  EXPECT_EQ(without_line(message(with("kind = \"image\"", "kind = \"sound\""))),
            "samples.kind: unknown name \"sound\", allowed: image, text");
}

TEST(ClientSettings, NeverCarriesTheData) {
  ClientSettings sent = small();
  sent.experiment.data.name = "secret-name";
  sent.experiment.data.path = "secret/path";
  const std::string text = client_settings_to_toml(sent);
  EXPECT_EQ(text.find("secret"), std::string::npos);
  EXPECT_EQ(text.find("[data]"), std::string::npos);
  EXPECT_EQ(text.find("labelled"), std::string::npos);
}

TEST(ClientSettings, RefusesAMissingKey) {
  EXPECT_EQ(message(with("rounds = 200", "# rounds")),
            "welcome: federation.rounds: is missing, allowed: a whole number from 1 to 1000000");
  EXPECT_EQ(message(""), "welcome: seed: is missing, allowed: a whole number from 0 to 9223372036854775807");
}

TEST(ClientSettings, RefusesWhatOnlyTheCoordinatorHas) {
  EXPECT_EQ(message(with("[model]", "[data]\npath = \"/etc\"\n[model]")),
            "welcome:5: data: unknown section, allowed: model, federation, training, averaging, download, "
            "upload, curvature, fqt, samples");
}

TEST(ClientSettings, RefusesNumbersOutOfRange) {
  EXPECT_NE(message(with("classes = 10", "classes = 1")), "ok");
  EXPECT_NE(message(with("mean = [", "mean = [nan, ")), "ok");
  EXPECT_NE(message(with("stddev = [", "stddev = [0, ")), "ok");
  EXPECT_NE(message(with("stddev = [", "stddev = [1e-60, ")), "ok");
}

TEST(ClientSettings, RefusesMomentumThatMovesBetweenUsers) {
  const std::string found = message(with("\"reset\"", "\"slot\""));
  EXPECT_NE(
      found.find("training.optimizer_state: \"slot\" works in the simulator only, allowed: reset, user"),
      std::string::npos)
      << found;
}

TEST(ClientSettings, SurvivesTruncationAndBitFlips) {
  const std::string good = without_comments(client_settings_to_toml(small()));
  for (std::size_t size = 0; size + 100 < good.size(); ++size) {
    const std::string found = message(good.substr(0, size));
    ASSERT_NE(found, "ok") << size;
    ASSERT_EQ(found.find('\n'), std::string::npos) << size;
  }
  for (std::size_t bit = 0; bit < good.size() * 8; bit += 5) {
    std::string flipped = good;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    ASSERT_EQ(message(flipped).find('\n'), std::string::npos) << bit;
  }
}

}  // namespace
}  // namespace covey::config
