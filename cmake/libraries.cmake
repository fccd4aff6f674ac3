# Third-party libraries as SYSTEM interface targets, so that their headers raise no warnings of ours.
find_package(OpenSSL REQUIRED COMPONENTS Crypto)

function(muster_library name header)
  find_path(${name}_include ${header} REQUIRED)
  add_library(${name} INTERFACE)
  target_include_directories(${name} SYSTEM INTERFACE ${${name}_include})
  foreach(library IN LISTS ARGN)
    find_library(${name}_${library}_library ${library} REQUIRED)
    target_link_libraries(${name} INTERFACE ${${name}_${library}_library})
  endforeach()
endfunction()

muster_library(yaml yaml.h yaml)
muster_library(nlohmann_json nlohmann/json.hpp)
muster_library(cli11 CLI/CLI.hpp)
muster_library(fmt fmt/core.h fmt)
# The Debian package's .pc file carries a wrong version, hence no pkg-config here.
muster_library(ctemplate ctemplate/template.h ctemplate)
find_package(Threads REQUIRED)
target_link_libraries(ctemplate INTERFACE Threads::Threads)
muster_library(sqlite3 sqlite3.h sqlite3)
muster_library(curl curl/curl.h curl)
muster_library(pugixml pugixml.hpp pugixml)
