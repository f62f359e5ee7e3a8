#pragma once

#include <string_view>

#include "common/base/file.h"
#include "simulator/devices/device_profile.h"

namespace covey::simulator {

/// Reads a CSV file whose first line is
///   images_per_second,down_mbit,up_mbit,latency_ms,availability,dropout
/// and whose other lines describe a device each. Empty lines count for nothing.
///   errors  kInvalidArgument "SOURCE:LINE: column: what is wrong, allowed: ...", or that there is no
///           such file
Result<std::vector<DeviceProfile>> load_device_trace(const fs::path& path);
Result<std::vector<DeviceProfile>> parse_device_trace(std::string_view text, const std::string& source);

}  // namespace covey::simulator
