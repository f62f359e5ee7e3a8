#include "common/wire/envelope.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/common/wire/random_messages.h"

namespace covey::wire {
namespace {

/// Two messages are the same when they are the same bytes; golden_test.cc ties bytes to fields.
void expect_same(const Message& a, const Message& b) {
  ASSERT_EQ(a.index(), b.index());
  const Frames left = encode(a);
  const Frames right = encode(b);
  EXPECT_EQ(left.envelope, right.envelope);
  EXPECT_EQ(left.blob, right.blob);
  EXPECT_EQ(left.has_blob, right.has_blob);
}

template <typename T>
T round_trip(const T& message) {
  auto decoded = decode(encode(message), receiver_of(message));
  EXPECT_TRUE(decoded.ok()) << decoded.status().message();
  return std::get<T>(*decoded);
}

std::string problem(const Message& message, Side receiver) {
  const auto decoded = decode(encode(message), receiver);
  if (decoded.ok()) return "accepted";
  EXPECT_EQ(decoded.status().code(), Code::kCorrupt);
  return decoded.status().message();
}

std::string problem(const Message& message) {
  return problem(message, receiver_of(message));
}

TEST(Envelope, EveryKindRoundTrips) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    for (const Message& message : RandomMessages(seed).one_of_each()) {
      const auto decoded = decode(encode(message), receiver_of(message));
      ASSERT_TRUE(decoded.ok()) << decoded.status().message() << " (seed " << seed << ", kind "
                                << message.index() << ")";
      expect_same(*decoded, message);
    }
  }
}

TEST(Envelope, KeepsEveryFieldOfATask) {
  const Task in{3,    1, SlotId{7}, GroupId{2}, sha256(as_bytes("m")), 42, Bytes(kSignatureBytes, 9),
                true, 2, 5,         12.5};
  const Task out = round_trip(in);
  EXPECT_EQ(out.round, 3u);
  EXPECT_EQ(out.attempt, 1u);
  EXPECT_EQ(out.slot, SlotId{7});
  EXPECT_EQ(out.group, GroupId{2});
  EXPECT_EQ(out.model, in.model);
  EXPECT_EQ(out.model_bytes, 42u);
  EXPECT_EQ(out.signature, in.signature);
  EXPECT_TRUE(out.counted_before);
  EXPECT_EQ(out.last_counted_round, 2u);
  EXPECT_EQ(out.last_counted_attempt, 5u);
  EXPECT_EQ(out.seconds_left, 12.5);
}

TEST(Envelope, KeepsEveryFieldOfAnOffer) {
  const UpdateOffer in{4,         2,
                       SlotId{1}, sha256(as_bytes("m")),
                       false,     sha256(as_bytes("u")),
                       77,        {0.5, 0.25, {1, 2, 3}, 640, 1.5, 0.75}};
  const UpdateOffer out = round_trip(in);
  EXPECT_EQ(out.round, 4u);
  EXPECT_EQ(out.attempt, 2u);
  EXPECT_EQ(out.slot, SlotId{1});
  EXPECT_EQ(out.model, in.model);
  EXPECT_EQ(out.update, in.update);
  EXPECT_EQ(out.update_bytes, 77u);
  EXPECT_FALSE(out.nothing_to_report);
  EXPECT_EQ(out.report.loss, 0.5);
  EXPECT_EQ(out.report.mask_rate, 0.25);
  EXPECT_EQ(out.report.pseudo_labels, (std::vector<std::uint32_t>{1, 2, 3}));
  EXPECT_EQ(out.report.images, 640u);
  EXPECT_EQ(out.report.train_seconds, 1.5);
  EXPECT_EQ(out.report.confidence, 0.75);
}

