# Rule entries and dated data become C++ tables. The generator validates each entry: an unknown key, a missing one,
# or an id that is not its file name is a build error.
add_executable(muster_embed cmake/embed.cpp)
target_compile_features(muster_embed PRIVATE cxx_std_20)
target_link_libraries(muster_embed PRIVATE nlohmann_json)

file(GLOB rule_files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/rules/*/*.json ${PROJECT_SOURCE_DIR}/rules/data/*)
set(rules_cpp ${CMAKE_BINARY_DIR}/generated/rules.cpp)
add_custom_command(
  OUTPUT ${rules_cpp}
  COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/generated
  COMMAND muster_embed rules ${PROJECT_SOURCE_DIR}/rules ${rules_cpp}
  DEPENDS muster_embed ${rule_files}
  COMMENT "Embedding rules and data"
  VERBATIM)
# The standard asks for literals up to 64 KiB only; g++ and clang take the action catalogue's megabyte all the same.
set_source_files_properties(${rules_cpp} PROPERTIES COMPILE_OPTIONS -Wno-overlength-strings)
add_library(muster_rules OBJECT ${rules_cpp})
target_link_libraries(muster_rules PUBLIC muster_flags)

# Templates and style of the HTML report: no file is read at run time.
file(GLOB report_files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/report/templates/* ${PROJECT_SOURCE_DIR}/report/assets/*)
set(report_cpp ${CMAKE_BINARY_DIR}/generated/report_files.cpp)
add_custom_command(
  OUTPUT ${report_cpp}
  COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/generated
  COMMAND muster_embed files ${report_cpp} ${report_files}
  DEPENDS muster_embed ${report_files}
  COMMENT "Embedding report templates"
  VERBATIM)
