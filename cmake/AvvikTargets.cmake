# How every target of ours is built: avvik_library, avvik_binary, avvik_test, and the migrations of a
# library or service, embedded in its code.

set(AVVIK_SANITIZE "" CACHE STRING "address (with undefined) or thread")
set_property(CACHE AVVIK_SANITIZE PROPERTY STRINGS "" address thread)
if(AVVIK_SANITIZE STREQUAL "address")
  add_compile_options(-fsanitize=address,undefined -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
elseif(AVVIK_SANITIZE STREQUAL "thread")
  # Debian's protobuf is built without the sanitizer, and its headers give maps another layout with it.
  add_compile_options(-fsanitize=thread -fno-omit-frame-pointer -U__SANITIZE_THREAD__ -D_GLIBCXX_TSAN=1)
  add_link_options(-fsanitize=thread)
endif()

# Our code as libFuzzer needs it, and the program that it drives; clang only.
option(AVVIK_FUZZ "build tests/fuzz for libFuzzer" OFF)
if(AVVIK_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

# What makes a mistake in memory hard to exploit; tests/harness/hardening.test.mjs looks for it in the programs. The
# sanitizers find such mistakes themselves, and put their own in the place of what is checked here.
if(NOT AVVIK_SANITIZE AND NOT AVVIK_FUZZ)
  add_compile_options(-fPIE -fstack-protector-strong)
  # Needs optimisation: the compiler must know how large things are.
  add_compile_options($<$<CONFIG:Release,RelWithDebInfo,MinSizeRel>:-U_FORTIFY_SOURCE>
                      $<$<CONFIG:Release,RelWithDebInfo,MinSizeRel>:-D_FORTIFY_SOURCE=2>)
  add_link_options(-pie -Wl,-z,relro,-z,now,-z,noexecstack)
  include(CheckCXXCompilerFlag)
  foreach(flag cf-protection=full stack-clash-protection)
    string(MAKE_C_IDENTIFIER "AVVIK_HAS_${flag}" has)
    check_cxx_compiler_flag(-f${flag} ${has})
    if(${has})
      add_compile_options(-f${flag})
    endif()
  endforeach()
endif()

function(avvik_compile_options target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
    -Wno-sign-conversion -Wnon-virtual-dtor -Woverloaded-virtual
    -Wno-missing-field-initializers)
  # Clang warns of other things; GCC is who decides.
  if(NOT AVVIK_FUZZ)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
  target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR})
endfunction()

# avvik_library(NAME SOURCES a.cc … DEPS target …): a static library, also known as avvik::NAME.
function(avvik_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  if(ARG_SOURCES)
    add_library(avvik_${name} STATIC ${ARG_SOURCES})
    avvik_compile_options(avvik_${name})
    target_link_libraries(avvik_${name} PUBLIC ${ARG_DEPS})
  else()
    add_library(avvik_${name} INTERFACE)
    target_include_directories(avvik_${name} INTERFACE ${CMAKE_SOURCE_DIR})
    target_link_libraries(avvik_${name} INTERFACE ${ARG_DEPS})
  endif()
  add_library(avvik::${name} ALIAS avvik_${name})
endfunction()

function(avvik_tsan_suppressions target)
  if(AVVIK_SANITIZE STREQUAL "thread")
    target_sources(${target} PRIVATE ${CMAKE_SOURCE_DIR}/cmake/tsan_suppressions.cc)
  endif()
endfunction()

# avvik_binary(NAME SOURCES main.cc … DEPS target …): an executable bin/NAME.
function(avvik_binary name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  avvik_compile_options(${name})
  avvik_tsan_suppressions(${name})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS})
endfunction()

# Builds the tests of a label: unit_tests, integration_tests.
add_custom_target(unit_tests)
add_custom_target(integration_tests)

# avvik_test(NAME [LABEL unit|integration] SOURCES x_test.cc … DEPS target …): one GoogleTest program.
# `unit` opens no socket and never sleeps; `integration` is given a private PostgreSQL and Redis by
# tests/harness/with_backends (AVVIK_TEST_PG, AVVIK_TEST_REDIS).
function(avvik_test name)
  cmake_parse_arguments(ARG "" "LABEL" "SOURCES;DEPS" ${ARGN})
  if(NOT ARG_LABEL)
    set(ARG_LABEL unit)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  avvik_compile_options(${name})
  avvik_tsan_suppressions(${name})
  # Compiled in half the time; what is tested is optimised as it ships.
  target_compile_options(${name} PRIVATE $<$<CONFIG:Release>:-O0>)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} GTest::gmock_main)
  add_dependencies(${ARG_LABEL}_tests ${name})
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS ${ARG_LABEL} TIMEOUT 300
    ENVIRONMENT "AVVIK_SOURCE_DIR=${CMAKE_SOURCE_DIR};AVVIK_BINARY_DIR=${CMAKE_BINARY_DIR}")
endfunction()

# avvik_migrations(TARGET NAMESPACE NAME DIRECTORY): embeds DIRECTORY/*.sql in TARGET as
# `std::span<const pg::Migration> avvik::NAMESPACE::Migrations()`, in the order of their names, each
# called NAME/<file>.
function(avvik_migrations target namespace name directory)
  file(GLOB scripts CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} ${directory}/*.sql)
  list(SORT scripts)
  set(out ${CMAKE_CURRENT_BINARY_DIR}/${target}_migrations.cc)
  set(code "#include \"common/pg/migrations.h\"\n\nnamespace avvik::${namespace} {\n\nstd::span<const pg::Migration> Migrations() {\n  static const pg::Migration all[] = {\n")
  foreach(script ${scripts})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${script})
    file(READ ${script} sql)
    get_filename_component(file ${script} NAME)
    string(APPEND code "      {\"${name}/${file}\", R\"avviksql(${sql})avviksql\"},\n")
  endforeach()
  string(APPEND code "  };\n  return all;\n}\n\n}  // namespace avvik::${namespace}\n")
  file(GENERATE OUTPUT ${out} CONTENT "${code}")
  target_sources(${target} PRIVATE ${out})
endfunction()