TEST(Envelope, KeepsEveryFieldOfTheOthers) {
  const Hello hello = round_trip(Hello{sha256(as_bytes("p")), 123, true});
  EXPECT_EQ(hello.probe, sha256(as_bytes("p")));
  EXPECT_EQ(hello.samples, 123u);
  EXPECT_TRUE(hello.resuming);
  const Welcome welcome =
      round_trip(Welcome{UserId{5}, sha256(as_bytes("r")), {1, 2, 3}, Bytes(kSignatureBytes, 4)});
  EXPECT_EQ(welcome.user, UserId{5});
  EXPECT_EQ(welcome.run_id, sha256(as_bytes("r")));
  EXPECT_EQ(welcome.settings, (Bytes{1, 2, 3}));
  EXPECT_EQ(welcome.signature, Bytes(kSignatureBytes, 4));
  const Chunk chunk = round_trip(Chunk{sha256(as_bytes("c")), 99, Bytes(10, 1)});
  EXPECT_EQ(chunk.digest, sha256(as_bytes("c")));
  EXPECT_EQ(chunk.offset, 99u);
  EXPECT_EQ(chunk.bytes, Bytes(10, 1));
  const ChunkRequest request = round_trip(ChunkRequest{sha256(as_bytes("c")), 98, 3});
  EXPECT_EQ(request.offset, 98u);
  EXPECT_EQ(request.chunks, 3u);
  const UpdateAnswer answer = round_trip(UpdateAnswer{1, 2, sha256(as_bytes("u")), true, "why"});
  EXPECT_EQ(answer.round, 1u);
  EXPECT_EQ(answer.attempt, 2u);
  EXPECT_EQ(answer.update, sha256(as_bytes("u")));
  EXPECT_TRUE(answer.accepted);
  EXPECT_EQ(answer.reason, "why");
  const Error error = round_trip(Error{ErrorCode::kSuperseded, "text"});
  EXPECT_EQ(error.code, ErrorCode::kSuperseded);
  EXPECT_EQ(error.text, "text");
  EXPECT_EQ(round_trip(Enroll{"token"}).token, "token");
  EXPECT_EQ(round_trip(Enrolled{UserId{8}, Bytes(kPublicKeyBytes, 1)}).user, UserId{8});
  EXPECT_EQ(round_trip(Finished{11}).rounds, 11u);
}

TEST(Envelope, RefusesWhatTheReceiverNeverGets) {
  for (const Message& message : RandomMessages(1).one_of_each()) {
    const bool both_ways =
        std::holds_alternative<Heartbeat>(message) || std::holds_alternative<Chunk>(message) ||
        std::holds_alternative<ChunkRequest>(message) || std::holds_alternative<Error>(message);
    const Side other = receiver_of(message) == Side::kClient ? Side::kCoordinator : Side::kClient;
    EXPECT_EQ(problem(message, other) == "accepted", both_ways) << message.index();
  }
}

TEST(Envelope, RefusesReportsThatAreNotNumbers) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  UpdateOffer offer;
  offer.update_bytes = 1;
  ASSERT_EQ(problem(offer), "accepted");
  for (const double bad : {kNan, kInfinity, -kInfinity}) {
    UpdateOffer changed = offer;
    changed.report.loss = bad;
    EXPECT_EQ(problem(changed).substr(0, 8), "loss is ");
    changed = offer;
    changed.report.mask_rate = bad;
    EXPECT_EQ(problem(changed).substr(0, 13), "mask_rate is ");
    changed = offer;
    changed.report.train_seconds = bad;
    EXPECT_EQ(problem(changed).substr(0, 17), "train_seconds is ");
    changed = offer;
    changed.report.confidence = bad;
    EXPECT_EQ(problem(changed).substr(0, 14), "confidence is ");
    changed = offer;
    changed.report.curvature = {1, bad};
    EXPECT_EQ(problem(changed).substr(0, 13), "curvature is ");
  }
  offer.report.mask_rate = 1.01;
  EXPECT_EQ(problem(offer).substr(0, 13), "mask_rate is ");
  offer.report.mask_rate = 1;
  offer.report.confidence = 1.01;
  EXPECT_EQ(problem(offer).substr(0, 14), "confidence is ");
  offer.report.confidence = -0.01;
  EXPECT_EQ(problem(offer).substr(0, 14), "confidence is ");
}

TEST(Envelope, RefusesNumbersAboveTheirLimits) {
  EXPECT_EQ(problem(Hello{{}, kSamplesMax + 1, false}),
            "samples is 1099511627777, at most 1099511627776 is allowed");
  EXPECT_EQ(problem(ChunkRequest{{}, kModelBytesMax + 1, 1}),
            "offset is 17179869185, at most 17179869184 is allowed");
  EXPECT_EQ(problem(ChunkRequest{{}, 0, kCreditsMax + 1}), "chunks is 17, at most 16 is allowed");
  EXPECT_EQ(problem(Chunk{{}, kModelBytesMax + 1, {1}}),
            "offset is 17179869185, at most 17179869184 is allowed");
  Task task;
  task.signature.resize(kSignatureBytes);
  EXPECT_EQ(problem(task), "model_bytes is 0");
  task.model_bytes = kModelBytesMax + 1;
  EXPECT_EQ(problem(task), "model_bytes is 17179869185, at most 17179869184 is allowed");
  task.model_bytes = 1;
  task.curvature_probes = kCurvatureAnswersMax + 1;
  EXPECT_EQ(problem(task), "curvature_probes is 2001, at most 2000 is allowed");
  UpdateOffer offer;
  offer.update_bytes = 1;
  offer.report.curvature_samples = kSamplesMax + 1;
  EXPECT_EQ(problem(offer), "curvature_samples is 1099511627777, at most 1099511627776 is allowed");
  offer.update_bytes = kModelBytesMax + 1;
  EXPECT_EQ(problem(offer), "update_bytes is 17179869185, at most 17179869184 is allowed");
}

