# p1rig_box(NAME [LINK library...] [PRIVATE library...])
#
# One static library from the .cpp files of the current folder (subfolders are boxes of their own).
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

function(p1rig_box name)
  cmake_parse_arguments(BOX "" "" "LINK;PRIVATE" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cpp")
  file(GLOB headers CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.h")
  add_library(${name} STATIC ${sources})
  target_sources(${name} PUBLIC FILE_SET HEADERS BASE_DIRS "${PROJECT_SOURCE_DIR}" FILES ${headers})
  target_compile_options(${name} PRIVATE ${P1RIG_WARNINGS})
  target_link_libraries(${name} PUBLIC ${BOX_LINK} PRIVATE ${BOX_PRIVATE})
  set_target_properties(${name} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)

  # Users of the installed libraries write p1rig::protocol for p1rig_protocol.
  string(REPLACE p1rig_ "" short_name ${name})
  add_library(p1rig::${short_name} ALIAS ${name})
  set_target_properties(${name} PROPERTIES EXPORT_NAME ${short_name})
  install(TARGETS ${name} EXPORT p1rigTargets
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development
    FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/p1rig COMPONENT development)
endfunction()
