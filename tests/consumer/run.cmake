# Installs the build BUILD into a folder of its own, looks whether everything is there, builds
# tests/consumer against it and runs the result.
set(folder "${BUILD}/tests/consumer")
set(prefix "${folder}/prefix")
file(REMOVE_RECURSE "${folder}")

function(run)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE code OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT code EQUAL 0)
    string(REPLACE ";" " " line "${ARGV}")
    message(FATAL_ERROR "${line}: ${code}\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

function(expect what actual wanted)
  if(NOT actual STREQUAL wanted)
    message(FATAL_ERROR "${what}: expected '${wanted}', got '${actual}'")
  endif()
endfunction()

# Every file of FOLDER that matches PATTERN is installed below TARGET.
function(expect_installed folder pattern target)
  set(source "${CMAKE_CURRENT_LIST_DIR}/../..")
  file(GLOB_RECURSE files RELATIVE "${source}/${folder}" "${source}/${folder}/${pattern}")
  foreach(file IN LISTS files)
    if(NOT EXISTS "${prefix}/${target}/${file}")
      message(FATAL_ERROR "${folder}/${file} is not installed in ${target}")
    endif()
  endforeach()
endfunction()

run("${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${prefix}" --config "${CONFIG}")
expect_installed(profiles *.toml share/p1rig/profiles)
expect_installed(captures *.toml share/p1rig/captures)
expect_installed(conformance/cases *.toml share/p1rig/conformance/cases)
expect_installed(conformance/readers *.toml share/p1rig/conformance/readers)
foreach(box protocol simulator conformance/judge)
  expect_installed(${box} *.h include/p1rig/${box})
endforeach()

run("${prefix}/bin/p1rig" --version)
string(FIND "${output}" "${VERSION}" place)
if(place EQUAL -1)
  message(FATAL_ERROR "p1rig --version does not say ${VERSION}: ${output}")
endif()

# The installed program takes its data from where it stands, not from the source tree.
file(COPY_FILE "${prefix}/share/p1rig/profiles/kaifa-ma304c.toml"
               "${prefix}/share/p1rig/profiles/only-installed.toml")
run("${CMAKE_COMMAND}" -E env --unset=P1RIG_DATA
    "${prefix}/bin/p1rig" render only-installed --at 2026-01-15T12:00:00Z)
string(FIND "${output}" "/KFM5KAIFA-METER\n\n1-3:0.2.8(42)\n" place) # CMake drops the CRs
expect("start of the installed profile's telegram" "${place}" 0)

run("${CMAKE_COMMAND}" -S "${CMAKE_CURRENT_LIST_DIR}" -B "${folder}/build" -G "${GENERATOR}"
    "-DCMAKE_PREFIX_PATH=${prefix}" "-DCMAKE_CXX_COMPILER=${CXX}" "-DCMAKE_CXX_FLAGS=${CXX_FLAGS}"
    "-DCMAKE_BUILD_TYPE=${CONFIG}" "-DWANTED_VERSION=${VERSION}")
run("${CMAKE_COMMAND}" --build "${folder}/build")
foreach(program consumer everything)
  run("${folder}/build/${program}")
  expect("${program}" "${output}" "01.193*kW\n")
endforeach()
