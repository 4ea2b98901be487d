# p1rig_box(NAME [FOLDERS folder...] [LINK library...] [PRIVATE library...])
#
# One static library from the .cpp files of the current folder. Subfolders are boxes of their own, but
# for those in FOLDERS.
# LINK names the boxes and libraries that its headers may mention; PRIVATE those that only its .cpp
# files use. Includes are written from the project's root: #include "protocol/obis.h".

set(P1RIG_WARNINGS
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
    -Wnull-dereference -Wnon-virtual-dtor -Woverloaded-virtual)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # Once it inlines, GCC 12 sees overlaps in every "literal" + std::string (GCC bug 105651), and null
  # pointers in streams, vectors and Boost.Asio.
  list(APPEND P1RIG_WARNINGS -Wno-restrict -Wno-null-dereference)
endif()
if(P1RIG_WERROR)
  list(APPEND P1RIG_WARNINGS -Werror)
endif()

# p1rig_precompiled(NAME library...): the standard library and fmt, and of the given libraries the
# headers in PRECOMPILE, compiled once for all targets that p1rig_precompile(TARGET NAME) gives them.
# Off by default, and in the release preset, where a missing #include is seen.
function(p1rig_precompiled name)
  cmake_parse_arguments(PCH "" "" "PRECOMPILE" ${ARGN})
  if(NOT P1RIG_PRECOMPILE)
    return()
  endif()
  set(source "${PROJECT_BINARY_DIR}/${name}.cpp")
  file(CONFIGURE OUTPUT "${source}" CONTENT "")
  add_library(${name} OBJECT "${source}")
  target_compile_options(${name} PRIVATE ${P1RIG_WARNINGS})
  target_link_libraries(${name} PRIVATE ${PCH_UNPARSED_ARGUMENTS})
  target_precompile_headers(${name} PRIVATE
    <algorithm> <array> <chrono> <charconv> <cstdint> <filesystem> <fstream> <functional> <map>
    <memory> <optional> <set> <span> <sstream> <string> <string_view> <utility> <vector>
    <fmt/format.h> ${PCH_PRECOMPILE})
endfunction()

function(p1rig_precompile target name)
  if(P1RIG_PRECOMPILE)
    target_precompile_headers(${target} REUSE_FROM ${name})
    # As it was when fmt's headers were compiled, also for a target that does not link fmt.
    target_compile_definitions(${target} PRIVATE FMT_SHARED)
  endif()
endfunction()

# p1rig_together(TARGET [ALONE file or glob...]): its .cpp files are compiled eight at a time, which
# halves the work: most of it is their headers. ALONE names those that cannot: with a private name that
# another one has too, or a class that is seen outside with a member that is not (-Wsubobject-linkage).
function(p1rig_together target)
  cmake_parse_arguments(TOGETHER "" "" "ALONE" ${ARGN})
  set_target_properties(${target} PROPERTIES
    UNITY_BUILD "${P1RIG_TOGETHER}" UNITY_BUILD_BATCH_SIZE 8)
  foreach(glob IN LISTS TOGETHER_ALONE)
    file(GLOB files CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${glob}")
    list(APPEND alone ${files})
  endforeach()
  set_source_files_properties(${alone} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()

function(p1rig_box name)
  cmake_parse_arguments(BOX "" "" "FOLDERS;LINK;PRIVATE" ${ARGN})
  list(TRANSFORM BOX_FOLDERS PREPEND "${CMAKE_CURRENT_SOURCE_DIR}/")
  set(sources)
  set(headers)
  foreach(folder "${CMAKE_CURRENT_SOURCE_DIR}" ${BOX_FOLDERS})
    file(GLOB found CONFIGURE_DEPENDS "${folder}/*.cpp")
    list(APPEND sources ${found})
    file(GLOB found CONFIGURE_DEPENDS "${folder}/*.h")
    list(APPEND headers ${found})
  endforeach()
  add_library(${name} STATIC ${sources})
  target_sources(${name} PUBLIC FILE_SET HEADERS BASE_DIRS "${PROJECT_SOURCE_DIR}" FILES ${headers})
  target_compile_options(${name} PRIVATE ${P1RIG_WARNINGS})
  target_link_libraries(${name} PUBLIC ${BOX_LINK} PRIVATE ${BOX_PRIVATE})
  p1rig_precompile(${name} p1rig_headers)
  set_target_properties(${name} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)

  # Users of the installed libraries write p1rig::protocol for p1rig_protocol.
  string(REPLACE p1rig_ "" short_name ${name})
  add_library(p1rig::${short_name} ALIAS ${name})
  set_target_properties(${name} PROPERTIES EXPORT_NAME ${short_name})
  install(TARGETS ${name} EXPORT p1rigTargets
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development
    FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/p1rig COMPONENT development)
endfunction()
