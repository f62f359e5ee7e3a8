// Rules about the tree itself: which folder may include which, that every source is built, and what may not
// be written.
#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "common/base/file.h"

namespace covey {
namespace {

const fs::path kRoot = COVEY_SOURCE_DIR;

/// Folder -> folders that it may include besides itself and common/base. ARCHITECTURE.md draws the same
/// picture.
const std::map<std::string, std::set<std::string>> kMayInclude = {
    {"common/base", {}},
    {"common/config", {}},
    {"common/wire", {}},
    {"common/security", {}},
    {"common/store", {}},
    {"common/transport", {"common/wire", "common/security"}},
    {"common/data", {"common/config", "common/store"}},
    {"common/quant", {}},
    {"common/average", {"common/quant"}},
    {"common/nn", {}},
    {"common/fqt", {"common/config", "common/nn", "common/quant"}},
    {"common/curvature", {"common/nn"}},
    {"common/calibration", {"common/nn", "common/plan", "common/quant"}},
    {"common/plan", {"common/quant", "common/store"}},
    {"common/learn", {"common/config", "common/curvature", "common/data", "common/fqt", "common/nn"}},
    {"common/program",
     {"common/average", "common/config", "common/data", "common/fqt", "common/learn", "common/nn",
      "common/plan", "common/quant"}},
    {"simulator/report", {"common/program", "common/store"}},
};

const std::set<std::string> kWithoutTorch = {
    "common/base",  "common/config",  "common/wire", "common/security", "common/store",    "common/transport",
    "common/quant", "common/average", "common/data", "common/plan",     "simulator/report"};

struct Source {
  std::string path;    ///< below the root, with '/'
  std::string folder;  ///< common/x, client, server, simulator or simulator/report
  std::string text;
};

/// The folder whose rules apply to a path.
std::string folder_of(const std::string& path) {
  const std::size_t first = path.find('/');
  const std::string two = path.substr(0, path.find('/', first + 1));
  const bool ruled = path.compare(0, first, "common") == 0 || kMayInclude.count(two) == 1;
  return ruled ? two : path.substr(0, first);
}

std::vector<Source> sources(const std::vector<std::string>& tops) {
  std::vector<Source> found;
  for (const std::string& top : tops) {
    for (const auto& entry : fs::recursive_directory_iterator(kRoot / top)) {
      const std::string extension = entry.path().extension().string();
      if (!entry.is_regular_file() || (extension != ".cc" && extension != ".h")) continue;
      Source source;
      source.path = entry.path().lexically_relative(kRoot).generic_string();
      source.folder = folder_of(source.path);
      source.text = *read_text_file(entry.path());
      found.push_back(std::move(source));
    }
  }
  return found;
}

std::vector<std::string> includes(const Source& source) {
  static const std::regex pattern("#include \"([^\"]+)\"");
  std::vector<std::string> found;
  for (auto i = std::sregex_iterator(source.text.begin(), source.text.end(), pattern);
       i != std::sregex_iterator(); ++i) {
    found.push_back((*i)[1]);
  }
  return found;
}

bool below(const std::string& path, const std::string& folder) {
  return path.compare(0, folder.size() + 1, folder + "/") == 0;
}

bool may_include(const std::string& folder, const std::string& included) {
  if (below(included, folder) || below(included, "common/base")) return true;
  const auto rule = kMayInclude.find(folder);
  if (rule == kMayInclude.end()) {
    if (below(included, "common")) return true;
    return folder == "simulator" && (below(included, "server") || below(included, "client"));
  }
  for (const std::string& allowed : rule->second) {
    if (below(included, allowed)) return true;
  }
  return included == "common/wire/envelope.capnp.h" && folder == "common/wire";
}

TEST(Tidy, DependenciesPointOneWay) {
  for (const Source& source : sources({"common", "client", "server", "simulator"})) {
    for (const std::string& included : includes(source)) {
      EXPECT_TRUE(may_include(source.folder, included)) << source.path << " includes " << included;
    }
  }
}

TEST(Tidy, TorchStaysWhereItIsNeeded) {
  static const std::regex torch("#include <(torch|ATen|c10)/");
  for (const Source& source : sources({"common", "simulator"})) {
    if (kWithoutTorch.count(source.folder) == 0) continue;
    EXPECT_FALSE(std::regex_search(source.text, torch)) << source.path;
  }
}

TEST(Tidy, RandomnessComesFromKeyedStreams) {
  static const std::regex banned(
      "std::[a-z_]*_distribution|std::shuffle|std::mt19937|std::random_device|torch::manual_seed|"
      "nn::Dropout|nn::AlphaDropout|nn::FeatureAlphaDropout|torch::(rand|randn|randint|randperm|bernoulli)\\("
      "|[^_a-z]rand\\(\\)");
  for (const Source& source : sources({"common", "client", "server", "simulator"})) {
    std::smatch match;
    EXPECT_FALSE(std::regex_search(source.text, match, banned)) << source.path << " uses " << match.str();
  }
}

TEST(Tidy, EverySourceIsBuilt) {
  for (const Source& source : sources({"common", "client", "server", "simulator", "tests"})) {
    if (source.path.size() < 3 || source.path.substr(source.path.size() - 3) != ".cc") continue;
    fs::path folder = (kRoot / source.path).parent_path();
    while (!fs::exists(folder / "CMakeLists.txt")) folder = folder.parent_path();
    const std::string name = (kRoot / source.path).lexically_relative(folder).generic_string();
    const std::string list = *read_text_file(folder / "CMakeLists.txt");
    const bool fuzz =
        source.folder == "tests" && name.size() > 8 && name.substr(name.size() - 8) == "_fuzz.cc";
    const std::string needed = fuzz ? "covey_fuzz(" + name.substr(0, name.size() - 8) + " " : name;
    EXPECT_NE(list.find(needed), std::string::npos) << source.path << " is in no CMakeLists.txt";
  }
}

TEST(Tidy, NothingIsLeftOver) {
  // Put together here, so that this file does not find itself.
  const std::vector<std::string> banned = {std::string("FIX") + "ME", std::string("NO") + "LINT",
                                           std::string("DISABLED") + "_", std::string("/wo") + "rk/"};
  for (const Source& source : sources({"common", "client", "server", "simulator", "tests"})) {
    for (const std::string& word : banned) {
      EXPECT_EQ(source.text.find(word), std::string::npos) << source.path << " has " << word;
    }
  }
}

TEST(Tidy, HeadersAreGuarded) {
  for (const Source& source : sources({"common", "client", "server", "simulator", "tests"})) {
    if (source.path.substr(source.path.size() - 2) != ".h") continue;
    EXPECT_NE(source.text.find("#pragma once"), std::string::npos) << source.path;
  }
}

}  // namespace
}  // namespace covey
