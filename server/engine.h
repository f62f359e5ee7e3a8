#pragma once

#include <functional>
#include <future>
#include <memory>
#include <optional>

#include "common/average/diversity_meter.h"
#include "common/average/round_averager.h"
#include "common/average/rule.h"
#include "common/base/log.h"
#include "common/learn/curvature_answers.h"
#include "common/learn/evaluate.h"
#include "common/learn/member.h"
#include "common/learn/worker_pool.h"
#include "common/plan/qbert.h"
#include "common/quant/container.h"
#include "common/store/run_store.h"
#include "common/wire/messages.h"
#include "server/curvature_plan.h"
#include "server/round_core.h"

namespace covey::server {

/// A task on its way to the client of `user`. Its model stays valid as long as the pointer is held.
struct OutgoingTask {
  UserId user;
  SlotId slot;
  GroupId group;
  std::uint32_t round = 0;
  std::uint32_t attempt = 0;
  Digest model;
  std::shared_ptr<const Bytes> model_bytes;
  double seconds_left = 0;
  std::optional<store::LastCounted> last_counted;
  std::uint32_t curvature_probes = 0;  ///< to answer before training
};

/// What the engine asks of whoever talks to the clients: sockets, or the simulator.
class Clients {
 public:
  virtual ~Clients() = default;
  virtual void send_task(const OutgoingTask& task) = 0;
  /// Get the bytes of an offered update, then call Engine::update_arrived.
  virtual void fetch_update(UserId user, const Digest& update) = 0;
  virtual void answer_update(UserId user, const wire::UpdateAnswer& answer) = 0;
  /// Encoded device states that became committed with the round (the simulator keeps them; devices keep their
  /// own).
  virtual std::vector<std::pair<UserId, Digest>> committed_device_states(
      const std::vector<UserId>& counted) = 0;
  /// Frames sent and received since the last call: {up, down} in bytes.
  virtual std::pair<std::uint64_t, std::uint64_t> take_wire_bytes() = 0;
};

/// Hears of a run's progress. Nothing that it does feeds back.
class EngineObserver {
 public:
  virtual ~EngineObserver() = default;
  /// `record` has no evaluation yet.
  virtual void committed(const store::RoundRecord& record) = 0;
  virtual void evaluated(const store::Evaluation& evaluation) = 0;
};

struct EngineParts {
  config::Experiment experiment;
  learn::TrainingSetup setup;
  learn::Samples server_samples;  ///< the N_s labelled samples; none with labels_at = users
  const data::SampleSet* test = nullptr;
  store::RunStore* store = nullptr;
  learn::WorkerPool* pool = nullptr;
  Clients* clients = nullptr;
  std::shared_ptr<const Selector> selector;  ///< empty: random draws
  std::function<double()> clock;             ///< seconds, monotonic: what deadlines are measured by
  /// Real seconds, where the clock is a simulated one.
  std::function<double()> stopwatch;
  /// Called when the server's steps are done, where these take simulated time; runs `deliver` when it has
  /// passed.
  std::function<void(std::uint64_t images, std::function<void()> deliver)> deliver_server;
  EngineObserver* observer = nullptr;
  Logger logger;
};

/// The coordinator without its sockets: carries out what RoundCore decides on models, store and worker
/// threads. The deployed coordinator and the simulator both run it, which is why they give the same model.
///
/// All calls come from one thread, completions of the pool included. A call that fails leaves a run that can
/// be resumed.
class Engine {
 public:
  /// Continues the run that is in the store, or starts it from the initial model.
  static Result<std::unique_ptr<Engine>> make(EngineParts parts);

