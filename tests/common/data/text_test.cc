#include "common/data/readers/text.h"
#include "common/base/image_shape.h"
#include "common/base/text_shape.h"

#include <gmock/gmock.h>

#include "common/data/partition/storage.h"
#include "common/data/registry.h"
#include "common/data/text/texts.h"
#include "tests/common/data/support.h"

namespace covey::data {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::uint16_t> ids_of(const SampleSet& samples, std::size_t i) {
  std::vector<std::uint16_t> ids(samples.format.values());
  std::memcpy(ids.data(), samples.sample(i).data(), samples.format.bytes());
  return ids;
}

TEST(WordsOf, SplitsAtSpacesAndPunctuationInLowerCase) {
  EXPECT_THAT(words_of("It's GOOD, isn't it?"), ElementsAre("it's", "good", ",", "isn't", "it", "?"));
  EXPECT_THAT(words_of("  it 's\ta 'quoted' 2nd\x01word "),
              ElementsAre("it", "'", "s", "a", "'", "quoted", "'", "2nd", "word"));
  EXPECT_THAT(words_of("caf\xc3\xa9 \xe2\x82\xac"), ElementsAre("caf\xc3\xa9", "\xe2\x82\xac"));
  EXPECT_THAT(words_of("a\xff"
                       "b \xc3 \xed\xa0\x80 \xc0\xafx"),
              ElementsAre("a", "b", "x"))
      << "no UTF-8";
  EXPECT_THAT(words_of(" \t\r\n\x7f"), IsEmpty());
  EXPECT_THAT(words_of(std::string(100, 'a')), ElementsAre(std::string(kWordBytesMax, 'a')));
  const std::string most(kWordBytesMax - 1, 'a');
  EXPECT_THAT(words_of(most + "'s b"), ElementsAre(most, "b"));
  EXPECT_THAT(words_of(most + "\xc3\xa9 b"), ElementsAre(most, "b")) << "no half of a character";
}

TEST(Vocabulary, HoldsTheMostFrequentWordsTiesByTheirBytes) {
  const std::vector<std::string> texts{"b a b c", "c b d", "a once"};
  EXPECT_THAT(Vocabulary::of_texts(texts, 10).words(), ElementsAre("b", "a", "c"));
  EXPECT_THAT(Vocabulary::of_texts(texts, 2).words(), ElementsAre("b", "a"));
  EXPECT_EQ(Vocabulary::of_texts(texts, 2).ids(), 4u);
  std::vector<std::string> many;
  for (int i = 0; i < 1000; ++i)
    many.insert(many.end(), 2, "word" + std::string(56, 'x') + std::to_string(1000 + i));
  EXPECT_EQ(Vocabulary::of_texts(many, 5000).words().size(), kVocabularyBytesMax / 65)
      << "64 bytes and a space each";
}

TEST(Vocabulary, EncodesTheFirstWordsAndPadsTheRest) {
  const auto vocabulary = Vocabulary::of_words({"good", "film"});
  ASSERT_TRUE(vocabulary.ok()) << vocabulary.status().message();
  SampleSet samples;
  samples.texts = {"A GOOD film", "film good film film good", "...", "\x01"};
  samples.labels.assign(4, kNoLabel);
  encode_texts(*vocabulary, 4, samples);
  EXPECT_EQ(samples.format, SampleFormat(TextShape{4}));
  EXPECT_THAT(ids_of(samples, 0), ElementsAre(kUnknown, 2, 3, kPadding));
  EXPECT_THAT(ids_of(samples, 1), ElementsAre(3, 2, 3, 3));
  EXPECT_THAT(ids_of(samples, 2), ElementsAre(kUnknown, kUnknown, kUnknown, kPadding));
  EXPECT_THAT(ids_of(samples, 3), ElementsAre(kUnknown, kPadding, kPadding, kPadding)) << "no word at all";
}

TEST(Vocabulary, RefusesWhatIsNoListOfWords) {
  const auto message = [](std::vector<std::string> words) {
    return Vocabulary::of_words(std::move(words)).status().message();
  };
  EXPECT_THAT(message({"a", ""}), HasSubstr("word 1 of the vocabulary"));
  EXPECT_THAT(message({"two words"}), HasSubstr("word 0"));
  EXPECT_THAT(message({"Upper"}), HasSubstr("word 0"));
  EXPECT_THAT(message({"a", "b", "a"}), HasSubstr("twice"));
  EXPECT_THAT(message(std::vector<std::string>(20481, "a")), HasSubstr("40962 bytes; allowed are 40960"));
}

TEST(LabelledTsv, TakesTextTabClassLines) {
  const auto texts =
      parse_labelled_tsv("sentence\tlabel\ngood film \t1\r\n\nbad\tone \t0\nlast , line\tworld news");
  ASSERT_TRUE(texts.ok()) << texts.status().message();
  EXPECT_THAT(texts->texts, ElementsAre("good film", "bad\tone", "last , line"));
  EXPECT_THAT(texts->classes, ElementsAre("1", "0", "world news"));
}

TEST(LabelledTsv, NamesTheLineThatIsWrong) {
  const auto message = [](const std::string& file) { return parse_labelled_tsv(file).status().message(); };
  EXPECT_EQ(message("a\t1\nno tab"), "line 2: expected a text, a tab and a class");
  EXPECT_EQ(message("a\t1\nb\t \n"), "line 2: the class is empty");
  EXPECT_EQ(message("\t1"), "line 1: the text has no word");
  EXPECT_EQ(message(std::string(70000, 'a') + "\t1"),
            "line 1: the text has 70000 bytes, allowed: up to 65536");
}

TEST(TextLines, SkipEmptyOnesAndRefuseTooLongOnes) {
  EXPECT_THAT(*parse_text_lines("one\r\n\n \ntwo three"), ElementsAre("one", "two three"));
  EXPECT_THAT(*parse_text_lines(""), IsEmpty());
  EXPECT_THAT(parse_text_lines("one\n" + std::string(70000, 'a')).status().message(),
              HasSubstr("byte 4: a text of 70000 bytes"));
}

class TextFolderTest : public FolderFixture {
 protected:
  void SetUp() override {
    FolderFixture::SetUp();
    for (const std::string name : {"good", "poor"}) {
      std::string lines;
      for (int i = 0; i < 40; ++i) lines += name + " film number " + std::to_string(i % 7) + "\n";
      write("in/" + name + "/texts.txt", as_bytes(lines));
    }
    data_.name = "text-folder";
    data_.path = (folder_ / "in").string();
    data_.tokens = 5;
    data_.partition = "iid";
    federation_.users = 3;
    federation_.labelled = 10;
  }

