#include "common/quant/registry.h"

#include "common/quant/codecs/fp32.h"
#include "common/quant/codecs/ptq.h"

namespace covey::quant {

const Registry<CodecMaker>& codec_registry() {
  static const Registry<CodecMaker> registry = [] {
    Registry<CodecMaker> codecs("codec");
    codecs.add("fp32", make_fp32);
    codecs.add("ptq", make_ptq);
    return codecs;
  }();
  return registry;
}

Result<std::unique_ptr<const Codec>> make_codec(const std::string& name, const CodecOptions& options) {
  COVEY_ASSIGN_OR_RETURN(const CodecMaker make, codec_registry().find(name));
  return make(options);
}

Result<BodyReader> find_body_reader(Scheme scheme) {
  switch (scheme) {
    case Scheme::kRaw32:
      return BodyReader{read_raw32};
    case Scheme::kPtq:
      return BodyReader{read_ptq};
  }
  return corrupt("unknown scheme " + std::to_string(static_cast<int>(scheme)) +
                 "; known: 0 (raw32), 1 (PTQ)");
}

}  // namespace covey::quant
