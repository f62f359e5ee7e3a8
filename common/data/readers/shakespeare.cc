#include "common/data/readers/shakespeare.h"

#include <algorithm>
#include <map>

#include "common/base/file.h"
#include "common/data/readers/readers.h"
#include "common/data/text/texts.h"

namespace covey::data {

namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::uint64_t kPlaysBytesMax = std::uint64_t{1} << 30;

/// Collects speeches while the lines of a file go by.
class Speeches {
 public:
  explicit Speeches(int tokens) : tokens_(static_cast<std::size_t>(tokens)) {}

  void speaker(std::string_view name) { speaker_ = name; }

  Status say(std::string_view line) {
    if (speaker_.empty()) return corrupt("expected a speaker and a colon");
    if (line.size() > kTextBytesMax) return corrupt("the line is too long");
    const std::size_t words = words_of(line).size();
    if (words == 0) return ok_status();
    if (words_ > 0 && (words_ + words > tokens_ || text_.size() + line.size() >= kTextBytesMax)) close();
    text_ += (text_.empty() ? "" : " ") + std::string(line);
    words_ += words;
    return ok_status();
  }

  /// The end of a text.
  void close() {
    if (words_ == 0) return;
    said_.emplace_back(speaker_, std::move(text_));
    text_.clear();
    words_ = 0;
  }

  void end_speech() {
    close();
    speaker_.clear();
  }

  /// In the order of the file.
  WrittenTexts texts() {
    std::map<std::string, std::uint32_t> numbers;
    for (const auto& said : said_) numbers.emplace(said.first, 0);
    std::uint32_t next = 0;
    for (auto& entry : numbers) entry.second = next++;
    WrittenTexts written;
    for (auto& said : said_) {
      written.owners.push_back(numbers.at(said.first));
      written.texts.push_back(std::move(said.second));
    }
    return written;
  }

 private:
  std::size_t tokens_;
  std::string speaker_;
  std::string text_;
  std::size_t words_ = 0;
  std::vector<std::pair<std::string, std::string>> said_;
};

}  // namespace

Result<WrittenTexts> parse_plays(std::string_view file, int tokens) {
  Speeches speeches(tokens);
  bool named = false;
  std::size_t number = 0;
  for (std::size_t start = 0; start < file.size();) {
    const std::size_t end = std::min(file.find('\n', start), file.size());
    std::string_view line = file.substr(start, end - start);
    start = end + 1;
    ++number;
    if (number == 1 && line.substr(0, kByteOrderMark.size()) == kByteOrderMark)
      line.remove_prefix(kByteOrderMark.size());
    line = line.substr(0, line.find_last_not_of(" \t\r") + 1);
    Status read = ok_status();
    if (line.empty()) {
      speeches.end_speech();
      named = false;
    } else if (!named && line.back() == ':' && line.size() > 1) {
      speeches.speaker(line.substr(0, line.size() - 1));
      named = true;
    } else {
      read = speeches.say(line);
    }
    if (!read.ok()) return read.with_context("line " + std::to_string(number));
  }
  speeches.end_speech();
  WrittenTexts texts = speeches.texts();
  if (texts.texts.empty()) return corrupt("line " + std::to_string(number) + ": no speech up to the end");
  return texts;
}

/// Plays in one file (data.path), such as the collected ones of Shakespeare that language models are tried
/// on; in a folder, in its tinyshakespeare.txt.
Result<Dataset> read_shakespeare(const config::Data& config, std::uint64_t) {
  fs::path path = config.path;
  std::error_code error;
  if (fs::is_directory(path, error)) path /= "tinyshakespeare.txt";
  COVEY_ASSIGN_OR_RETURN(const std::string file, read_text_file(path, kPlaysBytesMax));
  const auto texts = parse_plays(file, static_cast<int>(config.tokens));
  if (!texts.ok()) return texts.status().with_context(path.string());
  return language_dataset(hold_out_texts(*texts), config);
}

}  // namespace covey::data
