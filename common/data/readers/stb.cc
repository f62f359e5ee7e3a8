// The one place where the bodies of stb's header-only decoders and encoders are compiled.
#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_WRITE_IMPLEMENTATION
#include "common/data/readers/stb.h"
