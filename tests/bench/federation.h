#pragma once

#include <string>

#include "common/base/file.h"

namespace covey::bench {

struct Programs {
  std::string coordinator;
  std::string simulator;
  std::string device;  ///< a covey-client that moves its weights instead of training
};

struct FederationCase {
  std::string model;
  int clients = 0;
  int groups = 0;              ///< 0 = the default
  int rounds = 0;              ///< that are measured; as many run before them
  std::string codec = "fp32";  ///< both ways; quantisers with 8 bits
};

struct FederationCost {
  double per_second = 0;     ///< updates, all clients together
  double round_ms = 0;       ///< median
  double server_cpu_ms = 0;  ///< per update
  double client_cpu_ms = 0;
  double server_peak_mib = 0;
  double client_peak_mib = 0;     ///< the largest
  std::uint64_t model_bytes = 0;  ///< fp32
  double wire_ratio = 0;          ///< bytes of frames, both ways, over 2 models per update
};

/// A coordinator and its clients as processes on loopback with CURVE, every client in every round, no
/// training. Their folders lie in a new folder under `parent`, which is removed at the end.
Result<FederationCost> run_federation(const Programs& programs, const fs::path& parent,
                                      const FederationCase& federation);

}  // namespace covey::bench
