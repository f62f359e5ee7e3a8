# cmake -DFILE=F -DOUTPUT=O.cc -DNAME=kText -DNAMESPACE=a::b -DHEADER=x/embedded.h -P embed.cmake
# Writes a source that holds the bytes of F. Numbers, not a string: compilers limit the length of strings, and nothing in F has to
# be escaped.
file(READ "${FILE}" bytes HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
file(WRITE "${OUTPUT}" "// Written by cmake/embed.cmake from ${FILE}.
#include \"${HEADER}\"

namespace {
const unsigned char bytes[] = {
${bytes}
};
}  // namespace

const std::string_view ${NAMESPACE}::${NAME}(reinterpret_cast<const char*>(bytes), sizeof(bytes));
")
