# Reading the standard library's headers is a third of a clean build: each set of compiler flags reads them once.
set(standard_headers
  <algorithm> <array> <chrono> <cstdint> <functional> <map> <memory> <optional> <ranges> <set> <span> <string>
  <string_view> <unordered_map> <utility> <variant> <vector>)
# ccache has to see the header behind the precompiled one.
target_compile_options(muster_flags INTERFACE -fpch-preprocess)
# Inside its own std::string, like those in flags.cmake (GCC bug 105329); from a precompiled header g++ 12 also says so.
target_compile_options(muster_flags INTERFACE -Wno-stringop-overflow)

target_precompile_headers(muster_core PRIVATE ${standard_headers})
foreach(library
    muster_text muster_policy muster_lint muster_prover muster_iac muster_capability muster_intent muster_checks)
  target_precompile_headers(${library} REUSE_FROM muster_core)
endforeach()
target_precompile_headers(muster_report PRIVATE ${standard_headers} <nlohmann/json.hpp>)
foreach(library muster_app muster_store)
  target_precompile_headers(${library} REUSE_FROM muster_report)
endforeach()
