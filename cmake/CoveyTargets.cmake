# Every folder is one library target: covey_<name> with the alias covey::<name>. Link by alias only.

get_filename_component(COVEY_SOURCE_DIR "${CMAKE_CURRENT_LIST_DIR}/.." ABSOLUTE)

find_program(COVEY_CCACHE ccache)
if(COVEY_CCACHE)
  # A precompiled header is cached only when its time stamps and defines are not part of the key.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      ${COVEY_CCACHE})
endif()

add_library(covey_flags INTERFACE)
target_compile_features(covey_flags INTERFACE cxx_std_17)
target_include_directories(covey_flags INTERFACE "${COVEY_SOURCE_DIR}")
# No contraction into fused multiply-adds: the same source must give the same bits on every code path.
target_compile_options(covey_flags INTERFACE -ffp-contract=off -Wall -Wextra -Wpedantic -Wshadow -Wconversion
                                             -Wnon-virtual-dtor -Woverloaded-virtual)
if(COVEY_WERROR)
  target_compile_options(covey_flags INTERFACE -Werror)
endif()
if(COVEY_FUZZ)
  # Coverage for everything: without it libFuzzer is blind outside the target's own file.
  target_compile_options(covey_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(COVEY_SANITIZE)
  target_compile_options(covey_flags INTERFACE -fsanitize=${COVEY_SANITIZE} -fno-omit-frame-pointer
                                               -fno-sanitize-recover=all)
  target_link_options(covey_flags INTERFACE -fsanitize=${COVEY_SANITIZE})
endif()

# Files that call LibTorch spend their time inside it, and tests run once: -O3 would double the time that they take to
# compile. Covey's own arithmetic (data, quant, average) is in neither.
set(COVEY_GLUE_FLAGS $<$<CONFIG:Release>:-O1>)

# covey_precompiled_header(name a.h library...): target covey_<name>_pch, whose precompiled header others reuse.
function(covey_precompiled_header name header)
  set(source "${PROJECT_BINARY_DIR}/${name}_pch.cc")
  file(CONFIGURE OUTPUT "${source}" CONTENT "// Holds a precompiled header that other targets reuse.\n")
  add_library(covey_${name}_pch STATIC "${source}")
  target_link_libraries(covey_${name}_pch PUBLIC covey_flags ${ARGN})
  target_precompile_headers(covey_${name}_pch PRIVATE "${header}")
endfunction()

# covey_unity(target): compiles its sources several at a time, where COVEY_UNITY asks for it. Even precompiled, LibTorch's headers
# cost three seconds a compilation, most of it for templates that are instantiated anew each time.
function(covey_unity target)
  if(COVEY_UNITY)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 5)
  endif()
endfunction()

# covey_library(name SOURCES a.cc ... DEPS covey::base ... [TORCH [PLAIN b.cc ...]])
#   TORCH: the folder uses LibTorch; its sources share one precompiled LibTorch header.
#   PLAIN: those that do not need it, and compile three seconds faster without.
function(covey_library name)
  cmake_parse_arguments(ARG "TORCH" "" "SOURCES;PLAIN;DEPS" ${ARGN})
  add_library(covey_${name} STATIC ${ARG_SOURCES} ${ARG_PLAIN})
  if(ARG_PLAIN)
    set_source_files_properties(${ARG_PLAIN} PROPERTIES SKIP_PRECOMPILE_HEADERS ON SKIP_UNITY_BUILD_INCLUSION ON)
  endif()
  add_library(covey::${name} ALIAS covey_${name})
  target_link_libraries(covey_${name} PUBLIC covey_flags ${ARG_DEPS})
  if(ARG_TORCH)
    target_link_libraries(covey_${name} PUBLIC covey_torch)
    target_precompile_headers(covey_${name} REUSE_FROM covey_torch_pch)
    covey_unity(covey_${name})
  endif()
endfunction()

# covey_embed(name NAMESPACE a::b HEADER "x/embedded.h" NAME kText FILE page.html): puts a file's bytes into library `name` as the
# std::string_view that the header declares.
function(covey_embed name)
  cmake_parse_arguments(ARG "" "NAMESPACE;HEADER;NAME;FILE" "" ${ARGN})
  set(script "${COVEY_SOURCE_DIR}/cmake/embed.cmake")
  set(output "${CMAKE_CURRENT_BINARY_DIR}/${ARG_NAME}.cc")
  add_custom_command(
    OUTPUT "${output}"
    COMMAND "${CMAKE_COMMAND}" -DFILE=${ARG_FILE} -DOUTPUT=${output} -DNAME=${ARG_NAME} -DNAMESPACE=${ARG_NAMESPACE}
            -DHEADER=${ARG_HEADER} -P "${script}"
    DEPENDS "${ARG_FILE}" "${script}"
    VERBATIM)
  target_sources(covey_${name} PRIVATE "${output}")
