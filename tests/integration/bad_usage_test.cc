#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>

#include "tests/integration/support/federation.h"

/// Wrong command lines and files: exit code 2 and one line on standard error that names the problem.
namespace covey::testing {
namespace {

/// In the arguments: EXPERIMENT is the small experiment's file, FOLDER an empty folder, NEW a path that does
/// not exist, COORDINATOR a coordinator's folder, PLAIN a text file, CAPTIONS a folder with captions alone.
struct BadUsage {
  const char* name;
  std::string (*program)();
  std::vector<std::string> arguments;
  std::vector<const char*> named;  ///< what the line must contain
};

constexpr const char* kKey =
    "0000000000000000000000000000000000000000000000000000000000000001"
    "0000000000000000000000000000000000000000000000000000000000000002";
constexpr const char* kToken = "00000000000000000000000000000000000000000000000000000000000000aa";

BadUsage sim(const char* name, std::vector<std::string> arguments, std::vector<const char*> named) {
  return {name, sim_program, std::move(arguments), std::move(named)};
}
BadUsage coordinator(const char* name, std::vector<std::string> arguments, std::vector<const char*> named) {
  return {name, coordinator_program, std::move(arguments), std::move(named)};
}
BadUsage client(const char* name, std::vector<std::string> arguments, std::vector<const char*> named) {
  return {name, client_program, std::move(arguments), std::move(named)};
}
BadUsage sim_set(const char* name, const char* set, std::vector<const char*> named) {
  return sim(name, {"run", "EXPERIMENT", "--out", "NEW", "--set", set}, std::move(named));
}

const std::vector<BadUsage>& cases() {
  static const std::vector<BadUsage> table{
      // Commands and options.
      sim("NoCommand", {}, {"run, evaluate, partition"}),
      sim("UnknownCommand", {"walk"}, {"walk"}),
      sim("UnknownOption", {"run", "EXPERIMENT", "--fast"}, {"--fast"}),
      sim("NoExperiment", {"run"}, {"required"}),
      sim("ExperimentIsMissing", {"run", "NEW"}, {"NEW"}),
      sim("ExperimentIsAFolder", {"run", "FOLDER"}, {"FOLDER"}),
      sim("NoThreads", {"run", "EXPERIMENT", "--threads", "0"}, {"--threads", "0"}),
      sim("ThreadsInWords", {"run", "EXPERIMENT", "--threads", "two"}, {"--threads", "two"}),
      sim("NegativeSeed", {"run", "EXPERIMENT", "--seed", "-1"}, {"seed", "-1"}),
      sim("SetWithoutValue", {"run", "EXPERIMENT", "--set"}, {"--set"}),
      sim("UnknownLogLevel", {"--log-level", "loud", "run", "EXPERIMENT"}, {"--log-level", "loud"}),
      sim("ReplayOfNothing", {"run", "EXPERIMENT", "--out", "FOLDER", "--replay", "NEW"}, {"NEW"}),
      sim("EvaluateWithoutModel", {"evaluate", "EXPERIMENT"}, {"--model"}),
      sim("EvaluateMissingModel", {"evaluate", "EXPERIMENT", "--model", "NEW"}, {"NEW"}),
      sim("EvaluateOtherFile", {"evaluate", "EXPERIMENT", "--model", "PLAIN"}, {"PLAIN"}),
      sim("PartitionIntoUsedFolder", {"partition", "EXPERIMENT", "--write", "COORDINATOR"}, {"COORDINATOR"}),
      sim("CodecWithoutTensor", {"codec"}, {"--tensor"}),
      sim("CodecOfUnknownFormat", {"codec", "--tensor", "PLAIN"}, {"PLAIN", ".npy"}),
      sim("CodecOfMissingFile", {"codec", "--tensor", "NEW"}, {"NEW"}),
      sim("HessianWithoutModel", {"hessian", "EXPERIMENT"}, {"--model"}),
      sim("HessianOfOtherFile", {"hessian", "EXPERIMENT", "--model", "PLAIN"}, {"PLAIN"}),
      sim("HessianOfStrangers", {"hessian", "EXPERIMENT", "--model", "PLAIN", "--data", "others"}, {"PLAIN"}),
      sim("CompressByNoMethod",
          {"compress", "EXPERIMENT", "--model", "PLAIN", "--mean-bits", "4", "--method", "best", "--out",
           "NEW"},
          {"PLAIN"}),
      sim("CompressWithoutAWidth", {"compress", "EXPERIMENT", "--model", "PLAIN", "--out", "NEW"}, {"PLAIN"}),
      sim("CompressToOneBit",
          {"compress", "EXPERIMENT", "--model", "PLAIN", "--mean-bits", "1", "--out", "NEW"},
          {"--mean-bits"}),
      // Experiment files and overrides.
      sim("FileIsNoToml", {"run", "PLAIN"}, {"PLAIN:1"}),
      sim_set("SetWithoutEquals", "seed", {"--set", "seed"}),
      sim_set("UnknownSection", "weather.rain=1", {"weather"}),
      sim_set("UnknownKey", "data.nmae=\"mnist\"", {"data.nmae"}),
      sim_set("TextForNumber", "federation.rounds=many", {"federation.rounds", "many"}),
      sim_set("RoundsBelowRange", "federation.rounds=0", {"federation.rounds", "0"}),
      sim_set("MoreCommunicatingThanUsers", "federation.communicating=9", {"federation.communicating", "9"}),
      sim_set("ThresholdAboveOne", "training.threshold=1.5", {"training.threshold", "1.5"}),
      sim_set("RateIsNotANumber", "training.lr=nan", {"training.lr"}),
      sim_set("UnknownModel", "model.name=vgg", {"model.name", "vgg", "resnet8"}),
      sim_set("UnknownNorm", "model.norm=instance", {"model.norm", "instance", "group"}),
      sim_set("NormOfTextsForImages", "model.norm=layer", {"model.norm", "layer", "cnn takes", "group"}),
      sim_set("ModelOfTextsForImages", "model.name=transformer",
              {"transformer takes samples of kind text", "of kind image"}),
      sim_set("UnknownCodec", "upload.codec=zip", {"upload.codec", "zip", "ptq"}),
      sim("ImpossibleByteBudget",
          {"run", "EXPERIMENT", "--out", "NEW", "--set", "download.codec=hawq", "--set",
           "download.size_ratio=0.01"},
          {"download.size_ratio", "0.01"}),
      sim("BlocksOfNoTransformer", {"run", "EXPERIMENT", "--out", "NEW", "--set", "download.codec=qbert"},
          {"download.codec", "qbert"}),
      sim_set("TooManyBits", "upload.bits=9", {"upload.bits", "9"}),
      sim_set("UnknownDataSet", "data.name=imagenet", {"data.name", "imagenet", "cifar10"}),
      sim_set("DataSetWithoutFolder", "data.name=mnist", {"data.path"}),
      sim("DataSetThatIsNotThere",
          {"run", "EXPERIMENT", "--out", "NEW", "--set", "data.name=mnist", "--set", "data.path=FOLDER"},
          {"FOLDER", "train-images"}),
      sim("CaptionsWithoutRegions",
          {"run", "EXPERIMENT", "--out", "NEW", "--set", "data.name=grounding-folder", "--set",
           "data.path=CAPTIONS"},
          {"regions.safetensors"}),
      sim_set("FirstModelIsMissing", "model.start=NEW", {"model.start", "NEW"}),
      sim_set("FirstModelIsNone", "model.start=PLAIN", {"model.start", "PLAIN"}),
      sim_set("UnknownOrder", "federation.order=random", {"federation.order", "random", "alternate"}),
      sim_set("UnknownObjective", "training.objective=guess", {"training.objective", "guess"}),
      sim_set("TooManyLabels", "federation.labelled=100000", {"labelled", "100000"}),
      sim_set("TooManyGroups", "averaging.groups=7", {"averaging.groups", "7"}),
      sim_set("UnknownNumerics", "numerics=fast", {"numerics", "fast", "native"}),
      // The coordinator.
      coordinator("NoFolder", {"init"}, {"DIR"}),
      coordinator("InitTwice", {"init", "COORDINATOR"}, {"COORDINATOR"}),
      coordinator("RunWithoutInit", {"run", "FOLDER", "--experiment", "EXPERIMENT"}, {"FOLDER", "init"}),
      coordinator("RunWithoutExperiment", {"run", "COORDINATOR"}, {"--experiment"}),
      coordinator("ListenNowhere", {"run", "COORDINATOR", "--experiment", "EXPERIMENT", "--listen", "here"},
                  {"here", "tcp://"}),
      coordinator("ListenOnNoPort",
                  {"run", "COORDINATOR", "--experiment", "EXPERIMENT", "--listen", "tcp://127.0.0.1:70000"},
                  {"70000"}),
      coordinator(
          "SlotState",
          {"run", "COORDINATOR", "--experiment", "EXPERIMENT", "--set", "training.optimizer_state=slot"},
          {"training.optimizer_state", "slot"}),
      coordinator(
          "SupervisedUsers",
          {"run", "COORDINATOR", "--experiment", "EXPERIMENT", "--set", "training.objective=supervised"},
          {"training.objective", "supervised"}),
      coordinator("LabelledUsersInADeployment",
                  {"run", "COORDINATOR", "--experiment", "EXPERIMENT", "--set", "federation.labels_at=users"},
                  {"federation.labels_at", "users"}),
      coordinator("NoTokens", {"token", "COORDINATOR", "--count", "0"}, {"--count", "0"}),
      coordinator("TokenForNoTime", {"token", "COORDINATOR", "--expires", "soon"}, {"soon"}),
      coordinator("StatusOfNothing", {"status", "NEW"}, {"NEW"}),
      coordinator("ClientsOfNothing", {"clients", "FOLDER"}, {"FOLDER"}),
      coordinator("RevokeNobody", {"clients", "COORDINATOR", "revoke", "everybody"}, {"everybody"}),
      coordinator("ExportNowhere", {"export", "COORDINATOR"}, {"--out"}),
      coordinator("ExportOfNoNumber", {"export", "COORDINATOR", "--out", "NEW", "--round", "x"}, {"--round"}),
      coordinator("ExportAtNoWidth", {"export", "COORDINATOR", "--out", "NEW", "--bits", "9"}, {"--bits"}),
      // The client.
      client("NoServer", {"enroll", "NEW", "--server-key", kKey, "--token", kToken}, {"--server"}),
      client("ServerIsNoAddress",
             {"enroll", "NEW", "--server", "localhost", "--server-key", kKey, "--token", kToken},
             {"localhost", "tcp://"}),
      client("ServerKeyTooShort",
             {"enroll", "NEW", "--server", "tcp://127.0.0.1:9", "--server-key", "12ab", "--token", kToken},
             {"key"}),
      client("TokenOfOtherForm",
             {"enroll", "NEW", "--server", "tcp://127.0.0.1:9", "--server-key", kKey, "--token", "abc"},
             {"token"}),
      client("RunWithoutEnrolment", {"run", "FOLDER", "--data", "FOLDER"}, {"FOLDER", "enroll"}),
      client("RunWithoutData", {"run", "FOLDER"}, {"--data"}),
      client("UnknownCommandOfClient", {"train"}, {"train"}),
  };
  return table;
}

/// GoogleTest would print the bytes.
void PrintTo(const BadUsage& usage, std::ostream* out) {
  *out << usage.name;
}

class WrongCommandLine : public ::testing::TestWithParam<BadUsage> {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<TemporaryFolder>();
    write_experiment(path(""));
    ASSERT_TRUE(write_file_atomically(path("plain"), as_bytes("neither TOML nor a model\n")).ok());
    fs::create_directories(path("captions"));
    ASSERT_TRUE(write_file_atomically(path("captions/captions.jsonl"), as_bytes("no caption\n")).ok());
    ASSERT_EQ(run({coordinator_program(), "init", path("coordinator").string()}).code, 0);
  }
  static void TearDownTestSuite() { folder_.reset(); }

