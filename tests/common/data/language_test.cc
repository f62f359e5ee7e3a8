#include "common/data/readers/language.h"
#include "common/base/text_shape.h"

#include <gmock/gmock.h>

#include "common/data/readers/shakespeare.h"
#include "common/data/registry.h"
#include "tests/common/data/support.h"

namespace covey::data {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(HoldOutTexts, TakesEveryTenthOfEachOwner) {
  WrittenTexts all;
  for (int i = 0; i < 25; ++i) {
    all.texts.push_back("text " + std::to_string(i));
    all.owners.push_back(i < 20 ? 1 : 0);
  }
  const HeldOut halves = hold_out_texts(all);
  EXPECT_THAT(halves.test.texts, ElementsAre("text 9", "text 19"));
  EXPECT_THAT(halves.test.owners, Each(1u));
  EXPECT_EQ(halves.train.texts.size(), 23u);
  EXPECT_EQ(halves.train.owners.back(), 0u);
}

TEST(LanguageDataset, HasTheClassesOfCommonBeginnings) {
  HeldOut texts;
  for (const char* word : {"a", "b", "c", "d", "e", "f", "g", "h", "i"}) {
    for (int i = 0; i < 2; ++i) texts.train.texts.push_back(std::string(word) + " thing");
  }
  texts.train.texts.push_back("b thing");
  texts.train.texts.push_back("rare thing");
  texts.test.texts = {"B thing", "a thing", "never seen"};
  const Dataset dataset = *language_dataset(texts, {});
  EXPECT_EQ(dataset.task, "next-word");
  EXPECT_EQ(dataset.classes, 10);
  EXPECT_THAT(dataset.test.labels, ElementsAre(0, 1, 9))
      << "the most frequent word first, then by their bytes";
  EXPECT_EQ(dataset.train.labels.back(), 9);
  EXPECT_THAT(dataset.vocabulary, ::testing::Contains("thing"));
}

TEST(LanguageDataset, HasNoEmptyClass) {
  HeldOut texts;
  texts.train.texts = {"a b", "c d", "a b"};
  texts.test.texts = {"never seen", "c d"};
  EXPECT_EQ(language_dataset(texts, {})->classes, 2);
  EXPECT_THAT(language_dataset(texts, {})->test.labels, ElementsAre(1, 1));
  texts.train.texts = {"a b"};
  EXPECT_THAT(language_dataset(texts, {}).status().message(), HasSubstr("allowed: two beginnings"));
  texts.train.texts = {"a b", "c d"};
  texts.test.texts = {"never", "c"};
  EXPECT_THAT(language_dataset(texts, {}).status().message(), HasSubstr("no test text has a second word"));
}

TEST(ParsePlays, GivesSpeechesInPiecesOfWholeLines) {
  const auto texts = parse_plays(
      "Second Citizen:\nOne word, good citizens.\n\nFirst Citizen:\r\nWe are:\nthe good.\nGone\n\nSecond "
      "Citizen:\nAye\n",
      5);
  ASSERT_TRUE(texts.ok()) << texts.status().message();
  EXPECT_THAT(texts->texts, ElementsAre("One word, good citizens.", "We are:", "the good. Gone", "Aye"));
  EXPECT_THAT(texts->owners, ElementsAre(1, 0, 0, 1));
}

TEST(ParsePlays, BlanksAtTheEndsOfLinesDoNotCount) {
  const auto texts = parse_plays(
      "\xef\xbb\xbf"
      "A: \nfirst words\n  \t\nB:\nmore words\n",
      5);
  ASSERT_TRUE(texts.ok()) << texts.status().message();
  EXPECT_THAT(texts->texts, ElementsAre("first words", "more words"));
  EXPECT_THAT(texts->owners, ElementsAre(0, 1));
}

TEST(ParsePlays, ATextStaysShortEnoughToBeStored) {
  const std::string line(40000, 'a');
  const auto texts = parse_plays("A:\n" + line + "\n" + line + "\n", 5);
  ASSERT_TRUE(texts.ok()) << texts.status().message();
  EXPECT_EQ(texts->texts.size(), 2u);
}

TEST(ParsePlays, NamesTheLineOfWhatItCannotRead) {
  EXPECT_THAT(parse_plays("A:\nb\n\nno speaker\n", 5).status().message(),
              HasSubstr("line 4: expected a speaker"));
  EXPECT_THAT(parse_plays("A:\n" + std::string(70000, 'a'), 5).status().message(),
              HasSubstr("line 2: the line"));
  EXPECT_THAT(parse_plays("", 5).status().message(), HasSubstr("no speech"));
  EXPECT_THAT(parse_plays("A:\n\n", 5).status().message(), HasSubstr("no speech"));
}

class LanguageFiles : public FolderFixture {
 protected:
  void write_lines(const std::string& name, int lines) {
    std::string text;
    for (int i = 0; i < lines; ++i) text += (i % 2 == 0 ? "a line of " : "the line of ") + name + "\n";
    write(name, as_bytes(text));
  }

  Result<Dataset> load(const fs::path& path, const std::string& name = "text-lines") const {
    config::Data config;
    config.name = name;
    config.path = path.string();
    config.tokens = 4;
    return load_dataset(config, 1);
  }
};

TEST_F(LanguageFiles, AreOneFileOrOneForEachOwner) {
  write_lines("anna.txt", 20);
  write_lines("bert.txt", 10);
  const auto both = load(folder_);
  ASSERT_TRUE(both.ok()) << both.status().message();
  EXPECT_EQ(both->train.size(), 27u);
  EXPECT_EQ(both->train.owners.front(), 0u);
  EXPECT_EQ(both->train.owners.back(), 1u);
  EXPECT_EQ(both->format, SampleFormat(TextShape{4}));
  write_lines("notes", 30);
  const auto one = load(folder_ / "notes");
  ASSERT_TRUE(one.ok()) << one.status().message();
  EXPECT_EQ(one->test.size(), 3u);
}

TEST_F(LanguageFiles, TooFewTextsAreRefused) {
  write_lines("short", 3);
  EXPECT_THAT(load(folder_ / "short").status().message(), HasSubstr("0 test samples"));
  EXPECT_FALSE(load(folder_ / "missing").ok());
  EXPECT_THAT(load(folder_ / "short", "shakespeare").status().message(), HasSubstr("short: line 1"));
}

}  // namespace
}  // namespace covey::data
