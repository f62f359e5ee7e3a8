#pragma once

namespace covey::program {

/// SIGINT and SIGTERM as a request to stop cleanly. A second signal ends the program at once.
class StopSignal {
 public:
  /// Installs the handlers; at most one object at a time.
  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  bool requested() const;
  /// Becomes readable when a stop is requested: for poll loops.
  int descriptor() const;
};

}  // namespace covey::program