  config::Data data_;
  config::Federation federation_;
};

TEST_F(TextFolderTest, EveryFifthTextOfAClassIsForTests) {
  const auto dataset = load_dataset(data_, 1);
  ASSERT_TRUE(dataset.ok()) << dataset.status().message();
  EXPECT_EQ(dataset->classes, 2);
  EXPECT_EQ(dataset->train.size(), 64u);
  EXPECT_EQ(dataset->test.size(), 16u);
  EXPECT_EQ(dataset->format, SampleFormat(TextShape{5}));
  EXPECT_THAT(dataset->vocabulary, ::testing::Contains("film"));
  EXPECT_EQ(dataset->train.texts[0], "good film number 0");
  EXPECT_EQ(dataset->train.labels.back(), 1);
}

TEST_F(TextFolderTest, AWrittenPartitionGivesEverybodyTheSameIds) {
  const auto dataset = load_dataset(data_, 1);
  ASSERT_TRUE(dataset.ok()) << dataset.status().message();
  const auto partition = make_partition(*dataset, data_, federation_, 1);
  ASSERT_TRUE(partition.ok()) << partition.status().message();
  ASSERT_TRUE(write_partition(*dataset, *partition, folder_ / "out").ok());
  for (std::size_t k = 0; k < 3; ++k) {
    auto samples = load_user_samples(folder_ / "out" / ("user_000" + std::to_string(k)));
    ASSERT_TRUE(samples.ok()) << samples.status().message();
    const auto fitted = fit_user_samples(std::make_shared<const SampleSet>(*std::move(samples)), *dataset);
    ASSERT_TRUE(fitted.ok()) << fitted.status().message();
    EXPECT_EQ((*fitted)->bytes, subset(dataset->train, partition->users[k]).bytes);
    EXPECT_EQ((*fitted)->labels, std::vector<std::int32_t>(partition->users[k].size(), kNoLabel));
  }
  config::Data written = data_;
  written.path = (folder_ / "out/server").string();
  const auto from_folder = load_server_data(written, federation_, 1);
  const auto from_whole = load_server_data(data_, federation_, 1);
  ASSERT_TRUE(from_folder.ok() && from_whole.ok()) << from_folder.status().message();
  for (const auto part : {&ServerData::labelled, &ServerData::test}) {
    EXPECT_EQ(((*from_folder).*part).bytes, ((*from_whole).*part).bytes);
    EXPECT_EQ(((*from_folder).*part).labels, ((*from_whole).*part).labels);
  }
  EXPECT_EQ(from_folder->vocabulary, from_whole->vocabulary);
}

TEST_F(TextFolderTest, AFolderOfTheOtherKindIsRefused) {
  const auto dataset = load_dataset(data_, 1);
  SampleSet images;
  images.format = ImageShape{1, 28, 28};
  EXPECT_EQ(fit_user_samples(std::make_shared<const SampleSet>(images), *dataset).status().message(),
            "--data: holds images; this run needs texts");
  DataSpec of_images;
  of_images.format = ImageShape{1, 28, 28};
  EXPECT_EQ(fit_user_samples(std::make_shared<const SampleSet>(*load_user_samples(folder_ / "in")), of_images)
                .status()
                .message(),
            "--data: holds texts; this run needs images");
}

TEST_F(TextFolderTest, FoldersThatDoNotFitAreNamed) {
  const auto message = [&] { return load_dataset(data_, 1).status().message(); };
  write("in/good/picture.png", as_bytes("x"));
  EXPECT_THAT(message(), HasSubstr("picture.png: is no text"));
  fs::remove(folder_ / "in/good/picture.png");
  write("in/stray.txt", as_bytes("x"));
  EXPECT_THAT(message(), HasSubstr("stray.txt: lies outside the class folders"));
  fs::remove(folder_ / "in/stray.txt");
  write("in/none/texts.txt", as_bytes("\n"));
  EXPECT_THAT(message(), HasSubstr("a class folder holds texts, at least one"));
}

TEST_F(TextFolderTest, ATestClassNeedsTrainingTexts) {
  write("two/train.tsv", as_bytes("a good one\t1\na bad one\t0\n"));
  write("two/test.tsv", as_bytes("a new one\t2\n"));
  data_.name = "agnews";
  data_.path = (folder_ / "two").string();
  EXPECT_THAT(load_dataset(data_, 1).status().message(), HasSubstr("class '2' has no training text"));
}

}  // namespace
}  // namespace covey::data
