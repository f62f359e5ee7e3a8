#include "common/quant/registry.h"

#include "common/quant/codecs/auto.h"
#include "common/quant/codecs/bhq.h"
#include "common/quant/codecs/eden.h"
#include "common/quant/codecs/fp32.h"
#include "common/quant/codecs/group.h"
#include "common/quant/codecs/psq.h"
#include "common/quant/codecs/ptq.h"
#include "common/quant/codecs/ptq_zero.h"
#include "common/quant/codecs/qsgd.h"
#include "common/quant/codecs/sym.h"
#include "common/quant/codecs/topk.h"
#include "common/quant/codecs/zstd.h"

namespace covey::quant {

const Registry<CodecMaker>& codec_registry() {
  static const Registry<CodecMaker> registry = [] {
    Registry<CodecMaker> codecs("codec");
    codecs.add("auto", make_auto);
    codecs.add("bhq", make_bhq);
    codecs.add("eden", make_eden);
    codecs.add("fp32", make_fp32);
    codecs.add("group", make_group);
    codecs.add("psq", make_psq);
    codecs.add("ptq", make_ptq);
    codecs.add("ptq-zero", make_ptq_zero);
    codecs.add("qsgd", make_qsgd);
    codecs.add("sym", make_sym);
    codecs.add("topk", make_topk);
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
    case Scheme::kPsq:
      return BodyReader{read_psq};
    case Scheme::kBhq:
      return BodyReader{read_bhq};
    case Scheme::kSymCh:
      return BodyReader{read_sym};
    case Scheme::kGroup:
      return BodyReader{read_group};
    case Scheme::kQsgd:
      return BodyReader{read_qsgd};
    case Scheme::kEden:
      return BodyReader{read_eden};
    case Scheme::kTopk:
      return BodyReader{read_topk};
    case Scheme::kZstd:
      return BodyReader{read_zstd};
  }
  return corrupt(
      "unknown scheme " + std::to_string(static_cast<int>(scheme)) +
      "; known: 0 (raw32), 1 (PTQ), 2 (PSQ), 3 (BHQ), 4 (SYM_CH), 6 (GROUP), 7 (QSGD), 8 (EDEN), 9 (TOPK), "
      "10 (ZSTD)");
}

}  // namespace covey::quant
