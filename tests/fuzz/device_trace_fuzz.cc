// libraries: covey::devices
#include "simulator/devices/device_trace.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto devices =
      covey::simulator::parse_device_trace(covey::as_text(covey::ByteSpan(data, size)), "fuzz");
  if (!devices.ok()) return 0;
  for (const covey::simulator::DeviceProfile& device : *devices) {
    COVEY_CHECK(device.images_per_second > 0 && device.down_mbit > 0 && device.up_mbit > 0);
    COVEY_CHECK(device.availability >= 0 && device.availability <= 1, device.availability);
  }
  return 0;
}
