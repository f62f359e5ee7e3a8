#include <algorithm>
#include <charconv>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <sstream>

#include "common/quant/registry.h"
#include "simulator/codec/measure.h"
#include "simulator/commands/commands.h"

namespace covey::simulator {

namespace {

constexpr int kFp32Bits = 32;

/// What these send has the width of fp32, whatever the bits.
bool has_widths(const std::string& codec) {
  return codec != "fp32" && codec != "topk";
}

struct CodecCommandOptions {
  std::string tensor;
  std::vector<std::string> codecs;
  std::string bits = "2,4,8";
  std::string rounding = "stochastic";
  std::string out;
  quant::CodecOptions codec;
  MeasureOptions measure;
  bool json = false;
};

struct Case {
  std::string name;
  int bits;
  std::unique_ptr<const quant::Codec> codec;
};

Result<std::vector<int>> parse_bits(std::string_view text) {
  std::vector<int> widths;
  for (const char* at = text.data(); at <= text.data() + text.size(); ++at) {
    int width = 0;
    const auto [end, error] = std::from_chars(at, text.data() + text.size(), width);
    const bool separated = end == text.data() + text.size() || *end == ',';
    if (error != std::errc() || !separated || width < 1) {
      return invalid_argument("--bits: \"" + std::string(text) +
                              "\", allowed: whole numbers with commas between them");
    }
    widths.push_back(width);
    at = end;
  }
  return widths;
}

std::vector<std::string> names_of(const std::vector<std::string>& given) {
  if (given.empty()) return quant::codec_registry().names();
  std::vector<std::string> names;
  for (const std::string& list : given) {
    std::stringstream parts(list);
    for (std::string name; std::getline(parts, name, ',');) names.push_back(name);
  }
  return names;
}

quant::CodecOptions with_bits(quant::CodecOptions options, int bits) {
  options.bits = bits;
  return options;
}

/// The codecs at one width; one that does not take it is left out where nobody asked for it by name.
Result<std::vector<Case>> cases_at(int bits, const CodecCommandOptions& options) {
  std::vector<Case> cases;
  for (const std::string& name : names_of(options.codecs)) {
    if (!has_widths(name)) continue;
    auto codec = quant::make_codec(name, with_bits(options.codec, bits));
    if (codec.ok()) {
      cases.push_back({name, bits, *std::move(codec)});
    } else if (!options.codecs.empty()) {
      return codec.status();
    }
  }
  return cases;
}

Result<std::vector<Case>> cases_of(const CodecCommandOptions& options) {
  COVEY_ASSIGN_OR_RETURN(const std::vector<int> widths, parse_bits(options.bits));
  std::vector<Case> cases;
  bool any_width = false;
  for (const std::string& name : names_of(options.codecs)) {
    any_width = any_width || has_widths(name);
    if (has_widths(name)) continue;
    COVEY_ASSIGN_OR_RETURN(auto codec, quant::make_codec(name, options.codec));
    cases.push_back({name, kFp32Bits, std::move(codec)});
  }
  for (const int bits : any_width ? widths : std::vector<int>()) {
    COVEY_ASSIGN_OR_RETURN(auto found, cases_at(bits, options));
    if (found.empty()) return invalid_argument("--bits: no codec takes " + std::to_string(bits) + " bits");
    std::move(found.begin(), found.end(), std::back_inserter(cases));
  }
  return cases;
}

nlohmann::ordered_json as_json(const Case& chosen, const CodecFigures& figures) {
  return {{"codec", chosen.name},
          {"bits", chosen.bits},
          {"bytes", figures.bytes},
          {"ratio", figures.ratio},
          {"bound", figures.bound},
          {"exact_variance", figures.exact_variance},
          {"empirical_mse", figures.empirical_mse},
          {"stderr", figures.standard_error},
          {"unbiasedness", figures.unbiasedness}};
}

void print_heading() {
  std::printf("%-9s %4s %11s %6s %12s %12s %12s %10s %9s\n", "codec", "bits", "bytes", "ratio", "bound",
              "exact var.", "mean error", "+-", "unbiased");
}

void print_row(const Case& chosen, const CodecFigures& f) {
  std::printf("%-9s %4d %11llu %6.2f %12.5g %12.5g %12.5g %10.2g %9.3f\n", chosen.name.c_str(), chosen.bits,
              static_cast<unsigned long long>(f.bytes), f.ratio, f.bound, f.exact_variance, f.empirical_mse,
              f.standard_error, f.unbiasedness);
  std::fflush(stdout);
}

Status compare_codecs(const CodecCommandOptions& options) {
  MeasureOptions measure = options.measure;
  measure.stochastic = options.rounding == "stochastic";
  if (!measure.stochastic && options.rounding != "nearest")
    return invalid_argument("--rounding: \"" + options.rounding + "\", allowed: nearest, stochastic");
  COVEY_ASSIGN_OR_RETURN(const std::vector<Case> cases, cases_of(options));
  if (!options.out.empty() && cases.size() != 1)
    return invalid_argument("--out: one codec and one width have to be chosen, these are " +
                            std::to_string(cases.size()) + " cases");
  COVEY_ASSIGN_OR_RETURN(const TensorFile file, read_tensor_file(options.tensor));
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  if (!options.json) print_heading();
  for (const Case& chosen : cases) {
    COVEY_ASSIGN_OR_RETURN(const CodecFigures figures, measure_codec(*chosen.codec, file, measure));
    if (options.json) {
      rows.push_back(as_json(chosen, figures));
    } else {
      print_row(chosen, figures);
    }
    if (!options.out.empty()) COVEY_RETURN_IF_ERROR(write_tensor_file(options.out, file, figures.decoded));
  }
  if (options.json) std::printf("%s\n", rows.dump(2).c_str());
  return ok_status();
}

}  // namespace

void add_codec(program::CommandLine& line) {
  const auto options = std::make_shared<CodecCommandOptions>();
  program::Command command =
      line.add_command("codec", "Compare codecs on a tensor: bytes, bounds, and the error that they make.",
                       [options] { return compare_codecs(*options); });
  command.required_file("--tensor", options->tensor, "Tensor or model: .npy, .csv or .safetensors");
  command.repeated("--codec", options->codecs,
                   "Codecs to measure, with commas between them; may be repeated; default: all");
  command.optional("--bits", options->bits, "Widths of a code, with commas between them; default 2,4,8");
  command.optional("--rounding", options->rounding, "nearest or stochastic (default)");
  command.number("--groups", options->codec.groups, "Groups of rows of codec group; default 128", 1,
                 1'000'000);
  command.number("--keep", options->codec.keep, "Share of the values that topk keeps; default 0.01", 1e-6,
                 1.0);
  command.number("--draws", options->measure.draws, "Draws of stochastic rounding; default 100",
                 std::uint32_t{1}, std::uint32_t{10'000'000});
  command.number("--seed", options->measure.seed, "Seed of the draws; default 1", std::uint64_t{0},
                 std::numeric_limits<std::uint64_t>::max());
  command.optional("--out", options->out, "Write the decoded tensor (of the first draw) to this file");
  command.flag("--json", options->json, "Print JSON");
}

}  // namespace covey::simulator
