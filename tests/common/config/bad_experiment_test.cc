// Every kind of mistake in an experiment file or a --set value, with the exact line that a person gets to
// read.

#include <gtest/gtest.h>

#include "common/config/experiment_file.h"
#include "tests/common/config/support.h"

namespace covey::config {
namespace {

constexpr const char* kFederationKeys =
    "users, communicating, period, labelled, labels_at, noniid, rounds, warmup_rounds, order, selection, "
    "min_updates, "
    "over_select, deadline_s, evaluate_every, keep_rounds, diversity_every";
constexpr const char* kSections =
    "data, model, federation, training, averaging, download, upload, curvature, fqt, devices";

struct Bad {
  const char* name;
  std::string text;
  std::vector<std::string> sets;
  std::string message;
};

void PrintTo(const Bad& bad, std::ostream* out) {
  *out << bad.name;
}

class BadExperiment : public testing::TestWithParam<Bad> {};

TEST_P(BadExperiment, IsRefusedWithOneLine) {
  const Bad& bad = GetParam();
  const auto experiment = parse_experiment(bad.text, "e.toml", bad.sets, test_names());
  ASSERT_FALSE(experiment.ok());
  EXPECT_EQ(experiment.status().code(), Code::kInvalidArgument);
  EXPECT_EQ(experiment.status().message(), bad.message);
}

std::string federation(const std::string& line) {
  return "[federation]\n" + line + "\n";
}
std::string training(const std::string& line) {
  return "\n\n[training]\n" + line + "\n";
}

const std::string kNames = ", allowed: a list of up to 100 names of 1 to 64 letters, digits and \"_.-\"";

std::string many_names(int count) {
  std::string names;
  for (int i = 0; i < count; ++i) names += "'a',";
  return names;
}

const Bad kFiles[] = {
    {"UnknownSection",
     "seed = 2\n\n[plan]\nweights = 8\n",
     {},
     std::string("e.toml:3: plan: unknown section, allowed: ") + kSections},
    {"UnknownEmptySection",
     "[later]\n",
     {},
     std::string("e.toml:1: later: unknown section, allowed: ") + kSections},
    {"UnknownKey",
     federation("user = 3"),
     {},
     std::string("e.toml:2: federation.user: unknown key, allowed: ") + kFederationKeys},
    {"UnknownTopKey",
     "sed = 3\n",
     {},
     std::string("e.toml:1: sed: unknown key, allowed: seed, numerics, or a section: ") + kSections},
    {"KeyThatIsNotThere",
     "[download]\nwidth = 4\n",
     {},
     "e.toml:2: download.width: unknown key, allowed: codec, bits, compress, groups, quantiser, mean_bits, "
     "size_ratio, "
     "plan_every, qat"},
    {"KeyOfClientsOnly",
     "[samples]\nkind = \"image\"\n",
     {},
     std::string("e.toml:1: samples: unknown section, allowed: ") + kSections},
    {"SectionAsValue",
     "federation = 3\n",
     {},
     "e.toml:1: federation: is not a section, allowed: [federation] with its keys below"},
    {"SectionAsList",
     "[[data]]\nname = \"glyphs\"\n",
     {},
     "e.toml:1: data: is not a section, allowed: [data] with its keys below"},
    {"KeyAsSection",
     "[federation.users]\nk = 1\n",
     {},
     "e.toml:1: federation.users: a table has the wrong type, allowed: a whole number from 1 to 1000000"},
    {"TextForNumber",
     federation("users = \"ten\""),
     {},
     "e.toml:2: federation.users: \"ten\" has the wrong type, allowed: a whole number from 1 to 1000000"},
    {"RealForWhole",
     federation("users = 10.0"),
     {},
     "e.toml:2: federation.users: 10.0 has the wrong type, allowed: a whole number from 1 to 1000000"},
    {"NumberForText",
     "[model]\nname = 8\n",
     {},
     "e.toml:2: model.name: 8 has the wrong type, allowed: cnn, resnet8"},
    {"NumberForFlag",
     training("flip = 1"),
     {},
     "e.toml:4: training.flip: 1 has the wrong type, allowed: true or false"},
    {"CropBeyondHalf",
     training("crop = 0.6"),
     {},
     "e.toml:4: training.crop: 0.6 is out of range, allowed: a number from 0.0 to 0.5"},
    {"TextForThreshold",
     training("threshold = \"auto\""),
     {},
     "e.toml:4: training.threshold: \"auto\" has the wrong type, allowed: a number from 0.0 to 1.0"},
    {"DateForNumber",
     "seed = 2024-05-05\n",
     {},
     "e.toml:1: seed: a date or time has the wrong type, allowed: a whole number from 0 to "
     "9223372036854775807"},
    {"ListForNumber",
     training("batch = [1, 2]"),
     {},
     "e.toml:4: training.batch: [1, 2] has the wrong type, allowed: a whole number from 1 to 65536"},
    {"ListOfTexts",
     training("batch = ['a']"),
     {},
     "e.toml:4: training.batch: a list has the wrong type, allowed: a whole number from 1 to 65536"},
    {"NoUsers",
     federation("users = 0"),
     {},
     "e.toml:2: federation.users: 0 is out of range, allowed: a whole number from 1 to 1000000"},
    {"NegativePeriod",
     federation("period = -1"),
     {},
     "e.toml:2: federation.period: -1 is out of range, allowed: a whole number from 0 to 1000000"},
    {"NoLabels",
     federation("labelled = 0"),
     {},
     "e.toml:2: federation.labelled: 0 is out of range, allowed: a whole number from 1 to 100000000"},
    {"NegativeSeed",
     "seed = -1\n",
     {},
     "e.toml:1: seed: -1 is out of range, allowed: a whole number from 0 to 9223372036854775807"},
    {"NoniidAboveOne",
     federation("noniid = 1.5"),
     {},
     "e.toml:2: federation.noniid: 1.5 is out of range, allowed: a number from 0.0 to 1.0"},
    {"NoniidBelowZero",
     federation("noniid = -0.25"),
     {},
     "e.toml:2: federation.noniid: -0.25 is out of range, allowed: a number from 0.0 to 1.0"},
    {"NotANumber",
     training("lr = nan"),
     {},
     "e.toml:4: training.lr: nan is out of range, allowed: a number from 0.0 to 100.0"},
    {"Infinity",
     federation("deadline_s = inf"),
     {},
     "e.toml:2: federation.deadline_s: inf is out of range, allowed: a number above 0.0 up to 604800.0"},
    {"ZeroDeadline",
     federation("deadline_s = 0"),
     {},
     "e.toml:2: federation.deadline_s: 0.0 is out of range, allowed: a number above 0.0 up to 604800.0"},
    {"ZeroAlpha",
     "[data]\ndirichlet_alpha = 0.0\n",
     {},
     "e.toml:2: data.dirichlet_alpha: 0.0 is out of range, allowed: a number above 0.0 up to 1000000.0"},
    {"OneBit",
     "[upload]\nbits = 1\n",
     {},
     "e.toml:2: upload.bits: 1 is out of range, allowed: a whole number from 2 to 8"},
    {"TooManyGlyphClasses",
     "[data]\nglyph_classes = 48\n",
     {},
     "e.toml:2: data.glyph_classes: 48 is out of range, allowed: a whole number from 10 to 47"},
    {"UnknownModel",
     "[model]\nname = \"resnet18\"\n",
     {},
     "e.toml:2: model.name: unknown name \"resnet18\", allowed: cnn, resnet8"},
    {"UnknownCodec",
     "[download]\ncodec = \"zfp\"\n",
     {},
     "e.toml:2: download.codec: unknown name \"zfp\", allowed: fp32, hawq, ptq, qbert, topk"},
    {"UnknownMode",
     "[fqt]\nmode = \"int8\"\n",
     {},
     "e.toml:2: fqt.mode: unknown name \"int8\", allowed: off, activations, qat, fqt"},
    {"OneGradientBit",
     "[fqt]\ngradient_bits = 1\n",
     {},
     "e.toml:2: fqt.gradient_bits: 1 is out of range, allowed: a whole number from 2 to 8"},
    {"UnknownGradientQuantiser",
     "[fqt]\ngradient_quantiser = \"sym\"\n",
     {},
     "e.toml:2: fqt.gradient_quantiser: unknown name \"sym\", allowed: bhq, psq"},
    {"TextForNames",
     "[fqt]\nexempt = \"conv1\"\n",
     {},
     "e.toml:2: fqt.exempt: \"conv1\" has the wrong type" + kNames},
    {"NumbersForNames", "[fqt]\nexempt = [1]\n", {}, "e.toml:2: fqt.exempt: [1] has the wrong type" + kNames},
    {"MixedList",
     "[fqt]\nexempt = ['a', 1]\n",
     {},
     "e.toml:2: fqt.exempt: a list has the wrong type" + kNames},
    {"NoName", "[fqt]\nexempt = ['a', 'b c']\n", {}, "e.toml:2: fqt.exempt: \"b c\" is not a name" + kNames},
    {"EmptyName", "[fqt]\nexempt = ['']\n", {}, "e.toml:2: fqt.exempt: \"\" is not a name" + kNames},
    {"LongNameInAList",
     "[fqt]\nexempt = ['" + std::string(65, 'x') + "']\n",
     {},
     "e.toml:2: fqt.exempt: text of 65 bytes is not a name" + kNames},
    {"TooManyNames",
     "[fqt]\nexempt = [" + many_names(101) + "]\n",
     {},
     "e.toml:2: fqt.exempt: the list has 101 names" + kNames},
    {"UnknownOrder",
     federation("order = \"both\""),
     {},
     "e.toml:2: federation.order: unknown name \"both\", allowed: parallel, alternate"},
    {"NameWithLineBreak",
     "[model]\nname = \"a\\nb\"\n",
     {},
     "e.toml:2: model.name: unknown name \"a\\u000Ab\", allowed: cnn, resnet8"},
    {"LongName",
     "[model]\nname = \"" + std::string(500, 'x') + "\"\n",
     {},
     "e.toml:2: model.name: unknown name text of 500 bytes, allowed: cnn, resnet8"},
    {"LongPath",
     "[data]\npath = \"" + std::string(5000, 'x') + "\"\n",
     {},
     "e.toml:2: data.path: text of 5000 bytes is too long, allowed: text of up to 4096 bytes"},
    {"FirstMistakeOfTheText",
     "[upload]\nbits = 9\n[download]\nbits = 9\n",
     {},
     "e.toml:2: upload.bits: 9 is out of range, allowed: a whole number from 2 to 8"},
};

const Bad kCombinations[] = {
    {"MoreCommunicatingThanUsers",
     federation("users = 4\ncommunicating = 5"),
     {},
     "e.toml:3: federation.communicating: 5 is more than federation.users = 4, allowed: a whole number from "
     "1 "
     "to 4"},
    {"DefaultConflicts",
     federation("users = 4"),
     {},
     "default: federation.communicating: 10 is more than federation.users = 4, allowed: a whole number from "
     "1 "
     "to 4"},
    {"SetConflictsWithFile",
     federation("rounds = 5"),
     {"seed=3", "federation.warmup_rounds=6"},
     "--set 2: federation.warmup_rounds: 6 is more than federation.rounds = 5, allowed: a whole number from "
     "0 "
     "to 5"},
    {"WarmUpWithoutServerLabels",
     federation("labels_at = 'users'\nwarmup_rounds = 3"),
     {},
     "e.toml:2: federation.labels_at: \"users\" does not fit federation.warmup_rounds above 0, allowed: "
     "server"},
    {"WeightsThatNeverMove",
     "[model]\node_steps = 1\n",
     {},
     "e.toml:2: model.ode_steps: 1 leaves no time to move in with model.ode_configuration = 1, allowed: at "
     "least 2, "
     "model.ode_method = \"rk2\" or \"rk4\", or another configuration"},
    {"FirstModelWhoseStatisticsStay",
     "[model]\nnorm = \"batch\"\nstart = \"m.safetensors\"\n[averaging]\nbn_buffers = \"local\"\n",
     {},
     "e.toml:3: model.start: \"m.safetensors\" does not fit averaging.bn_buffers = \"local\" with model.norm "
     "= \"batch\": users would not "
     "get its statistics, allowed: \"\", or averaging.bn_buffers = \"mean\""},
    {"LabelledUsersThatAreSupervised",
     federation("labels_at = 'users'") + training("objective = 'supervised'"),
     {},
     "e.toml:2: federation.labels_at: \"users\" does not fit training.objective = \"supervised\", allowed: "
     "server"},
    {"BuffersOfAServerThatDoesNotTrain",
     federation("labels_at = 'users'") + "[averaging]\nbn_buffers = 'local'\n",
     {},
     "e.toml:2: federation.labels_at: \"users\" does not fit averaging.bn_buffers = \"local\", allowed: "
     "server"},
    {"TooManyMinUpdates",
     federation("min_updates = 11"),
     {},
     "e.toml:2: federation.min_updates: 11 is more than federation.communicating = 10, allowed: a whole "
     "number "
     "from 1 to 10"},
    {"MoreGroupsThanMembers",
     "[averaging]\ngroups = 11\n",
     {},
     "e.toml:2: averaging.groups: 11 is more than federation.communicating = 10, allowed: a whole number "
     "from 0 "
     "to 10"},
    {"GroupsInFedAvg",
     "[averaging]\nrule = \"fedavg\"\ngroups = 2\n",
     {},
     "e.toml:3: averaging.groups: 2 does not fit averaging.rule = \"fedavg\", allowed: 0, 1"},
    {"TraceWithoutAFile",
     "[devices]\nprofile = \"trace\"\n",
     {},
     "default: devices.trace: empty, allowed with devices.profile = \"trace\": the path of a CSV file"},
    {"ServerShareInAlternateOrder",
     "[averaging]\nserver_share = 0.1\n",
     {},
     "e.toml:2: averaging.server_share: it needs the server in the average, allowed with federation.order = "
     "\"alternate\": 0"},
    {"StatusWeightsInParallelOrder",
     "[federation]\norder = \"parallel\"\n[averaging]\nweights = \"status\"\n",
     {},
     "e.toml:4: averaging.weights: \"status\" needs federation.order = \"alternate\", allowed: equal"},
    {"StatusWeightsOfTheMedian",
     "[averaging]\nrule = \"median\"\nweights = \"status\"\n",
     {},
     "e.toml:3: averaging.weights: averaging.rule = \"median\" knows no weights, allowed: equal"},
    {"StatusWeightsOfMovingLabels",
     "[training]\nlabels = \"moving\"\n[averaging]\nweights = \"status\"\n",
     {},
     "e.toml:4: averaging.weights: \"status\" needs training.labels = \"round\", here \"moving\", allowed: "
     "equal"},
    {"SharpnessWithMixupAndBatchNorm",
     "[model]\nnorm = \"batch\"\n[training]\nmixup = 0.75\nsharpness = 0.1\n",
     {},
     "e.toml:5: training.sharpness: 0.1 does not fit training.mixup with model.norm = \"batch\": mixed "
     "images "
     "would enter the statistics on one side only, allowed: 0.0"},
    {"ServerShareOfTheMedian",
     "[federation]\norder = \"parallel\"\n[averaging]\nrule = \"median\"\nserver_share = 0.1\n",
     {},
     "e.toml:5: averaging.server_share: averaging.rule = \"median\" knows no shares, allowed: 0"},
    {"SecondOrderOnQuantisedLayers",
     "[fqt]\nmode = \"qat\"\n[training]\noptimizer = \"adahessian\"\n",
     {},
     "e.toml:4: training.optimizer: \"adahessian\" does not fit fqt.mode = \"qat\", whose layers have no "
     "second "
     "derivative, allowed: any other optimizer"},
    {"ModelsOfTheirLargestWeightsOnly",
     "[download]\ncodec = \"topk\"\n",
     {},
     "e.toml:2: download.codec: \"topk\" drops most of a model, allowed: any other codec"},
    {"ServerStepsOfTwoGroups",
     "[averaging]\nserver_optimizer = \"adahessian\"\nrule = \"grouping\"\n",
     {},
     "e.toml:2: averaging.server_optimizer: \"adahessian\" does not fit any averaging.rule but fedavg, "
     "allowed: none"},
    {"ServerStepsOnFewValues",
     "[averaging]\nserver_optimizer = \"adahessian\"\nrule = \"fedavg\"\n[upload]\ncodec = \"topk\"\n",
     {},
     "e.toml:2: averaging.server_optimizer: \"adahessian\" does not fit upload.codec = \"topk\", allowed: "
     "none"},
    {"MomentsOfBatchNorm",
     "[model]\nmoments = true\nnorm = \"batch\"\n",
     {},
     "e.toml:2: model.moments: true does not fit model.norm = \"batch\", allowed: false"},
    {"WidthsOfWhatHasNone",
     "[download]\nquantiser = \"topk\"\n",
     {},
     "e.toml:2: download.quantiser: \"topk\" has no widths to plan, allowed: any other codec"},
    {"LessThanTheNarrowestWidth",
     "[download]\nmean_bits = 1.5\n",
     {},
     "e.toml:2: download.mean_bits: 1.5 is out of range, allowed: a number from 2.0 to 8.0"},
    {"PlannedWidthsOfLayersThatHaveWidths",
     "[fqt]\nmode = \"fqt\"\n[download]\ncodec = \"hawq\"\n",
     {},
     "e.toml:4: download.codec: \"hawq\" does not fit fqt.mode = \"fqt\", which has widths of its own for "
     "weights, allowed: any other codec, or fqt.mode = \"activations\""},
    {"BlocksMeasuredAtUsers",
     "[download]\ncodec = \"qbert\"\n[curvature]\nfrom = \"users\"\n",
     {},
     "e.toml:2: download.codec: \"qbert\" looks at the server's own samples and does not fit curvature.from "
     "= "
     "\"users\", allowed: hawq"},
    {"BlocksForANumberOfBytes",
     "[download]\ncodec = \"qbert\"\nsize_ratio = 0.2\n",
     {},
     "e.toml:2: download.codec: \"qbert\" does not fit download.size_ratio above 0, allowed: hawq"},
    {"CurvatureThatNobodyMeasures",
     "[download]\ncodec = \"hawq\"\n[curvature]\nfrom = \"optimizer\"\n",
     {},
     "e.toml:4: curvature.from: \"optimizer\" needs training.optimizer = \"adahessian\", here \"sgd\", "
     "allowed: server, users"},
    {"CurvatureOfAServerWithoutLabels",
     "[federation]\nlabels_at = \"users\"\n[curvature]\nfrom = \"server\"\nevery = 1\n",
     {},
     "e.toml:4: curvature.from: \"server\" does not fit federation.labels_at = \"users\", allowed: users"},
    {"TrainingOnRoundingThatDoesNotHappen",
     "[download]\ncodec = \"fp32\"\nqat = true\n",
     {},
     "e.toml:3: download.qat: true does not fit download.codec = \"fp32\", allowed: false"},
    {"FeedbackThatMovesBetweenUsers",
     training("optimizer_state = \"slot\"") + "[upload]\nerror_feedback = true\n",
     {},
     "e.toml:6: upload.error_feedback: true does not fit training.optimizer_state = \"slot\", whose state "
     "moves from user to user, allowed: false"},
    {"ShareOfNothing",
     "[upload]\nkeep = 0\n",
     {},
     "e.toml:2: upload.keep: 0.0 is out of range, allowed: a number above 0.0 up to 1.0"},
    {"WarmupBeyondSchedule",
     training("schedule = 'paper'\nschedule_warmup_steps = 9\nschedule_total_steps = 8"),
     {},
     "e.toml:5: training.schedule_warmup_steps: 9 is more than training.schedule_total_steps = 8, allowed: a "
     "whole number from 0 to 8"},
    {"AdaptiveThresholdOfMovingLabels",
     training("labels = 'moving'\nthreshold_rule = 'adaptive'"),
     {},
     "e.toml:5: training.threshold_rule: \"adaptive\" needs training.labels = \"round\", here \"moving\", "
     "allowed: fixed"},
    {"MixupOfMovingLabels",
     training("labels = 'moving'\nmixup = 0.75"),
     {},
     "e.toml:5: training.mixup: 0.75 needs training.labels = \"round\", here \"moving\", allowed: 0.0"},
    {"SharpnessOfMovingLabels",
     training("labels = 'moving'\nsharpness = 0.1"),
     {},
     "e.toml:5: training.sharpness: 0.1 needs training.labels = \"round\", here \"moving\", allowed: 0.0"},
    {"MixupOfTrueLabels",
     training("objective = 'supervised'\nmixup = 0.75"),
     {},
     "e.toml:5: training.mixup: 0.75 does not fit training.objective = \"supervised\", allowed: 0.0"},
};

const Bad kSets[] = {
    {"NoEquals",
     "",
     {"federation.users"},
     "--set 1: federation.users: has no '=', allowed: section.key=value"},
    {"UnknownSection",
     "",
     {"plan.weights=8"},
     std::string("--set 1: plan: unknown section, allowed: ") + kSections},
    {"UnknownKey",
     "",
     {"federation.user=8"},
     std::string("--set 1: federation.user: unknown key, allowed: ") + kFederationKeys},
    {"UnknownTopKey",
     "",
     {"users=8"},
     std::string("--set 1: users: unknown key, allowed: seed, numerics, or a section: ") + kSections},
    {"NoKey",
     "",
     {"=8"},
     std::string("--set 1: '': unknown key, allowed: seed, numerics, or a section: ") + kSections},
    {"DeepKey",
     "",
     {"model.name.x=8"},
     "--set 1: model.name.x: unknown key, allowed: name, norm, width, depth, heads, hidden, dropout, "
     "ode_configuration, ode_steps, ode_method, ode_checkpoint, start, moments"},
    {"SecondIsWrong",
     "",
     {"seed=2", "federation.users=x"},
     "--set 2: federation.users: \"x\" has the wrong type, allowed: a whole number from 1 to 1000000"},
    {"EmptyValue",
     "",
     {"federation.users="},
     "--set 1: federation.users: \"\" has the wrong type, allowed: a whole number from 1 to 1000000"},
    {"Overflow",
     "",
     {"seed=9223372036854775808"},
     "--set 1: seed: \"9223372036854775808\" has the wrong type, allowed: a whole number from 0 to "
     "9223372036854775807"},
    {"OutOfRange",
     "",
     {"federation.noniid=2"},
     "--set 1: federation.noniid: 2.0 is out of range, allowed: a number from 0.0 to 1.0"},
    {"UnknownName",
     "",
     {"model.name=vgg"},
     "--set 1: model.name: unknown name \"vgg\", allowed: cnn, resnet8"},
    {"TwoLines",
     "",
     {"seed=1\nnumerics='avx2'"},
     "--set 1: seed: \"1\\u000Anumerics='avx2'\" has the wrong type, allowed: a whole number from 0 to "
     "9223372036854775807"},
    {"Table",
     "",
     {"seed={a=1}"},
     "--set 1: seed: a table has the wrong type, allowed: a whole number from 0 to 9223372036854775807"},
    {"NotUtf8", "", {"data.path=\xff"}, "--set 1: data.path: the value is not UTF-8 text"},
    {"KeyWithLineBreak",
     "",
     {"a\nb=1"},
     std::string("--set 1: a\\x0ab: unknown key, allowed: seed, numerics, or a section: ") + kSections},
};

std::string name_of(const testing::TestParamInfo<Bad>& info) {
  return info.param.name;
}
INSTANTIATE_TEST_SUITE_P(File, BadExperiment, testing::ValuesIn(kFiles), name_of);
INSTANTIATE_TEST_SUITE_P(Combination, BadExperiment, testing::ValuesIn(kCombinations), name_of);
INSTANTIATE_TEST_SUITE_P(Set, BadExperiment, testing::ValuesIn(kSets), name_of);

std::string message(const std::string& text) {
  const auto experiment = parse_experiment(text, "e.toml", {}, test_names());
  return experiment.ok() ? "ok" : experiment.status().message();
}

TEST(BrokenToml, NamesLineAndColumn) {
  for (const std::string text : {"seed = 1\nseed = 2\n", "seed = 1\nuser = = 2\n", "seed = 1\n[data\n",
                                 "seed = 1\nnumerics = \"native\n", "seed = 1\nx = 99999999999999999999\n",
                                 "seed = 1\nx = \"\xff\"\n", "seed = 1\n[data]\n[data]\n"}) {
    const std::string found = message(text);
    EXPECT_EQ(found.find("e.toml:"), 0u) << found;
    EXPECT_NE(found.find(": not valid TOML: "), std::string::npos) << found;
    EXPECT_EQ(found.find('\n'), std::string::npos) << found;
  }
  EXPECT_EQ(message("seed = 1\n\n  seed = 2\n").substr(0, 28), "e.toml:3:10: not valid TOML:");
}

TEST(BrokenToml, RefusesTextThatIsTooLarge) {
  EXPECT_EQ(message("#" + std::string(70000, ' ')), "e.toml: has 70001 bytes, allowed: up to 65536");
}

TEST(BrokenToml, RefusesDeepTables) {
  std::string deep = "a";
  for (int i = 0; i < 20000; ++i) deep += ".a";
  EXPECT_EQ(message(deep + " = 1\n"), "e.toml: is not a settings file: it has more than 1000 dots");
  EXPECT_NE(message("a = " + std::string(20000, '[') + "\n"), "ok");
}

TEST(BrokenToml, SurvivesTruncationAndBitFlips) {
  const std::string good = without_comments(to_toml(Experiment{}));
  for (std::size_t size = 0; size < good.size(); ++size) {
    const std::string found = message(good.substr(0, size));
    EXPECT_EQ(found.find('\n'), std::string::npos);
  }
  for (std::size_t bit = 0; bit < good.size() * 8; bit += 5) {
    std::string flipped = good;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    EXPECT_EQ(message(flipped).find('\n'), std::string::npos) << bit;
  }
}

TEST(LoadExperiment, RefusesAMissingFileAsBadUsage) {
  const auto experiment = load_experiment("no/such/file.toml", {}, test_names());
  ASSERT_FALSE(experiment.ok());
  EXPECT_EQ(experiment.status().code(), Code::kInvalidArgument);
  EXPECT_NE(experiment.status().message().find("no/such/file.toml"), std::string::npos);
}

}  // namespace
}  // namespace covey::config