  Status start();
  Status user_connected(UserId user);
  Status user_left(UserId user);
  Status update_offered(UserId user, const wire::UpdateOffer& offer);
  /// All bytes of an update that fetch_update asked for. Those of a large one are read on another thread
  /// after the call, as long as `owner` lives; without an owner they are not.
  Status update_arrived(UserId user, std::uint32_t round, std::uint32_t attempt, const Digest& update,
                        ByteSpan bytes, std::shared_ptr<const void> owner = nullptr);
  /// The bytes of an update that fetch_update asked for cannot be had: `problem` says why. The slot is lost.
  Status update_failed(UserId user, std::uint32_t round, std::uint32_t attempt, const Digest& update,
                       const std::string& problem);
  Status tick();

  /// When tick() is due at the latest, on the parts' clock.
  std::optional<double> next_deadline() const { return core_.next_deadline(); }
  /// The last round is committed; evaluations may still run.
  bool finished() const { return core_.finished(); }
  /// The first failure of a job on the pool.
  const Status& status() const { return status_; }
  const RoundCore& core() const { return core_; }

  /// w_avg with all its tensors, the server's own buffers included: what is tested and exported.
  Result<Values> tested_model() const;
  const Layout& full_layout() const { return parts_.pool->layout(); }
  const Layout& exchanged_layout() const { return exchanged_; }
  /// No encoded update is larger.
  std::uint64_t update_bytes_max() const { return quant::container_bytes_max(update_); }

 private:
  explicit Engine(EngineParts parts, RoundCore core);
  Status load();
  Status load_committed(const store::CommittedState& state);
  Status start_from_scratch();
  Status prepare_averaging();
  Status check_probes() const;
  Status use_widths(WidthsInForce widths);
  Result<WidthsInForce> widths_after(const store::CommittedState& state) const;
  Result<std::shared_ptr<const quant::Codec>> download_codec(const plan::BitPlan& plan) const;

  Status run(Event event);
  Status execute(const action::StoreAttempt&);
  Status execute(const action::SendTask&);
  Status execute(const action::TrainServer&);
  Status execute(const action::FetchUpdate&);
  Status execute(const action::CountUpdate&);
  Status execute(const action::AnswerUpdate&);
  Status execute(const action::Average&);
  Status execute(const action::Commit&);
  Status execute(const action::VoidAttempt&);
  Status execute(const action::FinishRun&);

  Status begin_models();
  void add(GroupId group, const quant::ContainerView& update, std::uint32_t weight);
  void finish_adding();
  bool downloads_follow(std::uint32_t round) const;
  void measure_diversity(Span<const float> server);
  Status apply_momentum();
  bool takes_the_step() const { return parts_.experiment.averaging.server_optimizer != "none"; }
  Result<average::GlobalModels> stepped(Span<const float> server);
  double real_seconds() const { return parts_.stopwatch ? parts_.stopwatch() : parts_.clock(); }
  /// What the server's own steps came to, on a worker.
  struct ServerSteps {
    learn::LocalReport report;
    learn::CurvatureAnswers curvature;
    plan::BlockEigenvalues eigenvalues;  ///< download.codec = qbert, where widths are planned
    std::string curvature_problem;
    Values values;
    Values optimizer;
  };
  ///   probes  of the curvature, to answer after the steps
  ///   blocks  ask for the eigenvalues of its blocks, too
  static Result<ServerSteps> train_server(learn::LocalTrainer& trainer, const learn::LocalTask& task,
                                          std::uint32_t probes, bool blocks, ServerSteps start);
  void server_trained(Result<ServerSteps> steps);
  Status fold_in_server();
  std::uint32_t weight_max() const;
  std::string problem_with(const Result<quant::ContainerView>& update) const;
  void note_problem(UserId user, std::uint32_t round, std::uint32_t attempt, const std::string& problem);
  bool measures_curvature(const char* from) const;
  std::uint32_t probes_asked() const {
    return static_cast<std::uint32_t>(parts_.experiment.curvature.probes);
  }
  std::string problem_with_curvature(const wire::Report& report) const;
  std::vector<store::TensorTrace> measured_curvature(const std::map<SlotId, SeatState>& states) const;
  /// The widths from the next round on, where this one plans them.
  Result<std::optional<WidthsInForce>> next_widths(std::uint32_t round,
                                                   const std::vector<store::TensorTrace>& traces) const;
  Result<plan::BitPlan> plan_by_traces(std::uint32_t round,
                                       const std::vector<store::TensorTrace>& traces) const;
  Result<store::CommitRecord> commit_record(const action::Commit& commit);
  std::vector<store::MemberRecord> member_records(const std::map<SlotId, SeatState>& seats) const;
  store::RoundFigures figures(const std::vector<store::MemberRecord>& members);
  Status evaluate_what_a_crash_left();
  /// `codec`: of the model's next download.
  void evaluate(std::uint32_t round, Values values, std::shared_ptr<const quant::Codec> codec);
  /// Both run on a worker.
  learn::Evaluation tested(learn::LocalTrainer& trainer, const Values& model) const;
  /// Gives the exchanged tensors of `model` the values that a client decodes.
  Status round_as_sent(const quant::Codec& codec, Values& model) const;
  bool evaluation_due(std::uint32_t round) const;
  double virtual_seconds() const;  ///< since the round began; 0 where time is real

