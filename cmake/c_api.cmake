# The libraries of the DAOS API. What they export is listed in src/capi/exports.txt; everything else stays inside.
#
# libgurt and libdaos both have gurt's functions, with the same version FIRN_GURT_4, so a process uses one copy. The
# code behind libdfs, libduns and libds3 is in libdaos too, as "firn_" and their names, with a version that only
# libraries of the same release ask for; they themselves are jumps to it (src/capi/entries.S).

set(firn_api_version 2.8.0)
set(firn_private_node FIRN_PRIVATE_2_8_0)
set(firn_c_library_targets libgurt libdaos libdfs libduns libds3 libdaos_common libcart)
set(firn_exports ${CMAKE_SOURCE_DIR}/src/capi/exports.txt)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${firn_exports})

# firn_exported(<out> <library>): the names that exports.txt lists for it.
function(firn_exported out library)
  file(STRINGS ${firn_exports} lines REGEX "^${library} ")
  list(TRANSFORM lines REPLACE "^[a-z0-9]+ ([^ ]+) .*" "\\1")
  set(${out} ${lines} PARENT_SCOPE)
endfunction()

# firn_version_node(<library> <node> <names>...): gives the names that version in the library. Of the rest nothing is
# exported.
function(firn_version_node library node)
  get_property(script GLOBAL PROPERTY firn_${library}_script)
  string(JOIN ";\n    " names ${ARGN})
  set(others "")
  if(NOT script)
    set(others "  local: *;\n")
  endif()
  set_property(GLOBAL APPEND_STRING PROPERTY firn_${library}_script
    "${node} {\n  global:\n    ${names};\n${others}};\n")
endfunction()

# firn_c_library(<name> [VERSION <x.y.z> SOVERSION <number>] [SOURCES <files>] [ROOMS <rooms>]): target lib<name>:
# lib<name>.so of the sources, all code of the rooms, and what they need. Its version nodes were given before.
function(firn_c_library name)
  cmake_parse_arguments(arg "" "VERSION;SOVERSION" "SOURCES;ROOMS" ${ARGN})
  get_property(content GLOBAL PROPERTY firn_${name}_script)
  set(script ${CMAKE_BINARY_DIR}/lib${name}.map)
  file(CONFIGURE OUTPUT ${script} CONTENT "@content@" @ONLY)
  add_library(lib${name} SHARED ${arg_SOURCES})
  foreach(room ${arg_ROOMS})
    target_sources(lib${name} PRIVATE $<TARGET_OBJECTS:firn_${room}>)
    target_link_libraries(lib${name} PRIVATE firn_${room})
  endforeach()
  set_target_properties(lib${name} PROPERTIES
    OUTPUT_NAME ${name} LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib LINK_DEPENDS ${script})
  if(arg_ROOMS)
    set_target_properties(lib${name} PROPERTIES LINKER_LANGUAGE CXX)
  else()
    set_target_properties(lib${name} PROPERTIES LINKER_LANGUAGE C)
  endif()
  if(arg_SOVERSION)
    set_target_properties(lib${name} PROPERTIES VERSION ${arg_VERSION} SOVERSION ${arg_SOVERSION})
  endif()
  target_link_options(lib${name} PRIVATE -Wl,--version-script=${script})
  if(NOT FIRN_SANITIZE)
    target_link_options(lib${name} PRIVATE -Wl,-z,defs)
  endif()
endfunction()

# firn_c_face(<name>): lib<name>.so, jumps to libdaos.
function(firn_c_face name)
  firn_exported(names ${name})
  string(TOUPPER FIRN_${name} node)
  firn_version_node(${name} ${node} ${names})
  list(TRANSFORM names PREPEND "ENTRY ")
  string(JOIN "\n" entries "#include \"capi/entries.S\"" ${names})
  set(source ${CMAKE_BINARY_DIR}/${name}_entries.S)
  file(CONFIGURE OUTPUT ${source} CONTENT "@entries@\n" @ONLY)
  set_source_files_properties(${source} PROPERTIES OBJECT_DEPENDS ${CMAKE_SOURCE_DIR}/src/capi/entries.S)
  firn_c_library(${name} SOURCES ${source})
  target_include_directories(lib${name} PRIVATE ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(lib${name} PRIVATE libdaos)
endfunction()

# firn_c_shim(<name>): lib<name>.so without a function, for link lines that name it; it brings libdaos.
function(firn_c_shim name)
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/${name}_shim.c CONTENT "" @ONLY)
  add_library(lib${name} SHARED ${CMAKE_BINARY_DIR}/${name}_shim.c)
  set_target_properties(lib${name} PROPERTIES
    OUTPUT_NAME ${name} LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib)
  target_link_libraries(lib${name} PRIVATE libdaos)
  target_link_options(lib${name} PRIVATE -Wl,--no-as-needed)
endfunction()

# firn_c_libraries(): all of them.
function(firn_c_libraries)
  firn_exported(gurt_names gurt)
  firn_version_node(gurt FIRN_GURT_4 ${gurt_names})
  firn_c_library(gurt VERSION 4.9.0 SOVERSION 4 ROOMS gurt)

  firn_exported(daos_names daos)
  firn_version_node(daos FIRN_DAOS_2 ${daos_names})
  firn_version_node(daos FIRN_GURT_4 ${gurt_names})
  set(faces dfs duns ds3)
  foreach(face ${faces})
    firn_exported(names ${face})
    list(APPEND face_names ${names})
  endforeach()
  list(TRANSFORM face_names PREPEND firn_ OUTPUT_VARIABLE private_names)
  firn_version_node(daos ${firn_private_node} ${private_names})
  firn_c_library(daos VERSION ${firn_api_version} SOVERSION 2 ROOMS gurt capi)
  foreach(name ${face_names})
    target_link_options(libdaos PRIVATE -Wl,--defsym=firn_${name}=${name})
  endforeach()

  foreach(face ${faces})
    firn_c_face(${face})
  endforeach()
  foreach(shim daos_common cart)
    firn_c_shim(${shim})
  endforeach()
endfunction()
