#pragma once

#include <cstdint>

#include "common/base/status.h"

namespace covey::bench {

struct EchoCase {
  std::uint64_t bytes = 0;  ///< of a model, each way
  int peers = 0;
  int exchanges = 0;  ///< of each peer
  bool curve = false;
};

/// What one exchange (a model to the server and back) costs.
struct EchoCost {
  double per_second = 0;  ///< exchanges, all peers together
  double cpu_ms = 0;      ///< of server and peer
};

/// A bare ZeroMQ echo on loopback: peers that are processes of their own send the bytes in messages of the
/// size of Covey's chunks, a ROUTER sends each back at once.
Result<EchoCost> run_echo(const EchoCase& echo);

}  // namespace covey::bench
