#pragma once

#include <cstdint>
#include <vector>

#include "common/base/status.h"
#include "common/config/experiment.h"

namespace covey::simulator {

/// What one simulated device is like.
struct DeviceProfile {
  double images_per_second = 0;  ///< of local training, > 0
  double down_mbit = 0;          ///< 10^6 bits a second, > 0
  double up_mbit = 0;            ///< 10^6 bits a second, > 0
  double latency_s = 0;          ///< one way
  double availability = 1;       ///< chance that it takes a task
  double dropout = 0;            ///< chance that it is lost before its update has arrived
};

/// The devices of all users, by user; empty for profile = none.
///   errors  those of the trace file
Result<std::vector<DeviceProfile>> make_device_profiles(const config::Devices& devices, std::uint32_t users,
                                                        std::uint64_t seed);

/// Seconds from the moment a task is sent until the device has done training: the task, the request for the
/// model and its first bytes take a latency each; then the download and the local steps.
double seconds_until_trained(const DeviceProfile& device, std::uint64_t bytes_down, std::uint64_t images);
/// Seconds from there until the coordinator has the update: the offer, its request and the first bytes take a
/// latency each; then the upload.
double seconds_until_arrived(const DeviceProfile& device, std::uint64_t bytes_up);

/// Whether the device will deliver what it was asked for in this attempt of a round.
bool delivers(const DeviceProfile& device, std::uint64_t seed, std::uint32_t round, std::uint32_t attempt,
              std::uint32_t user);

}  // namespace covey::simulator