endfunction()

# covey_executable(name main.cc library): a program that people run, in the build's root.
function(covey_executable name source library)
  add_executable(${name} ${source})
  target_link_libraries(${name} PRIVATE covey_flags ${library})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}")
  install(TARGETS ${name} RUNTIME DESTINATION bin)
endfunction()

# covey_test(name SOURCES a_test.cc ... DEPS covey::x ... [TORCH]): one GoogleTest program, one ctest entry. Its sources share a
# precompiled header: LibTorch's, or GoogleTest's. It runs on the CPU and one thread, unless it says GPU.
function(covey_test name)
  cmake_parse_arguments(ARG "TORCH;GPU" "TIMEOUT" "SOURCES;DEPS;ARGS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE covey_flags ${ARG_DEPS} GTest::gmock GTest::gtest GTest::gtest_main)
  if(ARG_TORCH)
    target_link_libraries(${name} PRIVATE covey_torch)
    target_precompile_headers(${name} REUSE_FROM covey_torch_pch)
    covey_unity(${name})
  else()
    target_precompile_headers(${name} REUSE_FROM covey_gtest_pch)
  endif()
  target_compile_options(${name} PRIVATE ${COVEY_GLUE_FLAGS})
  target_compile_definitions(${name} PRIVATE COVEY_SOURCE_DIR="${COVEY_SOURCE_DIR}")
  add_test(NAME ${name} COMMAND ${name} ${ARG_ARGS})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT})
  if(NOT ARG_GPU)
    set_tests_properties(${name} PROPERTIES ENVIRONMENT "CUDA_VISIBLE_DEVICES=;OMP_NUM_THREADS=1")
  endif()
endfunction()

# Some builds of LibTorch bring the headers of an fmt of their own, which spdlog must not find before the one that it is built with.
function(covey_fmt_first)
  get_target_property(folders fmt::fmt INTERFACE_INCLUDE_DIRECTORIES)
  find_path(fmt_folder fmt/format.h PATHS ${folders} NO_CACHE NO_DEFAULT_PATH)
  find_path(fmt_folder fmt/format.h NO_CACHE REQUIRED)
  file(REAL_PATH "${fmt_folder}" fmt_folder)
  foreach(folder ${TORCH_INCLUDE_DIRS})
    file(REAL_PATH "${folder}" folder)
    if(EXISTS "${folder}/fmt" AND NOT folder STREQUAL fmt_folder)
      file(MAKE_DIRECTORY "${PROJECT_BINARY_DIR}/fmt_first")
      file(CREATE_LINK "${fmt_folder}/fmt" "${PROJECT_BINARY_DIR}/fmt_first/fmt" SYMBOLIC)
      include_directories(BEFORE SYSTEM "${PROJECT_BINARY_DIR}/fmt_first")
    endif()
  endforeach()
endfunction()

if(COVEY_TORCH)
  # LibTorch's headers cost about ten CPU-seconds a file; they are compiled once.
  add_library(covey_torch INTERFACE)
  covey_fmt_first()
  target_include_directories(covey_torch SYSTEM INTERFACE ${TORCH_INCLUDE_DIRS})
  # Some builds of LibTorch export parts of an older libstdc++ (std::filesystem) that do not work outside it: the system's comes first, by
  # its full name, because a compiler that brings its own finds an archive under -lstdc++, of which nothing is taken here.
  target_link_options(covey_torch INTERFACE "SHELL:-Wl,--push-state,--no-as-needed -l:libstdc++.so.6 -Wl,--pop-state")
  target_link_libraries(covey_torch INTERFACE ${TORCH_LIBRARIES})
  separate_arguments(covey_torch_flags UNIX_COMMAND "${TORCH_CXX_FLAGS}")
  target_compile_options(covey_torch INTERFACE ${covey_torch_flags} ${COVEY_GLUE_FLAGS})
  covey_precompiled_header(torch "${COVEY_SOURCE_DIR}/common/nn/torch.h" covey_torch)
endif()
