#pragma once

#include "common/base/file.h"
#include "common/base/layout.h"

namespace covey::simulator {

/// The tensors of a file, for looking at what codecs do to them.
struct TensorFile {
  Layout layout;
  Values values;         ///< in the order of `layout`
  bool is_model = true;  ///< several named tensors, of which a container keeps some as fp32
};

/// A matrix: one row a line, numbers with commas between them. kInvalidArgument, with line and column, for a
/// cell that is no finite number and for a row of another length.
Result<TensorFile> parse_tensor_csv(std::string_view text);

/// By the ending of `path`: .safetensors, .npy (rank 0 and 1 are one row) or .csv.
///   errors  kInvalidArgument "PATH: what is wrong", also for a value that is not finite
Result<TensorFile> read_tensor_file(const fs::path& path);

/// Writes `values` in the place of those of `file`; a .npy and a .csv file hold one tensor.
Status write_tensor_file(const fs::path& path, const TensorFile& file, Span<const float> values);

}  // namespace covey::simulator