  void SetUp() override { fs::create_directories(path("folder")); }
  void TearDown() override { fs::remove_all(path("folder")); }

  static fs::path path(const std::string& name) { return folder_->path() / name; }

  static std::string filled_in(std::string text) {
    const std::pair<const char*, const char*> names[] = {
        {"EXPERIMENT", "experiment.toml"}, {"FOLDER", "folder"}, {"NEW", "new"},
        {"COORDINATOR", "coordinator"},    {"PLAIN", "plain"},   {"CAPTIONS", "captions"}};
    for (const auto& [word, file] : names) {
      const std::size_t at = text.find(word);
      if (at != std::string::npos) text.replace(at, std::string(word).size(), path(file).string());
    }
    return text;
  }

  static std::unique_ptr<TemporaryFolder> folder_;
};

std::unique_ptr<TemporaryFolder> WrongCommandLine::folder_;

TEST_P(WrongCommandLine, EndsWithTwoAndOneLine) {
  const BadUsage& usage = GetParam();
  Command command{usage.program()};
  for (const std::string& argument : usage.arguments) command.push_back(filled_in(argument));
  const Outcome outcome = run(command, 20);
  EXPECT_EQ(outcome.code, 2) << outcome.err;
  EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
  EXPECT_EQ(outcome.err.back(), '\n');
  EXPECT_EQ(outcome.err.find("covey-"), 0u) << outcome.err;
  EXPECT_EQ(outcome.out, "");
  for (const char* name : usage.named) {
    EXPECT_NE(outcome.err.find(filled_in(name)), std::string::npos) << name << " is not in: " << outcome.err;
  }
}

INSTANTIATE_TEST_SUITE_P(BadUsage, WrongCommandLine, ::testing::ValuesIn(cases()),
                         [](const auto& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace covey::testing
