#include "common/data/readers/text.h"
#include "common/base/text_shape.h"
#include "common/data/augment/text_views.h"
#include "common/data/kinds/kinds.h"
#include "common/data/kinds/shared.h"
#include "common/data/readers/folder_listing.h"
#include "common/data/text/texts.h"

namespace covey::data {

namespace {

constexpr const char* kUserFile = "texts.txt";
constexpr const char* kLabelledFile = "texts.tsv";
constexpr int kTokensMax = 1024;

class TextFiles final : public SampleFiles {
 public:
  Status write_user(const SampleSet& samples, Span<const std::uint32_t> positions,
                    const fs::path& folder) const override {
    std::string lines;
    for (const std::uint32_t position : positions) lines += samples.texts[position] + "\n";
    return write_file_atomically(folder / kUserFile, as_bytes(lines));
  }

  /// One that holds .txt files, itself or in its folders, and nothing else.
  bool recognises(const fs::path& dir) const override {
    std::error_code error;
    bool texts = false;
    for (fs::recursive_directory_iterator entry(dir, error), end; !error && entry != end;
         entry.increment(error)) {
      if (entry.depth() > 1 || entry->path().filename().string().front() == '.') {
        entry.disable_recursion_pending();
        continue;
      }
      if (entry->is_directory(error)) continue;
      if (entry->path().extension() != ".txt") return false;
      texts = true;
    }
    return texts;
  }

  Result<SampleSet> read_user(const fs::path& folder) const override {
    SampleSet samples;
    samples.format = TextShape{0};
    COVEY_ASSIGN_OR_RETURN(const auto files, files_below(folder, kTextFiles));
    COVEY_ASSIGN_OR_RETURN(samples.texts, read_text_files(files));
    if (samples.texts.empty()) return invalid_argument("'" + folder.string() + "' holds no text");
    samples.labels.assign(samples.texts.size(), kNoLabel);
    return samples;
  }

  Result<std::shared_ptr<const SampleSet>> fit_user(std::shared_ptr<const SampleSet> samples,
                                                    const DataSpec& spec) const override {
    SampleSet texts = *samples;
    COVEY_RETURN_IF_ERROR(encode(spec, texts));
    return std::make_shared<const SampleSet>(std::move(texts));
  }

  Status write_labelled(const SampleSet& samples, const fs::path& folder) const override {
    COVEY_RETURN_IF_ERROR(make_directories(folder));
    std::string lines;
    for (std::size_t i = 0; i < samples.size(); ++i)
      lines += samples.texts[i] + "\t" + std::to_string(samples.labels[i]) + "\n";
    return write_file_atomically(folder / kLabelledFile, as_bytes(lines));
  }

  Result<SampleSet> read_labelled(const fs::path& folder, const DataSpec& spec,
                                  std::size_t count) const override {
    const fs::path path = folder / kLabelledFile;
    COVEY_ASSIGN_OR_RETURN(const std::string file, read_text_file(path, std::uint64_t{1} << 30));
    auto named = parse_labelled_tsv(file);
    if (!named.ok()) return named.status().with_context(path.string());
    if (named->texts.size() != count) {
      return corrupt(path.string() + " holds " + std::to_string(named->texts.size()) +
                     " texts, dataset.json says " + std::to_string(count));
    }
    SampleSet samples;
    for (const std::string& name : named->classes) {
      const auto label = number_of(name, spec.classes);
      if (label < 0)
        return corrupt(path.string() + ": class '" + name + "', expected 0 to " +
                       std::to_string(spec.classes - 1));
      samples.labels.push_back(label);
    }
    samples.texts = std::move(named->texts);
    COVEY_RETURN_IF_ERROR(encode(spec, samples));
    return samples;
  }

 private:
  static Status encode(const DataSpec& spec, SampleSet& texts) {
    COVEY_ASSIGN_OR_RETURN(const Vocabulary vocabulary, Vocabulary::of_words(spec.vocabulary));
    encode_texts(vocabulary, TextShape::of(spec.format).tokens, texts);
    return ok_status();
  }

  /// -1 where `name` is no class.
  static std::int32_t number_of(const std::string& name, int classes) {
    for (std::int32_t label = 0; label < classes; ++label) {
      if (name == std::to_string(label)) return label;
    }
    return -1;
  }
};

class TextKind final : public SampleKind {
 public:
  const char* plural() const override { return "texts"; }

  Result<SampleFormat> format(const std::vector<int>& sizes) const override {
    if (sizes.size() == 1 && sizes[0] >= 1 && sizes[0] <= kTokensMax)
      return SampleFormat(TextShape{sizes[0]});
    return invalid_argument("no size of a text, allowed: one number of 1 to " + std::to_string(kTokensMax) +
                            ", the words of a text that count");
  }

  Status check(const DataSpec& spec) const override { return check_words_alone(spec); }

  std::unique_ptr<ViewMaker> views(const DataSpec& spec, const ViewSettings& settings) const override {
    return std::make_unique<TextViews>(spec, settings);
  }

  std::vector<std::uint8_t> noise(const DataSpec& spec, std::size_t count, Sequence& draws) const override {
    const auto words = static_cast<std::uint32_t>(spec.vocabulary.size() + 1);  // the unknown one, too
    std::vector<std::uint8_t> ids;
    for (std::size_t i = 0; i < count * spec.format.values(); ++i) {
      const std::uint32_t id = kUnknown + draws.below(words);
      ids.push_back(static_cast<std::uint8_t>(id & 0xff));
      ids.push_back(static_cast<std::uint8_t>(id >> 8));
    }
    return ids;
  }

  const SampleFiles& files() const override { return files_; }

 private:
  TextFiles files_;
};

}  // namespace

const SampleKind* text_kind() {
  static const TextKind kind;
  return &kind;
}

}  // namespace covey::data
