#include "tests/simulator/report/support/xml_check.h"

#include <regex>
#include <set>
#include <vector>

namespace covey::testing {

namespace {

class Checker {
 public:
  explicit Checker(const std::string& text) : text_(text) {}

  std::string error() {
    while (error_.empty() && at_ < text_.size()) {
      if (text_[at_] == '<') {
        read_markup();
      } else {
        read_text();
      }
    }
    if (error_.empty() && !open_.empty()) fail("<" + open_.back() + "> is not closed");
    if (error_.empty() && roots_ != 1) fail(std::to_string(roots_) + " root elements");
    return error_;
  }

 private:
  void fail(const std::string& what) { error_ = what + " at byte " + std::to_string(at_); }

  void read_text() {
    const std::size_t end = std::min(text_.find('<', at_), text_.size());
    const std::string piece = text_.substr(at_, end - at_);
    check_entities(piece);
    if (open_.empty() && piece.find_first_not_of(" \n") != std::string::npos) fail("text outside the root");
    at_ = end;
  }

  void check_entities(const std::string& piece) {
    static const std::regex known("&(amp|lt|gt|quot|apos|#[0-9]+);");
    std::size_t count = 0;
    for (const char c : piece) {
      count += c == '&' ? 1 : 0;
      if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') fail("a control character");
    }
    const auto begin = std::sregex_iterator(piece.begin(), piece.end(), known);
    if (static_cast<std::size_t>(std::distance(begin, std::sregex_iterator())) != count) fail("a bare &");
  }

  void read_markup() {
    if (text_.compare(at_, 4, "<!--") == 0) {
      const std::size_t end = text_.find("-->", at_);
      if (end == std::string::npos) return fail("a comment without its end");
      at_ = end + 3;
      return;
    }
    const std::size_t end = text_.find('>', at_);
    if (end == std::string::npos) return fail("a tag without its end");
    read_tag(text_.substr(at_, end + 1 - at_));
    at_ = end + 1;
  }

  void read_tag(const std::string& tag) {
    static const std::regex close_tag("</([A-Za-z]+)>");
    static const std::regex open_tag("<([A-Za-z]+)((?: [A-Za-z][A-Za-z0-9:-]*=\"[^\"<]*\")*)(/?)>");
    static const std::regex attribute(" ([A-Za-z][A-Za-z0-9:-]*)=");
    std::smatch match;
    if (std::regex_match(tag, match, close_tag)) {
      if (open_.empty() || open_.back() != match[1]) return fail(tag + " closes nothing");
      open_.pop_back();
      return;
    }
    if (!std::regex_match(tag, match, open_tag)) return fail("not a tag: " + tag);
    const std::string attributes = match[2];
    check_entities(attributes);
    std::set<std::string> names;
    for (auto i = std::sregex_iterator(attributes.begin(), attributes.end(), attribute);
         i != std::sregex_iterator(); ++i) {
      if (!names.insert((*i)[1]).second) fail("an attribute twice in " + tag);
    }
    if (open_.empty()) ++roots_;
    if (match[3].length() == 0) open_.push_back(match[1]);
  }

  const std::string& text_;
  std::size_t at_ = 0;
  std::size_t roots_ = 0;
  std::vector<std::string> open_;
  std::string error_;
};

}  // namespace

std::string xml_error(const std::string& text) {
  return Checker(text).error();
}

}  // namespace covey::testing
