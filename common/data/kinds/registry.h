#pragma once

#include "common/base/registry.h"
#include "common/data/kinds/sample_kind.h"

namespace covey::data {

/// image | regions | text.
const Registry<const SampleKind*>& sample_kinds();

/// The kind of samples that a reader made, or that check_spec has seen.
const SampleKind& kind_of(const SampleFormat& format);

/// kInvalidArgument unless the sizes of `spec` are such as its kind may have, and the rest fits them.
Status check_spec(const DataSpec& spec);

}  // namespace covey::data
