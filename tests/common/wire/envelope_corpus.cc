// Writes one file per message kind: the side that receives it (one byte), then what the fuzzer splits into
// frames.
#include <fstream>
#include <iostream>

#include "tests/common/wire/random_messages.h"

int main(int argc, char** argv) {
  using namespace covey;
  if (argc != 2) {
    std::cerr << "usage: envelope_corpus DIR\n";
    return 2;
  }
  for (wire::Message& message : wire::RandomMessages(7).one_of_each()) {
    // Short, so that the fuzzer spends its time on structure.
    if (auto* welcome = std::get_if<wire::Welcome>(&message)) welcome->settings.resize(32);
    if (auto* offer = std::get_if<wire::UpdateOffer>(&message)) offer->report.pseudo_labels.resize(10);
    if (auto* answer = std::get_if<wire::UpdateAnswer>(&message)) answer->reason.resize(20, 'x');
    if (auto* error = std::get_if<wire::Error>(&message)) error->text.resize(20, 'x');
    if (auto* chunk = std::get_if<wire::Chunk>(&message)) chunk->bytes.resize(16);
    const wire::Frames frames = wire::encode(message);
    std::string name = "kind_" + std::to_string(message.index());
    if (const auto* offer = std::get_if<wire::UpdateOffer>(&message); offer && offer->nothing_to_report)
      name += "_empty";
    std::ofstream out(std::string(argv[1]) + "/" + name, std::ios::binary);
    out.put(
        static_cast<char>((receiver_of(message) == wire::Side::kClient ? 1 : 0) | (frames.has_blob ? 2 : 0)));
    out.write(reinterpret_cast<const char*>(frames.envelope.data()),
              static_cast<std::streamsize>(frames.envelope.size()));
  }
  return 0;
}
