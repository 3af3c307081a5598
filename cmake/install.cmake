# What `cmake --install` puts into a prefix, where programs written for DAOS look for it (docs/daos-api.md); and the
# package made of it: cmake --workflow --preset package.

include(GNUInstallDirs)

# On Debian /usr has its libraries in lib/<machine>, which is what programs probe there. Any other prefix has them in
# lib64, and links to them in lib: some programs look in the one, some in the other.
set(firn_lib ${CMAKE_INSTALL_LIBDIR})
if(CMAKE_INSTALL_LIBDIR STREQUAL "lib")
  set(firn_lib lib64)
endif()

install(DIRECTORY include/ TYPE INCLUDE)
install(TARGETS ${firn_c_library_targets} LIBRARY DESTINATION ${firn_lib})
set_target_properties(${firn_c_library_targets} PROPERTIES INSTALL_RPATH "$ORIGIN")
install(TARGETS firn RUNTIME)

file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/API_VERSION CONTENT "${firn_api_version}\n")
install(FILES ${CMAKE_BINARY_DIR}/API_VERSION DESTINATION ${firn_lib}/daos)
file(RELATIVE_PATH firn_prefix_from_pc /${firn_lib}/pkgconfig /)
string(REGEX REPLACE "/$" "" firn_prefix_from_pc "${firn_prefix_from_pc}")
configure_file(cmake/daos.pc.in ${CMAKE_BINARY_DIR}/daos.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/daos.pc DESTINATION ${firn_lib}/pkgconfig)
install(FILES LICENSE TYPE DOC)

if(firn_lib STREQUAL "lib64")
  list(JOIN firn_c_library_targets "|" firn_names)
  install(CODE "set(names \"^(${firn_names})\\\\.so|^daos\\\\.pc\")")
  install(CODE [[
    set(prefix "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}")
    foreach(folder lib lib/pkgconfig)
      string(REPLACE "lib" "lib64" real "${folder}")
      file(GLOB installed RELATIVE "${prefix}/${real}" "${prefix}/${real}/*")
      list(FILTER installed INCLUDE REGEX "${names}")
      string(REGEX REPLACE "[^/]+" ".." up "${folder}")
      file(MAKE_DIRECTORY "${prefix}/${folder}")
      foreach(name ${installed})
        file(CREATE_LINK "${up}/${real}/${name}" "${prefix}/${folder}/${name}" SYMBOLIC)
      endforeach()
    endforeach()
  ]])
endif()

file(STRINGS src/base/version.h firn_version REGEX "kVersion")
string(REGEX REPLACE ".*\"(.*)\".*" "\\1" firn_version "${firn_version}")
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME firn)
set(CPACK_PACKAGE_VERSION ${firn_version})
set(CPACK_PACKAGE_CONTACT "Firn developers <dev@firn.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Distributed object store with the DAOS API")
set(CPACK_PACKAGING_INSTALL_PREFIX ${CMAKE_INSTALL_PREFIX})
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${CMAKE_BINARY_DIR}/lib)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS uuid-dev)
include(CPack)
