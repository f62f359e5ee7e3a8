#include "simulator/devices/device_profile.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace covey::simulator {
namespace {

config::Devices lognormal() {
  config::Devices devices;
  devices.profile = "lognormal";
  return devices;
}

TEST(DeviceProfiles, NoneByDefault) {
  EXPECT_TRUE(make_device_profiles({}, 5, 1)->empty());
}

TEST(DeviceProfiles, WithoutSpreadAllAreTheMedian) {
  config::Devices devices = lognormal();
  devices.speed_spread = 0;
  devices.link_spread = 0;
  devices.latency_ms = 20;
  devices.availability = 0.5;
  devices.dropout = 0.25;
  const auto profiles = *make_device_profiles(devices, 3, 1);
  for (const DeviceProfile& device : profiles) {
    EXPECT_EQ(device.images_per_second, 200);
    EXPECT_EQ(device.down_mbit, 20);
    EXPECT_EQ(device.up_mbit, 5);
    EXPECT_EQ(device.latency_s, 0.02);
    EXPECT_EQ(device.availability, 0.5);
    EXPECT_EQ(device.dropout, 0.25);
  }
}

TEST(DeviceProfiles, SpreadIsThatOfTheLogarithm) {
  constexpr std::uint32_t kUsers = 20000;
  const auto devices = *make_device_profiles(lognormal(), kUsers, 3);
  double mean = 0;
  double square = 0;
  for (const DeviceProfile& device : devices) {
    const double logarithm = std::log(device.images_per_second / 200);
    mean += logarithm / kUsers;
    square += logarithm * logarithm / kUsers;
    // One factor for both directions of a link, another for the processor.
    EXPECT_NEAR(device.down_mbit / device.up_mbit, 4, 1e-9);
  }
  EXPECT_NEAR(mean, 0, 5 * 0.5 / std::sqrt(kUsers));
  EXPECT_NEAR(std::sqrt(square - mean * mean), 0.5, 5 * 0.5 / std::sqrt(2.0 * kUsers));
}

TEST(DeviceProfiles, AUserKeepsItsDeviceWhateverTheirNumber) {
  const auto few = *make_device_profiles(lognormal(), 3, 1);
  const auto many = *make_device_profiles(lognormal(), 30, 1);
  for (std::size_t user = 0; user < few.size(); ++user)
    EXPECT_EQ(few[user].images_per_second, many[user].images_per_second);
  EXPECT_NE(few[0].images_per_second, few[1].images_per_second);
  EXPECT_NE(few[0].images_per_second, (*make_device_profiles(lognormal(), 3, 2))[0].images_per_second);
}

TEST(DeviceSeconds, AddUpLatencyTransferAndTraining) {
  const DeviceProfile device{100, 8, 2, 0.05, 1, 0};
  EXPECT_DOUBLE_EQ(seconds_until_trained(device, 1000000, 250), 3 * 0.05 + 1 + 2.5);
  EXPECT_DOUBLE_EQ(seconds_until_arrived(device, 1000000), 3 * 0.05 + 4);
}

TEST(Delivers, AsOftenAsItIsThereAndStays) {
  const DeviceProfile device{1, 1, 1, 0, 0.8, 0.25};
  constexpr int kRounds = 20000;
  int delivered = 0;
  for (int round = 0; round < kRounds; ++round)
    delivered += delivers(device, 1, static_cast<std::uint32_t>(round), 0, 7) ? 1 : 0;
  EXPECT_NEAR(delivered / double{kRounds}, 0.6, 5 * std::sqrt(0.6 * 0.4 / kRounds));
}

TEST(Delivers, AlwaysOrNeverAtTheEnds) {
  for (std::uint32_t round = 0; round < 1000; ++round) {
    EXPECT_TRUE(delivers({1, 1, 1, 0, 1, 0}, 1, round, 0, 0));
    EXPECT_FALSE(delivers({1, 1, 1, 0, 0, 0}, 1, round, 0, 0));
    EXPECT_FALSE(delivers({1, 1, 1, 0, 1, 1}, 1, round, 0, 0));
  }
}

}  // namespace
}  // namespace covey::simulator
