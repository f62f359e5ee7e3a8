#pragma once

#include <string>

#include "common/base/file.h"
#include "common/data/partition/storage.h"

namespace covey::data {

/// The server/ folder that write_partition makes: PNG files whose folder is the label and whose name is the
/// position, and dataset.json with "classes", "characters", "mean", "stddev", "labelled" and "test" (numbers
/// of images).

inline constexpr std::size_t kNameDigits = 6;

bool is_server_folder(const fs::path& folder);
Status write_server_folder(const ServerData& server, const fs::path& folder);
/// kCorrupt naming the file that is missing, not wanted or broken.
Result<ServerData> read_server_folder(const fs::path& folder);

/// "000042" for width 6; longer numbers keep all digits.
std::string padded_number(std::size_t number, std::size_t width);

}  // namespace covey::data
