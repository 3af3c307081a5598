# The libraries of the DAOS API. What they export is listed in src/capi/exports.txt; everything else stays inside.

# firn_c_library(<name> SOVERSION <number> VERSION <x.y.z> ROOM <room>): lib<name>.so with the room's code. Its names in
# exports.txt get the version FIRN_<NAME>_<SOVERSION>.
function(firn_c_library name)
  cmake_parse_arguments(arg "" "SOVERSION;VERSION;ROOM" "" ${ARGN})
  set(exports ${CMAKE_SOURCE_DIR}/src/capi/exports.txt)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${exports})
  file(STRINGS ${exports} lines REGEX "^${name} ")
  list(TRANSFORM lines REPLACE "^[a-z0-9]+ ([^ ]+) .*" "\\1")
  string(JOIN ";\n    " names ${lines})
  string(TOUPPER "FIRN_${name}_${arg_SOVERSION}" version)
  set(script ${CMAKE_BINARY_DIR}/lib${name}.map)
  file(WRITE ${script} "${version} {\n  global:\n    ${names};\n  local: *;\n};\n")

  set_target_properties(firn_${arg_ROOM} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  add_library(${name} SHARED $<TARGET_OBJECTS:firn_${arg_ROOM}>)
  set_target_properties(${name} PROPERTIES
    LINKER_LANGUAGE CXX VERSION ${arg_VERSION} SOVERSION ${arg_SOVERSION}
    LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib LINK_DEPENDS ${script})
  target_link_options(${name} PRIVATE -Wl,--version-script=${script})
endfunction()
