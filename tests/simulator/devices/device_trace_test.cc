#include "simulator/devices/device_trace.h"

#include <gtest/gtest.h>

namespace covey::simulator {
namespace {

const std::string kHeading = "images_per_second,down_mbit,up_mbit,latency_ms,availability,dropout\n";

TEST(DeviceTrace, ReadsADeviceARow) {
  const auto devices =
      parse_device_trace(kHeading + "100,20,5,50,1,0\r\n\n 1.5e3 , 1,0.5,0, 0.25,1", "t.csv");
  ASSERT_TRUE(devices.ok()) << devices.status().message();
  ASSERT_EQ(devices->size(), 2u);
  EXPECT_EQ((*devices)[0].latency_s, 0.05);
  EXPECT_EQ((*devices)[1].images_per_second, 1500);
  EXPECT_EQ((*devices)[1].down_mbit, 1);
  EXPECT_EQ((*devices)[1].up_mbit, 0.5);
  EXPECT_EQ((*devices)[1].availability, 0.25);
  EXPECT_EQ((*devices)[1].dropout, 1);
}

TEST(DeviceTrace, SaysWhereAndWhatIsWrong) {
  const struct {
    std::string text;
    std::string message;
  } kWrong[] = {
      {"", "t.csv:1: not the columns"},
      {"speed\n1\n", "t.csv:1: not the columns"},
      {kHeading, "t.csv: describes no device"},
      {kHeading + "\n\n", "t.csv: describes no device"},
      {kHeading + "0,20,5,50,1,0\n", "t.csv:2: images_per_second: \"0\", allowed: a number above 0"},
      {kHeading + "1,1,1,1,1,0\n1,x,5,50,1,0\n", "t.csv:3: down_mbit: \"x\""},
      {kHeading + "1,1,1,-1,1,0\n", "latency_ms"},
      {kHeading + "1,1,1,1,1.5,0\n", "availability"},
      {kHeading + "1,1,1,1,1,nan\n", "dropout"},
      {kHeading + "1,1,1,1,1\n", "dropout: \"\""},
      {kHeading + "1,1,1,1,1,0,3\n", "more cells"},
      {kHeading + "1 2,1,1,1,1,0\n", "images_per_second"},
      {kHeading + "inf,1,1,1,1,0\n", "images_per_second"},
  };
  for (const auto& wrong : kWrong) {
    const auto devices = parse_device_trace(wrong.text, "t.csv");
    EXPECT_EQ(devices.status().code(), Code::kInvalidArgument) << wrong.text;
    EXPECT_NE(devices.status().message().find(wrong.message), std::string::npos)
        << devices.status().message();
  }
}

TEST(DeviceTrace, NamesAFileThatIsNotThere) {
  const Status status = load_device_trace("/nowhere/t.csv").status();
  EXPECT_EQ(status.code(), Code::kInvalidArgument);
  EXPECT_NE(status.message().find("/nowhere/t.csv"), std::string::npos);
}

}  // namespace
}  // namespace covey::simulator
