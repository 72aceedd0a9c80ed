# tocsin_library(), tocsin_test(), tocsin_bench(): the only ways to declare a target here.

# Flags of our own code. Outside headers are SYSTEM, so that their warnings stay theirs.
add_library(tocsin_flags INTERFACE)
target_include_directories(tocsin_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(tocsin_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor
  -Woverloaded-virtual -Wcast-qual -Wformat=2 -Wimplicit-fallthrough -Wundef -Werror
  # Results must not depend on the machine: no contraction of a*b+c into one rounding.
  -ffp-contract=off
  -pthread)
target_link_options(tocsin_flags INTERFACE -pthread)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 reports std::optional and std::variant moves that clang proves initialised.
  target_compile_options(tocsin_flags INTERFACE -Wno-maybe-uninitialized)
endif()
# Links in a fifth of the time; the same programs come out without it.
find_program(TOCSIN_LLD ld.lld)
if(TOCSIN_LLD)
  target_link_options(tocsin_flags INTERFACE -fuse-ld=lld)
endif()
if(TOCSIN_SANITIZE)
  target_compile_options(tocsin_flags INTERFACE
    -fsanitize=${TOCSIN_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(tocsin_flags INTERFACE -fsanitize=${TOCSIN_SANITIZE})
endif()

# tocsin_library(name SOURCES … [DEPS …] [PRIVATE_DEPS …])
# DEPS mirror the arrows of docs/architecture.md; tests/tidy checks the includes against them.
function(tocsin_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPS;PRIVATE_DEPS" ${ARGN})
  add_library(tocsin_${name} STATIC ${arg_SOURCES})
  target_link_libraries(tocsin_${name} PUBLIC tocsin_flags ${arg_DEPS} PRIVATE ${arg_PRIVATE_DEPS})
  tocsin_precompile(tocsin_${name})
endfunction()

# The standard headers, precompiled once and shared by all.
if(TOCSIN_PCH)
  add_library(tocsin_pch OBJECT ${PROJECT_SOURCE_DIR}/cmake/pch.cc)
  target_link_libraries(tocsin_pch PUBLIC tocsin_flags)
  target_precompile_headers(tocsin_pch PRIVATE ${PROJECT_SOURCE_DIR}/engine/base/pch_std.h)
endif()
function(tocsin_precompile target)
  if(TOCSIN_PCH)
    target_precompile_headers(${target} REUSE_FROM tocsin_pch)
  endif()
endfunction()

# tocsin_test(name SOURCES … DEPS …): one GoogleTest program, run as one ctest named after it.
function(tocsin_test name)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_DEPS} tocsin_test_support GTest::gtest GTest::gtest_main)
  tocsin_precompile(${name})
  add_test(NAME ${name} COMMAND ${name})
endfunction()
