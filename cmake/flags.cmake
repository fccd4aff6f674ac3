# Warnings, hardening and sanitizers, on one INTERFACE target that every target of ours links.
add_library(muster_flags INTERFACE)
target_compile_features(muster_flags INTERFACE cxx_std_20)
target_include_directories(muster_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(muster_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast -Wnon-virtual-dtor
  -Woverloaded-virtual -Wcast-align -Wunused -Wnull-dereference -Wdouble-promotion -Wformat=2
  -Wimplicit-fallthrough -Wswitch-enum)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(muster_flags INTERFACE
    -Wmisleading-indentation -Wduplicated-cond -Wduplicated-branches -Wlogical-op -Wuseless-cast
    -fstack-protector-strong -fstack-clash-protection -fcf-protection)
endif()
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  # The std::stable_sort of libstdc++ 12 calls a function that clang 19 reports as deprecated, in our translation unit.
  target_compile_options(muster_flags INTERFACE -Wno-deprecated-declarations)
endif()
target_compile_definitions(muster_flags INTERFACE _GLIBCXX_ASSERTIONS)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
  # With optimisation g++ 12 sees these three in the code of its own std::string and std::optional (GCC bugs 105329,
  # 105562, 105651); Clang and the sanitizers look for the same mistakes.
  target_compile_options(muster_flags INTERFACE -Wno-null-dereference -Wno-restrict -Wno-maybe-uninitialized)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_options(muster_flags INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
  target_link_options(muster_flags INTERFACE -Wl,-z,relro,-z,now)
endif()
if(MUSTER_SANITIZE)
  target_compile_options(muster_flags INTERFACE
    -fsanitize=${MUSTER_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(muster_flags INTERFACE -fsanitize=${MUSTER_SANITIZE})
endif()
if(MUSTER_FUZZ)
  # Coverage of the code under test steers libFuzzer; only the harness itself links its main.
  target_compile_options(muster_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
