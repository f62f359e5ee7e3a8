#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "client/task_runner.h"
#include "common/data/partition/partition.h"
#include "server/engine.h"
#include "simulator/devices/arrivals.h"
#include "simulator/devices/device_profile.h"
#include "simulator/mpi/ranks.h"
#include "simulator/workers.h"

namespace covey::simulator {

struct SimulationParts {
  config::Experiment experiment;
  learn::TrainingSetup setup;
  const data::Dataset* dataset = nullptr;
  const data::Partition* partition = nullptr;
  store::RunStore* store = nullptr;
  std::size_t threads = 1;                           ///< worker replicas; never changes a bit of the result
  Ranks* ranks = nullptr;                            ///< others that train too; nor do they change a bit
  std::shared_ptr<const server::Selector> selector;  ///< empty: random draws
  std::vector<DeviceProfile> devices;                ///< per user; empty: no simulated time
  server::EngineObserver* observer = nullptr;
  std::function<bool()> stop_requested;  ///< asked between tasks; may be empty
  Logger logger;
};

/// A whole federation in one process: the coordinator's Engine and K virtual users that share worker
/// replicas.
///
/// Users run the same client::run_task as a device, on the bytes that a device would get, so that the model
/// is the one that a deployment with the same members gives. Without [devices] no slot is ever lost:
/// deadlines do not apply. With them time is simulated: a round takes as long as its devices and the server
/// would, and a device that is away, lost or slower than the deadline costs its slot.
class Simulation final : private server::Clients {
 public:
  static Result<std::unique_ptr<Simulation>> make(SimulationParts parts);
  ~Simulation() override;

  /// Runs until the last round is committed and evaluated, or a stop is requested; a stopped or failed run
  /// can be continued from its store.
  Status run();

  const server::Engine& engine() const { return *engine_; }

 private:
  explicit Simulation(SimulationParts parts) : parts_(std::move(parts)) {}
  Status start();
  Status load_user_states();
  /// Lets simulated time pass until something happens; false when nothing will.
  Result<bool> advance();
  Status stands_still() const;
  std::size_t state_key(UserId user, SlotId slot) const;

  void send_task(const server::OutgoingTask& task) override;
  void fetch_update(UserId user, const Digest& update) override;
  void answer_update(UserId user, const wire::UpdateAnswer& answer) override;
  std::vector<std::pair<UserId, Digest>> committed_device_states(const std::vector<UserId>& counted) override;
  std::pair<std::uint64_t, std::uint64_t> take_wire_bytes() override { return {0, 0}; }

  Status task_finished(const server::OutgoingTask& task, Result<client::TaskResult> result);
  Status schedule(const server::OutgoingTask& task, double trained, Result<client::TaskResult> result);
  /// On the clock of now_, by the device of the task's user; empty when nothing will come of it.
  std::optional<double> trained_at(const server::OutgoingTask& task) const;
  void deliver_server(std::uint64_t images, std::function<void()> deliver);

  struct Tentative {
    std::size_t key = 0;
    learn::MemberState state;
  };

  SimulationParts parts_;
  std::unique_ptr<learn::WorkerPool> pool_;
  std::unique_ptr<server::Engine> engine_;
  UserData users_;
  std::unique_ptr<Workers> workers_;
  std::vector<learn::MemberState> committed_;  ///< per user, or per slot (training.optimizer_state = slot)
  std::map<UserId, Tentative> tentative_;
  double now_ = 0;  ///< simulated seconds of this process
  Arrivals arrivals_;
  bool fetch_asked_ = false;
  Status status_;
};

}  // namespace covey::simulator
