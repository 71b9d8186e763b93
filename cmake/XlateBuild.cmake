# Compiler settings and the functions that declare libraries, tools and tests.

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

find_program(LLD NAMES ld.lld-19 ld.lld)
if(LLD)
  if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
    add_link_options(--ld-path=${LLD})
  else()
    get_filename_component(LLD_DIR ${LLD} DIRECTORY)
    add_link_options(-fuse-ld=lld)
  endif()
endif()

add_compile_options(-Wall -Wextra -Wno-unused-parameter -fno-exceptions -fno-rtti
  -fno-strict-aliasing -fvisibility=hidden -ffunction-sections -fdata-sections)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-Wno-restrict>) # false alarms of GCC 12
endif()
add_link_options(-Wl,--gc-sections)
if(XLATE_SANITIZE)
  add_compile_options(-fsanitize=${XLATE_SANITIZE} -fno-sanitize-recover=undefined
    -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${XLATE_SANITIZE})
endif()

# For libraries whose functions a guest's fault may leave without a return:
# ThreadSanitizer doesn't keep account of their calls (see XLATE_MAY_BE_LEFT).
function(xlate_may_be_left NAME)
  if(XLATE_SANITIZE MATCHES thread AND CMAKE_CXX_COMPILER_ID STREQUAL Clang)
    target_compile_options(${NAME} PRIVATE
      "SHELL:-mllvm -tsan-instrument-func-entry-exit=0")
  endif()
endfunction()

# xlate_library(NAME SOURCES... [DEPENDS LIBS...])
# Object libraries: primitives and semantics are reached through weak
# declarations, which would not pull members out of an archive.
function(xlate_library NAME)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
  add_library(${NAME} OBJECT ${ARG_SOURCES})
  add_dependencies(${NAME} xlate-gen)
  if(ARG_DEPENDS)
    target_link_libraries(${NAME} PUBLIC ${ARG_DEPENDS})
  endif()
endfunction()

# xlate_link(TARGET LIBS...): links object libraries into a program.
function(xlate_link TARGET)
  foreach(LIB ${ARGN})
    target_link_libraries(${TARGET} PRIVATE ${LIB})
  endforeach()
endfunction()
