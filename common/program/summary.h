#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/file.h"

namespace covey::program {

/// What a finished run leaves in summary.json. tests/golden/summary.schema.json describes the file.
struct Summary {
  double accuracy = 0;                     ///< of the last evaluation, 0..1
  double best_accuracy = 0;                ///< highest of all evaluations, 0..1
  std::optional<double> accuracy_as_sent;  ///< of the last model as clients decode it
  std::uint32_t rounds = 0;                ///< committed
  double r_asked = 0;                      ///< federation.noniid
  std::optional<double> r_achieved;  ///< measured on the partition; null where nobody knows (users keep their
                                     ///< labels to themselves)
  std::uint64_t bytes_up = 0;        ///< encoded update containers of committed rounds
  std::uint64_t bytes_down = 0;      ///< encoded model containers of committed rounds
  std::uint64_t bytes_up_fp32 = 0;   ///< the same exchanges as plain 32-bit numbers
  std::uint64_t bytes_down_fp32 = 0;
  std::optional<std::uint64_t> wire_bytes_up;  ///< frames on the socket; absent in a simulation
  std::optional<std::uint64_t> wire_bytes_down;
  std::uint64_t images_trained = 0;  ///< samples in all local steps, the server's included
  double seconds = 0;                ///< wall clock, over all starts of the run
  double images_per_second = 0;
  std::uint64_t peak_rss_bytes = 0;  ///< of this process
  std::uint64_t seed = 0;
  std::string model_sha256;  ///< of model.safetensors, hexadecimal
  std::string numeric_profile;
  std::string experiment_sha256;  ///< of experiment.toml, hexadecimal
};

/// Indented JSON with the fields in the order above.
std::string to_json(const Summary& summary);

/// A field of summary.json: numbers as they stand there, empty where it is absent or null.
struct SummaryField {
  std::string name;
  std::string text;
};

/// All fields in the order above, absent ones too.
std::vector<SummaryField> summary_fields(const Summary& summary);

/// kCorrupt "summary: what is wrong" for text that is not a complete summary.
Result<Summary> parse_summary(std::string_view json);

Status write_summary(const Summary& summary, const fs::path& path);
Result<Summary> read_summary(const fs::path& path);

/// Largest resident size of this process so far.
std::uint64_t peak_rss_bytes();

}  // namespace covey::program
