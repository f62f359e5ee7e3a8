#pragma once

#include "common/base/file.h"
#include "common/data/partition/storage.h"

namespace covey::data {

/// The server/ folder that write_partition makes: train/ and test/ with labelled samples (SampleFiles), and
/// dataset.json (server_description.h).

bool is_server_folder(const fs::path& folder);
Status write_server_folder(const ServerData& server, const fs::path& folder);
/// kCorrupt naming the file that is missing, not wanted or broken.
Result<ServerData> read_server_folder(const fs::path& folder);

}  // namespace covey::data
