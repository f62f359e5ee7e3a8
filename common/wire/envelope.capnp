# The first frame of every message. FORMAT.md says how it is framed, limited and versioned.
# Numbers are part of the protocol: append, never renumber or reuse.
@0xac53a600e5d8592f;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("covey::wire::schema");

struct Envelope {
  major @0 :UInt16;
  minor @1 :UInt16;
  union {
    none @2 :Void;  # what bytes of zero read as; never sent
    enroll @3 :Enroll;
    hello @4 :Hello;
    heartbeat @5 :Void;
    chunkRequest @6 :ChunkRequest;
    updateOffer @7 :UpdateOffer;
    goodbye @8 :Void;
    chunk @9 :Chunk;
    enrolled @10 :Enrolled;
    welcome @11 :Welcome;
    task @12 :Task;
    updateAnswer @13 :UpdateAnswer;
    error @14 :Error;
    finished @15 :Finished;
  }
}

struct Enroll {
  token @0 :Text;
}

struct Hello {
  probe @0 :Data;  # 32 bytes
  samples @1 :UInt64;
  resuming @2 :Bool;
}

struct ChunkRequest {
  digest @0 :Data;  # 32 bytes
  offset @1 :UInt64;
  chunks @2 :UInt32;
}

struct Report {
  loss @0 :Float64;
  maskRate @1 :Float64;
  pseudoLabels @2 :List(UInt32);
  images @3 :UInt64;
  trainSeconds @4 :Float64;
  confidence @5 :Float64;  # since 1.1
  curvature @6 :List(Float64);  # since 1.2
  curvatureSamples @7 :UInt64;  # since 1.2
}

struct UpdateOffer {
  round @0 :UInt32;
  attempt @1 :UInt32;
  slot @2 :UInt32;
  model @3 :Data;  # 32 bytes
  nothingToReport @4 :Bool;
  update @5 :Data;  # 32 bytes
  updateBytes @6 :UInt64;
  report @7 :Report;
}

struct Chunk {  # the bytes are the second frame
  digest @0 :Data;  # 32 bytes
  offset @1 :UInt64;
}

struct Enrolled {
  user @0 :UInt32;
  signingKey @1 :Data;  # 32 bytes
}

struct Welcome {
  user @0 :UInt32;
  runId @1 :Data;  # 32 bytes
  settings @2 :Data;
  signature @3 :Data;  # 64 bytes
}

struct Task {
  round @0 :UInt32;
  attempt @1 :UInt32;
  slot @2 :UInt32;
  group @3 :UInt32;
  model @4 :Data;  # 32 bytes
  modelBytes @5 :UInt64;
  signature @6 :Data;  # 64 bytes
  countedBefore @7 :Bool;
  lastCountedRound @8 :UInt32;
  lastCountedAttempt @9 :UInt32;
  secondsLeft @10 :Float64;
  curvatureProbes @11 :UInt32;  # since 1.2
  updateWithOffer @12 :Bool;  # since 1.5
}

struct UpdateAnswer {
  round @0 :UInt32;
  attempt @1 :UInt32;
  update @2 :Data;  # 32 bytes
  accepted @3 :Bool;
  reason @4 :Text;
}

struct Error {
  code @0 :UInt16;
  text @1 :Text;
}

struct Finished {
  rounds @0 :UInt32;
}
