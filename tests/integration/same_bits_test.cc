#include <gtest/gtest.h>
#include <signal.h>

#include <cstring>
#include <map>

#include "common/store/run_store.h"
#include "tests/integration/support/federation.h"

/// One experiment and seed give one model: on any number of threads, in one process or in many over sockets
/// (semantics.md 1).
namespace covey::testing {
namespace {

struct Case {
  const char* name;
  Sets sets;
};

class AnyWay : public ::testing::TestWithParam<Case> {};

TEST_P(AnyWay, SimulationOnAnyThreadsAndDeploymentGiveOneModel) {
  Federation federation(GetParam().sets);
  federation.start();
  const std::string one_thread = federation.simulated_hash({"--threads", "1"});
  EXPECT_EQ(federation.simulated_hash({"--threads", "2"}), one_thread);
  federation.expect_finish();
  EXPECT_EQ(federation.hash(), one_thread);
  // Nothing would be compared if no user had anything to report.
  EXPECT_GT(read_json(federation.run_folder() / "summary.json").at("bytes_up").get<std::uint64_t>(), 10000u);
}

INSTANTIATE_TEST_SUITE_P(
    Experiments, AnyWay,
    ::testing::Values(
        Case{"GroupNorm8Bit", {}}, Case{"BatchNormMean", {"model.norm=batch", "averaging.bn_buffers=mean"}},
        Case{"BatchNormLocal", {"model.norm=batch", "averaging.bn_buffers=local"}},
        Case{"Fp32", {"download.codec=fp32", "upload.codec=fp32"}},
        Case{"ModelsOfSeveralChunks",
             {"model.name=emnist", "download.codec=fp32", "upload.codec=fp32", "federation.rounds=2",
              "federation.period=2", "federation.diversity_every=1"}},
        Case{"ParallelMovingCompressed",
             {"federation.order=parallel", "training.labels=moving", "download.compress=zstd",
              "upload.compress=zstd"}},
        Case{"OdeNetworkWhoseWeightsMove", {"model.name=anode-resnet4", "model.norm=batch"}},
        Case{"GroupNormThatRemembers", {"model.moments=true"}}, Case{"TwoGroups", {"averaging.groups=2"}},
        Case{"TwoGroupsParallelBatchNorm",
             {"averaging.groups=2", "federation.order=parallel", "training.labels=moving",
              "model.norm=batch"}},
        Case{"MedianWithMomentumInTwoGroups",
             {"averaging.rule=median", "averaging.groups=2", "averaging.server_momentum=0.5",
              "federation.diversity_every=1"}},
        Case{"SemiFlAndFl2",
             {"averaging.weights=status", "training.mixup=0.75", "training.threshold_rule=adaptive",
              "training.sharpness=0.1", "training.clip_norm=1", "averaging.server_momentum=0.5"}},
        Case{"EdenBothWays", {"download.codec=eden", "upload.codec=eden", "upload.bits=3"}},
        Case{"TwoOfThreeUsersSendWhatTopkLeftOut",
             {"federation.communicating=2", "upload.codec=topk", "upload.error_feedback=true",
              "upload.feedback_age=1", "federation.rounds=5"}},
        Case{"AdaHessianThatKeepsItsMoments",
             {"training.optimizer=adahessian", "training.hessian_period=2", "training.lr=0.01",
              "training.optimizer_state=user"}},
        Case{"WidthsPlannedFromTheServersCurvature",
             {"download.codec=hawq", "download.mean_bits=3.5", "download.plan_every=1", "curvature.probes=2",
              "download.qat=true"}},
        Case{"WidthsPlannedForANumberOfBytes",
             {"download.codec=hawq", "download.size_ratio=0.16", "download.plan_every=1",
              "curvature.probes=2"}},
        Case{"WidthsPlannedFromTheUsersCurvature",
             {"download.codec=hawq", "download.quantiser=psq", "download.plan_every=1",
              "curvature.from=users", "curvature.probes=3", "curvature.samples=20", "averaging.groups=2"}},
        Case{"WidthsPlannedFromWhatTheOptimiserMeasures",
             {"training.optimizer=adahessian", "training.lr=0.01", "download.codec=hawq",
              "curvature.from=optimizer", "download.plan_every=2", "federation.period=5"}},
        Case{"TheServerStepsOnCurvatureOfTheUsers",
             {"averaging.server_optimizer=adahessian", "training.lr=0.01", "averaging.rule=fedavg",
              "federation.rounds=5", "model.norm=batch"}},
        Case{"TwoOfThreeUsersKeepTheirMomentum",
             {"federation.communicating=2", "training.optimizer_state=user", "federation.rounds=5"}}),
    [](const auto& one) { return std::string(one.param.name); });

TEST(SameBits, TextsGiveOneModelInOneProcessAndInMany) {
  Federation federation({"training.cutout=0.3"});
  federation.use_texts();
  federation.start();
  const std::string simulated = federation.simulated_hash({"--threads", "1"});
  EXPECT_EQ(federation.simulated_hash({"--threads", "2"}), simulated);
  federation.expect_finish();
  EXPECT_EQ(federation.hash(), simulated);
  EXPECT_GT(read_json(federation.run_folder() / "summary.json").at("bytes_up").get<std::uint64_t>(), 1000u);
}

TEST(SameBits, BlocksOfATransformerPlannedByTheirEigenvalues) {
  Federation federation({"download.codec=qbert", "download.quantiser=group", "download.mean_bits=2.5",
                         "download.plan_every=1", "download.qat=true", "training.threshold=0.4",
                         "fqt.mode=activations"});
  federation.use_texts();
  federation.start();
  const std::string simulated = federation.simulated_hash({"--threads", "2"});
  federation.expect_finish();
  EXPECT_EQ(federation.hash(), simulated);
}

TEST(SameBits, ARunGoesOnFromASavedModel) {
  const TemporaryFolder earlier;
  write_experiment(earlier.path());
  const fs::path experiment = earlier.path() / "experiment.toml";
  ASSERT_EQ(run(simulation(experiment, {"federation.rounds=2"}, earlier.path() / "run")).code, 0);
  const std::string start = "model.start=" + (earlier.path() / "run" / "model.safetensors").string();
  Federation federation({start});
  federation.start();
  const std::string simulated = federation.simulated_hash();
  federation.expect_finish();
  EXPECT_EQ(federation.hash(), simulated);
  ASSERT_EQ(run(simulation(experiment, {}, earlier.path() / "from-nothing")).code, 0);
  EXPECT_NE(model_hash(earlier.path() / "from-nothing"), simulated);
}

TEST(SameBits, ALanguageModelGivesOneModelInOneProcessAndInMany) {
  Federation federation({"training.objective=supervised"});
  federation.use_texts("text-lines");
  federation.start();
  const std::string simulated = federation.simulated_hash({"--threads", "1"});
  EXPECT_EQ(federation.simulated_hash({"--threads", "2"}), simulated);
  federation.expect_finish();
  EXPECT_EQ(federation.hash(), simulated);
}

TEST(SameBits, PhraseGroundingGivesOneModelInOneProcessAndInMany) {
  Federation federation;
  federation.use_regions();
  federation.start();
  const std::string simulated = federation.simulated_hash({"--threads", "1"});
  EXPECT_EQ(federation.simulated_hash({"--threads", "2"}), simulated);
  federation.expect_finish();
  EXPECT_EQ(federation.hash(), simulated);
}

TEST(SameBits, CoordinatorOnTheFullDataSetGivesTheSameModel) {
  Federation federation;
  federation.use_full_data_set();
  federation.start();
  federation.expect_finish();
  EXPECT_EQ(federation.hash(), federation.simulated_hash());
}

TEST(SameBits, AnotherExperimentIsNotReplayed) {
  Federation federation({"federation.rounds=2"});
  federation.start();
  federation.expect_finish();
  const Outcome other =
      run(simulation(federation.experiment(), {"federation.rounds=2", "training.lr=0.01"},
                     federation.folder() / "other", {"--replay", federation.run_folder().string()}));
  EXPECT_EQ(other.code, 2);
  EXPECT_NE(other.err.find("training.lr"), std::string::npos) << other.err;
}

/// Tensors of a run's model by name, as bytes.
std::map<std::string, std::string> tensors_of(const fs::path& run_folder) {
  const std::string file = *read_text_file(run_folder / "model.safetensors");
  std::uint64_t header_bytes = 0;
  std::memcpy(&header_bytes, file.data(), sizeof(header_bytes));
  const std::size_t values = sizeof(header_bytes) + header_bytes;
  std::map<std::string, std::string> tensors;
  const auto header = nlohmann::json::parse(file.substr(sizeof(header_bytes), header_bytes));
  for (const auto& [name, tensor] : header.items()) {
    if (!tensor.contains("data_offsets")) continue;
    const std::size_t first = tensor["data_offsets"][0];
    const std::size_t end = tensor["data_offsets"][1];
    tensors[name] = file.substr(values + first, end - first);
  }
  return tensors;
}

TEST(BnBuffers, AreTheServersOwnOrTheMeanOfAllMembersAfterARound) {
  const TemporaryFolder folder;
  const fs::path experiment = write_experiment(folder.path());
  const auto after_a_round = [&](const char* name, const Sets& more) {
    Sets sets{"federation.rounds=1", "federation.order=parallel", "model.norm=batch", "download.codec=fp32",
              "upload.codec=fp32"};
    sets.insert(sets.end(), more.begin(), more.end());
    EXPECT_EQ(run(simulation(experiment, sets, folder.path() / name, {})).code, 0);
    return tensors_of(folder.path() / name);
  };
  const auto local = after_a_round("local", {"averaging.bn_buffers=local"});
  const auto mean = after_a_round("mean", {"averaging.bn_buffers=mean"});
  const auto alone = after_a_round("alone", {"averaging.bn_buffers=local", "federation.warmup_rounds=1"});
  std::size_t buffers = 0;
  for (const auto& [name, values] : local) {
    if (name.find("running_") == std::string::npos) {
      EXPECT_EQ(values, mean.at(name)) << name << ": training uses the statistics of the batch";
      continue;
    }
    ++buffers;
    EXPECT_EQ(values, alone.at(name)) << name;
    EXPECT_NE(values, mean.at(name)) << name;
  }
  EXPECT_GT(buffers, 0u);
}

TEST(SameBits, DeployedRunThatLostSlotsIsReplayed) {
  Federation federation({"federation.deadline_s=1.5", "federation.rounds=3", "averaging.groups=2",
                         "training.optimizer_state=user"});
  federation.start_coordinator();
  federation.start_clients(1);  // user 0 never comes
  federation.expect_finish();
  const std::string database = (federation.run_folder() / "run.sqlite").string();
  EXPECT_EQ(federation.simulated_hash({"--replay", database}), federation.hash());
  EXPECT_NE(federation.simulated_hash(), federation.hash());
}

TEST(SameBits, MomentumOfTheAverageAndResidualsSurviveARestart) {
  const TemporaryFolder folder;
  const fs::path experiment = write_experiment(folder.path());
  const Sets sets{"federation.rounds=5", "federation.period=12", "averaging.server_momentum=0.5",
                  "federation.diversity_every=2", "upload.error_feedback=true"};
  const fs::path whole = folder.path() / "whole";
  const fs::path stopped = folder.path() / "stopped";
  ASSERT_EQ(run(simulation(experiment, sets, whole)).code, 0);
  Process first(simulation(experiment, sets, stopped));
  ASSERT_TRUE(eventually(60, [&] { return committed_rounds(stopped) >= 2; }));
  first.signal(SIGTERM);
  ASSERT_EQ(first.wait(20), 1) << "it was stopped too late: " << first.err();
  ASSERT_EQ(run(simulation(experiment, sets, stopped, {"--resume"})).code, 0);
  EXPECT_EQ(model_hash(stopped), model_hash(whole));

  const auto rounds = *(*store::RunStore::open_read_only(stopped))->rounds();
  EXPECT_TRUE(rounds[0].figures.diversity.empty());
  ASSERT_EQ(rounds[1].figures.diversity.size(), 4u);
  for (const store::Diversity& diversity : rounds[1].figures.diversity) {
    EXPECT_EQ(diversity.nodes, kUsers);  // one group of users, without the server
    EXPECT_GT(diversity.d, 1);
    EXPECT_LT(diversity.d, 10 * kUsers);
  }
}

TEST(SameBits, ReplayThatWasStoppedGoesOnWithTheRecordedMembers) {
  Federation federation({"federation.deadline_s=2.5", "federation.rounds=4", "federation.period=12"});
  federation.start_coordinator();
  federation.start_clients(1);  // user 0 never comes
  federation.expect_finish();
  const fs::path out = federation.folder() / "replay";
  const std::string database = (federation.run_folder() / "run.sqlite").string();
  Process replay(simulation(federation.experiment(), federation.sets(), out, {"--replay", database}));
  ASSERT_TRUE(eventually(60, [&] { return committed_rounds(out) >= 1; }));
  replay.signal(SIGTERM);
  ASSERT_EQ(replay.wait(20), 1) << "it was stopped too late: " << replay.err();
  const Outcome resumed = run(simulation(federation.experiment(), federation.sets(), out, {"--resume"}));
  ASSERT_EQ(resumed.code, 0) << resumed.err;
  EXPECT_EQ(model_hash(out), federation.hash());
}

/// `covey-coordinator export --bits BITS` of a finished federation, and what `covey-sim evaluate` says of it.
Outcome exported_and_evaluated(const Federation& federation, const std::string& bits) {
  const std::string model = (federation.folder() / "model.safetensors").string();
  const Outcome exported = run({coordinator_program(), "export", federation.coordinator_folder().string(),
                                "--out", model, "--bits", bits});
  if (exported.code != 0) return exported;
  Command evaluate{sim_program(), "evaluate", federation.experiment().string(), "--model", model, "--json"};
  for (const std::string& set : federation.sets()) evaluate.insert(evaluate.end(), {"--set", set});
  return run(evaluate);
}

TEST(SameBits, ExportedModelEvaluatesToTheAccuracyOfTheSummary) {
  Federation federation({"model.norm=batch", "averaging.bn_buffers=local", "federation.rounds=3"});
  federation.start();
  federation.expect_finish();
  const Outcome evaluated = exported_and_evaluated(federation, "32");
  ASSERT_EQ(evaluated.code, 0) << evaluated.err;
  const nlohmann::json result = nlohmann::json::parse(evaluated.out);
  const nlohmann::json summary = read_json(federation.run_folder() / "summary.json");
  EXPECT_EQ(result.at("accuracy"), summary.at("accuracy"));
  EXPECT_EQ(result.at("model_sha256"), summary.at("model_sha256"));
}

TEST(SameBits, AModelExportedAtThePlannedWidthsIsTheOneThatIsSent) {
  Federation federation({"download.codec=hawq", "download.mean_bits=3.5", "download.plan_every=1",
                         "curvature.probes=2", "federation.rounds=3"});
  federation.start();
  federation.expect_finish();
  const Outcome evaluated = exported_and_evaluated(federation, "plan");
  ASSERT_EQ(evaluated.code, 0) << evaluated.err;
  EXPECT_EQ(nlohmann::json::parse(evaluated.out).at("accuracy"),
            read_json(federation.run_folder() / "summary.json").at("accuracy_as_sent"));
  EXPECT_NE(exported_and_evaluated(federation, "9").err.find("--bits"), std::string::npos);
}

TEST(SameBits, WithoutAPlanThereIsNoneToExport) {
  Federation federation({"federation.rounds=2"});
  federation.start();
  federation.expect_finish();
  const Outcome outcome = exported_and_evaluated(federation, "plan");
  EXPECT_EQ(outcome.code, 2);
  EXPECT_NE(outcome.err.find("--bits: this run has planned no widths"), std::string::npos) << outcome.err;
}

}  // namespace
}  // namespace covey::testing
