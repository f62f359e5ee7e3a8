#include "simulator/devices/device_profile.h"

#include <cmath>

#include "common/base/random.h"
#include "simulator/devices/device_trace.h"

namespace covey::simulator {

namespace {

enum Item : std::uint64_t { kSpeed = 0, kLink = 1, kPresence = 2 };

DeviceProfile typical(const config::Devices& devices) {
  return {devices.images_per_second, devices.down_mbit,    devices.up_mbit,
          devices.latency_ms / 1000, devices.availability, devices.dropout};
}

std::vector<DeviceProfile> lognormal(const config::Devices& devices, std::uint32_t users,
                                     std::uint64_t seed) {
  std::vector<DeviceProfile> profiles(users, typical(devices));
  for (std::uint32_t user = 0; user < users; ++user) {
    const Stream stream(seed, {Purpose::kDevice, 0, 0, user});
    const double speed = std::exp(devices.speed_spread * Sequence(stream, kSpeed).normal());
    const double link = std::exp(devices.link_spread * Sequence(stream, kLink).normal());
    profiles[user].images_per_second *= speed;
    profiles[user].down_mbit *= link;
    profiles[user].up_mbit *= link;
  }
  return profiles;
}

double transfer_seconds(std::uint64_t bytes, double mbit) {
  return static_cast<double>(bytes) * 8 / (mbit * 1e6);
}

}  // namespace

Result<std::vector<DeviceProfile>> make_device_profiles(const config::Devices& devices, std::uint32_t users,
                                                        std::uint64_t seed) {
  if (devices.profile == "none") return std::vector<DeviceProfile>();
  if (devices.profile == "lognormal") return lognormal(devices, users, seed);
  COVEY_ASSIGN_OR_RETURN(const auto rows, load_device_trace(devices.trace));
  std::vector<DeviceProfile> profiles;
  for (std::uint32_t user = 0; user < users; ++user) profiles.push_back(rows[user % rows.size()]);
  return profiles;
}

double seconds_until_trained(const DeviceProfile& device, std::uint64_t bytes_down, std::uint64_t images) {
  return 3 * device.latency_s + transfer_seconds(bytes_down, device.down_mbit) +
         static_cast<double>(images) / device.images_per_second;
}

double seconds_until_arrived(const DeviceProfile& device, std::uint64_t bytes_up) {
  return 3 * device.latency_s + transfer_seconds(bytes_up, device.up_mbit);
}

bool delivers(const DeviceProfile& device, std::uint64_t seed, std::uint32_t round, std::uint32_t attempt,
              std::uint32_t user) {
  Sequence sequence(Stream(seed, {Purpose::kDevice, round, attempt, user}), kPresence);
  const bool takes = sequence.uniform_double() < device.availability;
  const bool stays = sequence.uniform_double() >= device.dropout;
  return takes && stays;
}

}  // namespace covey::simulator