  struct SeatData {
    UserId user;
    GroupId group;
    wire::Report report;
    std::optional<Digest> update;
    std::uint64_t bytes_up = 0;
    std::uint64_t bytes_down = 0;
    std::string reason;

    void take(const wire::UpdateOffer& offer);
  };
  SeatData* seat_of(UserId user);

  /// A group's model as its members receive it.
  struct Download {
    std::shared_ptr<const Bytes> bytes;
    Digest digest;
  };
  Result<std::vector<Download>> encode_downloads(const average::GlobalModels& models,
                                                 const quant::Codec& codec) const;

  EngineParts parts_;
  RoundCore core_;
  Layout exchanged_;
  Layout update_;  ///< of what users send
  std::unique_ptr<const average::AveragingRule> rule_;
  std::optional<average::GroupMap> groups_;
  std::vector<std::string> parameter_names_;

  average::GlobalModels models_;     ///< as committed
  learn::MemberState server_state_;  ///< as committed
  /// As committed: of averaging.server_momentum, or the state of averaging.server_optimizer; else empty.
  Values velocity_;
  WidthsInForce widths_;                                ///< as committed; used where downloads are planned
  std::shared_ptr<const quant::Codec> download_codec_;  ///< of these widths
  std::vector<Download> downloads_;  ///< of models_, one a group; empty until they are needed

  // The attempt under way.
  average::GlobalModels next_models_;
  learn::MemberState next_server_state_;
  Values next_velocity_;
  Values server_values_;  ///< exchanged part of w_s (or w_ft) after its steps, until the commit takes it
  learn::LocalReport server_report_;
  learn::CurvatureAnswers server_curvature_;
  plan::BlockEigenvalues server_eigenvalues_;  ///< the same, of blocks
  std::unique_ptr<average::RoundAverager> averager_;
  std::unique_ptr<average::DiversityMeter> diversity_meter_;  ///< in rounds that measure it
  std::vector<average::MeasuredDiversity> diversity_;
  std::map<SlotId, SeatData> seats_;
  std::map<UserId, wire::UpdateOffer> offers_;  ///< the latest of each user
  /// The update that CountUpdate is about.
  struct Arriving {
    Result<quant::ContainerView> update;
    std::shared_ptr<const void> owner;  ///< of its bytes, where it may be added beside the loop
  };
  std::shared_ptr<const Arriving> arriving_;

  /// When the round began, void attempts included; empty between rounds.
  struct Start {
    double clock = 0;
    double real = 0;
  };
  std::optional<Start> round_started_;
  double earlier_virtual_s_ = 0;  ///< of void attempts that another process tried

  std::deque<Event> events_;
  bool running_ = false;
  std::future<void> adding_;  ///< the update that is being added
  bool outdated_ = false;  ///< models of old rounds wait to be removed, after the tasks of the next are out
  Status status_;
};

}  // namespace covey::server
