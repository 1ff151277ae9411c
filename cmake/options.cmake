# How everything is compiled: warnings, hardening, sanitizers. Carried by one
# INTERFACE target, so that no directory sets flags of its own.

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_LINK_WHAT_YOU_USE OFF)
include(CheckPIESupported)
check_pie_supported()

option(PKI_WERROR "Warnings are errors" OFF)
set(PKI_SANITIZE "" CACHE STRING "Sanitizers, as for -fsanitize=")
option(PKI_COVERAGE "Count executed lines" OFF)
option(PKI_FUZZ "Build the fuzz targets (clang)" OFF)

add_library(pki_options INTERFACE)
target_compile_definitions(pki_options INTERFACE _GNU_SOURCE)
target_compile_options(pki_options INTERFACE
  -Wall
  -Wextra
  -Wpedantic
  -Wconversion
  -Wshadow
  -Wstrict-prototypes
  -Wmissing-prototypes
  -Wvla
  -Wundef
  -Wwrite-strings
  -Wdate-time
  $<$<BOOL:${PKI_WERROR}>:-Werror>
  -include ${CMAKE_SOURCE_DIR}/libpki/base/banned.h
  -ffile-prefix-map=${CMAKE_SOURCE_DIR}/=
  -ffunction-sections
  -fdata-sections
  -fstack-protector-strong
  -fstack-clash-protection
  -fcf-protection)
# Relative relocations in a few octets each group (DT_RELR): fewer pages to read at every start.
include(CheckLinkerFlag)
check_linker_flag(C -Wl,-z,pack-relative-relocs PKI_LINKER_PACKS)
target_link_options(pki_options INTERFACE
  $<$<BOOL:${PKI_LINKER_PACKS}>:-Wl,-z,pack-relative-relocs>
  -Wl,--as-needed
  -Wl,--gc-sections
  -Wl,-z,relro
  -Wl,-z,now
  -Wl,-z,noexecstack)

if(PKI_SANITIZE)
  target_compile_options(pki_options INTERFACE
    -fsanitize=${PKI_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(pki_options INTERFACE -fsanitize=${PKI_SANITIZE})
  target_compile_definitions(pki_options INTERFACE PKI_SANITIZED=1)
else()
  target_compile_options(pki_options INTERFACE $<$<CONFIG:Release>:-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2>)
  target_compile_definitions(pki_options INTERFACE PKI_SANITIZED=0)
endif()

if(PKI_FUZZ)
  target_compile_options(pki_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

if(PKI_COVERAGE)
  target_compile_options(pki_options INTERFACE --coverage -O0)
  target_link_options(pki_options INTERFACE --coverage)
endif()

# Release builds keep their asserts: a broken invariant stops before a signature.
set(CMAKE_C_FLAGS_RELEASE "-O2" CACHE STRING "" FORCE)
