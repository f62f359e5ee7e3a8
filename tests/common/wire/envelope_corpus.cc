// Writes one file per message kind: the side that receives it (one byte), then what the fuzzer splits into
// frames.
#include <fstream>
#include <iostream>

#include "tests/common/wire/random_messages.h"

namespace covey::wire {
namespace {

void write(const std::string& path, const Message& message) {
  const Frames frames = encode(message);
  std::ofstream out(path, std::ios::binary);
  out.put(static_cast<char>((receiver_of(message) == Side::kClient ? 1 : 0) | (frames.has_blob ? 2 : 0)));
  out.write(reinterpret_cast<const char*>(frames.envelope.data()),
            static_cast<std::streamsize>(frames.envelope.size()));
}

void write_all(const std::string& folder) {
  for (Message& message : RandomMessages(7).one_of_each()) {
    const std::string path = folder + "/kind_" + std::to_string(message.index());
    // Short, so that the fuzzer spends its time on structure.
    if (auto* welcome = std::get_if<Welcome>(&message)) welcome->settings.resize(32);
    if (auto* answer = std::get_if<UpdateAnswer>(&message)) answer->reason.resize(20, 'x');
    if (auto* error = std::get_if<Error>(&message)) error->text.resize(20, 'x');
    if (auto* chunk = std::get_if<Chunk>(&message)) chunk->bytes.resize(16);
    // The fuzzer's second frame has three bytes.
    if (auto* task = std::get_if<Task>(&message)) {
      task->bytes.clear();
      write(path, message);
      task->bytes.resize(task->model_bytes = 3);
      write(path + "_with_model", message);
    } else if (auto* offer = std::get_if<UpdateOffer>(&message)) {
      offer->report.pseudo_labels.resize(10);
      offer->report.curvature.resize(3);
      offer->bytes.clear();
      write(path + (offer->nothing_to_report ? "_empty" : ""), message);
      if (offer->nothing_to_report) continue;
      offer->bytes.resize(offer->update_bytes = 3);
      write(path + "_with_update", message);
    } else {
      write(path, message);
    }
  }
}

}  // namespace
}  // namespace covey::wire

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: envelope_corpus DIR\n";
    return 2;
  }
  covey::wire::write_all(argv[1]);
  return 0;
}