TEST(Envelope, BytesFollowExactlyWhenThereIsSomethingToReport) {
  UpdateOffer offer;
  EXPECT_NE(problem(offer), "accepted");
  offer.nothing_to_report = true;
  EXPECT_EQ(problem(offer), "accepted");
  offer.update_bytes = 1;
  EXPECT_NE(problem(offer), "accepted");
}

TEST(Envelope, TextsForPeopleBecomeOneBoundedLine) {
  const Error error =
      round_trip(Error{ErrorCode::kRefused, std::string("a\nb\x1b[2J\x7f") + std::string(9000, 'x')});
  EXPECT_EQ(error.text.size(), kTextBytesMax);
  EXPECT_EQ(error.text.substr(0, 9), "a b [2J x");
  EXPECT_EQ(round_trip(UpdateAnswer{0, 0, {}, false, "no\r\n"}).reason, "no  ");
}

TEST(Envelope, TimeLeftIsClampedToWhatTheWireAllows) {
  Task task;
  task.signature.resize(kSignatureBytes);
  task.model_bytes = 1;
  task.seconds_left = -3;
  EXPECT_EQ(round_trip(task).seconds_left, 0);
  task.seconds_left = std::numeric_limits<double>::infinity();
  EXPECT_EQ(round_trip(task).seconds_left, kSecondsMax);
}

TEST(Envelope, ASecondFrameBelongsToKindsThatHaveOne) {
  Frames extra = encode(Heartbeat{});
  extra.has_blob = true;
  EXPECT_EQ(decode(extra, Side::kClient).status().message(), "a second frame with a kind that has none");
  Frames missing = encode(Chunk{{}, 0, {1}});
  missing.has_blob = false;
  EXPECT_EQ(decode(missing, Side::kClient).status().message(), "a chunk without its second frame");
  Frames empty = encode(Chunk{{}, 0, {1}});
  empty.blob.clear();
  EXPECT_EQ(decode(empty, Side::kClient).status().message(), "a chunk without bytes");
  Frames longer = encode(Chunk{{}, 0, {1}});
  longer.blob.resize(kChunkBytes + 1);
  EXPECT_EQ(decode(longer, Side::kClient).status().message(),
            "chunk bytes is 262145, at most 262144 is allowed");
}

TEST(Envelope, AModelMayComeWithItsTaskAndAnUpdateWithItsOffer) {
  Task task;
  task.signature.resize(kSignatureBytes);
  task.model_bytes = 3;
  EXPECT_TRUE(round_trip(task).bytes.empty());
  EXPECT_FALSE(round_trip(task).update_with_offer);
  task.bytes = {7, 8, 9};
  task.update_with_offer = true;
  EXPECT_EQ(round_trip(task).bytes, (Bytes{7, 8, 9}));
  EXPECT_TRUE(round_trip(task).update_with_offer);
  UpdateOffer offer;
  offer.update_bytes = 2;
  offer.bytes = {1, 2};
  EXPECT_EQ(round_trip(offer).bytes, (Bytes{1, 2}));
}

TEST(Envelope, BytesThatComeAlongAreAsManyAsAnnounced) {
  Task task;
  task.signature.resize(kSignatureBytes);
  task.model_bytes = 4;
  task.bytes = {7, 8, 9};
  EXPECT_EQ(problem(task), "bytes with the task is 3 where 4 were announced");
  UpdateOffer offer;
  offer.update_bytes = 1;
  offer.bytes = {1, 2};
  EXPECT_EQ(problem(offer), "bytes with the offer is 2 where 1 were announced");
  offer.nothing_to_report = true;
  offer.update_bytes = 0;
  EXPECT_EQ(problem(offer), "bytes with the offer is 2 where 0 were announced");
  Frames empty = encode(Message(Task{task}));
  empty.blob.clear();
  EXPECT_EQ(decode(empty, Side::kClient).status().message(),
            "an empty second frame for the bytes with the task");
  Frames longer = encode(Message(Task{task}));
  longer.blob.resize(kChunkBytes + 1);
  EXPECT_EQ(decode(longer, Side::kClient).status().message(),
            "bytes with the task is 262145, at most 262144 is allowed");
}

TEST(Refusal, SeparatesVersionsFromBrokenMessages) {
  EXPECT_EQ(refusal(refused("v")).code, ErrorCode::kVersion);
  EXPECT_EQ(refusal(corrupt("b")).code, ErrorCode::kMalformed);
  EXPECT_EQ(refusal(corrupt("b")).text, "b");
}

}  // namespace
}  // namespace covey::wire
