# The helpers that turn folders into targets. Every one accepts a folder that is empty or not there yet.

set_property(GLOBAL PROPERTY firn_rooms "")

# firn_sources(<out> <folder> [MATCHING <regex>] [EXCEPT <regex>]): the .cc files below a folder.
function(firn_sources out folder)
  cmake_parse_arguments(arg "" "MATCHING;EXCEPT" "" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${folder}/*.cc)
  if(arg_MATCHING)
    list(FILTER sources INCLUDE REGEX "${arg_MATCHING}")
  endif()
  if(arg_EXCEPT)
    list(FILTER sources EXCLUDE REGEX "${arg_EXCEPT}")
  endif()
  set(${out} ${sources} PARENT_SCOPE)
endfunction()

# firn_room_targets(<out> [EXCEPT <rooms>]): the library targets of the rooms defined so far.
function(firn_room_targets out)
  cmake_parse_arguments(arg "" "" "EXCEPT" ${ARGN})
  get_property(rooms GLOBAL PROPERTY firn_rooms)
  if(arg_EXCEPT)
    list(REMOVE_ITEM rooms ${arg_EXCEPT})
  endif()
  list(TRANSFORM rooms PREPEND firn_)
  set(${out} ${rooms} PARENT_SCOPE)
endfunction()

# firn_test_binary(<name> LABEL <label> TIMEOUT <seconds> SOURCES <files> LIBS <targets>): one GoogleTest
# binary that is one ctest entry.
function(firn_test_binary name)
  cmake_parse_arguments(arg "" "LABEL;TIMEOUT" "SOURCES;LIBS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LIBS} firn_options GTest::gtest GTest::gmock GTest::gtest_main)
  add_test(NAME ${name} COMMAND ${name} --gtest_brief=1)
  set_tests_properties(${name} PROPERTIES LABELS ${arg_LABEL} TIMEOUT ${arg_TIMEOUT})
  if(NOT arg_LABEL STREQUAL "cluster")
    add_dependencies(firn_tests ${name})
  endif()
endfunction()

# firn_room(<name> DEPS <rooms and libraries>): library firn_<name> from src/<name>, and <name>_test from the
# *_test.cc beside its sources. Tests of rooms that use the runtime may also use the simulated one. Files that
# match firn_<name>_without are left out.
function(firn_room name)
  cmake_parse_arguments(arg "" "" "DEPS" ${ARGN})
  set(without "^$")  # matches no path
  if(firn_${name}_without)
    set(without "${firn_${name}_without}")
  endif()
  set_property(GLOBAL APPEND PROPERTY firn_rooms ${name})

  set(libs "")
  foreach(dep ${arg_DEPS})
    if(dep MATCHES "::")
      list(APPEND libs ${dep})
    else()
      list(APPEND libs firn_${dep})
    endif()
  endforeach()

  firn_sources(sources src/${name} EXCEPT "_(test|main)\\.cc$|${without}")
  if(sources)
    add_library(firn_${name} STATIC ${sources})
    target_link_libraries(firn_${name} PUBLIC ${libs} Threads::Threads PRIVATE firn_options)
    target_include_directories(firn_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
  else()
    add_library(firn_${name} INTERFACE)
    target_link_libraries(firn_${name} INTERFACE ${libs} Threads::Threads)
    target_include_directories(firn_${name} INTERFACE ${CMAKE_SOURCE_DIR}/src)
  endif()

  firn_sources(tests src/${name} MATCHING "_test\\.cc$" EXCEPT "${without}")
  if(tests AND BUILD_TESTING)
    set(test_libs firn_${name})
    if("runtime" IN_LIST arg_DEPS)
      list(APPEND test_libs firn_sim)
    endif()
    firn_test_binary(${name}_test LABEL unit TIMEOUT 300 SOURCES ${tests} LIBS ${test_libs})
  endif()
endfunction()

# firn_test_folder(<name> LABEL <label> TIMEOUT <seconds>): tests/<name>. All *_test.cc become <name>_tests,
# each foo_main.cc the program foo; the other .cc files are helpers linked into all of them.
function(firn_test_folder name)
  cmake_parse_arguments(arg "" "LABEL;TIMEOUT" "" ${ARGN})
  firn_room_targets(libs)
  firn_sources(helpers tests/${name} EXCEPT "_(test|main)\\.cc$")
  if(helpers)
    add_library(${name}_helpers OBJECT ${helpers})
    target_link_libraries(${name}_helpers PUBLIC ${libs} PRIVATE firn_options GTest::gtest GTest::gmock)
    list(PREPEND libs ${name}_helpers)
  endif()

  firn_sources(tests tests/${name} MATCHING "_test\\.cc$")
  if(tests)
    firn_test_binary(${name}_tests LABEL ${arg_LABEL} TIMEOUT ${arg_TIMEOUT} SOURCES ${tests} LIBS ${libs})
    if(TARGET firn AND arg_LABEL STREQUAL "cluster")
      add_dependencies(${name}_tests firn daos dmg)
      set_tests_properties(${name}_tests PROPERTIES ENVIRONMENT "FIRN_BINARY=$<TARGET_FILE:firn>")
    endif()
  endif()

  firn_sources(mains tests/${name} MATCHING "_main\\.cc$")
  foreach(main ${mains})
    get_filename_component(program ${main} NAME_WE)
    string(REGEX REPLACE "_main$" "" program ${program})
    add_executable(${program} ${main})
    target_link_libraries(${program} PRIVATE ${libs} firn_options GTest::gtest GTest::gmock)
  endforeach()
endfunction()

# firn_benchmarks(<folder>): each foo_bench.cc in it is the program foo_bench; other .cc files are linked into
# all. Folders below have their own CMakeLists.txt.
function(firn_benchmarks folder)
  firn_room_targets(libs EXCEPT sim)
  firn_sources(helpers ${folder} EXCEPT "/${folder}/.*/|_bench\\.cc$")
  firn_sources(benches ${folder} MATCHING "/${folder}/[^/]*_bench\\.cc$")
  foreach(bench ${benches})
    get_filename_component(program ${bench} NAME_WE)
    add_executable(${program} ${bench} ${helpers})
    target_link_libraries(${program} PRIVATE ${libs} firn_options benchmark::benchmark benchmark::benchmark_main)
  endforeach()
endfunction()

# firn_fuzzers(<folder>): each foo_fuzz.cc is the libFuzzer program foo_fuzz.
function(firn_fuzzers folder)
  firn_room_targets(libs)
  firn_sources(helpers ${folder} EXCEPT "_fuzz\\.cc$")
  firn_sources(fuzzers ${folder} MATCHING "_fuzz\\.cc$")
  foreach(fuzzer ${fuzzers})
    get_filename_component(program ${fuzzer} NAME_WE)
    add_executable(${program} ${fuzzer} ${helpers})
    target_link_libraries(${program} PRIVATE ${libs} firn_options)
    target_link_options(${program} PRIVATE -fsanitize=fuzzer)
    add_dependencies(firn_fuzzers ${program})
  endforeach()
endfunction()
