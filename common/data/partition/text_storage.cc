#include "common/data/partition/sample_files.h"
#include "common/data/readers/folder_listing.h"
#include "common/data/readers/text.h"
#include "common/data/text/texts.h"

namespace covey::data {

namespace {

using nlohmann::json;

constexpr const char* kUserFile = "texts.txt";
constexpr const char* kLabelledFile = "texts.tsv";

/// A user's texts in texts.txt, one a line; labelled ones in texts.tsv, a text, a tab and the number of its
/// class a line. The vocabulary is a part of dataset.json.
class TextFiles final : public SampleFiles {
 public:
  Status write_user(const SampleSet& samples, Span<const std::uint32_t> positions,
                    const fs::path& folder) const override {
    std::string lines;
    for (const std::uint32_t position : positions) lines += samples.texts[position] + "\n";
    return write_file_atomically(folder / kUserFile, as_bytes(lines));
  }

  Result<SampleSet> read_user(const fs::path& folder) const override {
    SampleSet samples;
    samples.format = SampleFormat::text(0);
    COVEY_ASSIGN_OR_RETURN(const auto files, files_below(folder, kTextFiles));
    COVEY_ASSIGN_OR_RETURN(samples.texts, read_text_files(files));
    if (samples.texts.empty()) return invalid_argument("'" + folder.string() + "' holds no text");
    samples.labels.assign(samples.texts.size(), kNoLabel);
    return samples;
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
    COVEY_ASSIGN_OR_RETURN(const Vocabulary vocabulary, Vocabulary::of_words(spec.vocabulary));
    encode_texts(vocabulary, spec.format.tokens, samples);
    return samples;
  }

  json describe(const DataSpec& spec) const override {
    return {{"tokens", spec.format.tokens}, {"vocabulary", spec.vocabulary}};
  }

  Status read_description(const json& object, DataSpec& spec) const override {
    COVEY_ASSIGN_OR_RETURN(const std::uint64_t tokens, whole_number(object, "tokens", 1024));
    COVEY_ASSIGN_OR_RETURN(spec.vocabulary, vocabulary_words(object));
    spec.format = SampleFormat::text(static_cast<int>(tokens));
    return ok_status();
  }

 private:
  /// -1 where `name` is no class.
  static std::int32_t number_of(const std::string& name, int classes) {
    for (std::int32_t label = 0; label < classes; ++label) {
      if (name == std::to_string(label)) return label;
    }
    return -1;
  }
};

}  // namespace

const SampleFiles& text_files() {
  static const TextFiles files;
  return files;
}

}  // namespace covey::data
