# The layers of the library and which may use which (docs/ARCHITECTURE.md).
# Each is an OBJECT library; the unit tests of a layer link that layer and the
# ones it may use and nothing else, so an upward call does not link.

set(PKI_LAYERS base asn1 crypto x509 store ceremony ops)

set(PKI_USES_base)
set(PKI_USES_asn1 base)
set(PKI_USES_crypto digest asn1 base)
set(PKI_USES_x509 crypto digest asn1 base)
set(PKI_USES_store digest base)
set(PKI_USES_ceremony crypto digest asn1 base)
set(PKI_USES_ops ceremony store x509 crypto digest asn1 base)

# pki_layer(NAME SOURCES... LIBRARIES...)
function(pki_layer name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBRARIES" ${ARGN})
  add_library(pki_${name} OBJECT ${ARG_SOURCES})
  target_include_directories(pki_${name} PUBLIC
    ${CMAKE_SOURCE_DIR}/libpki/include
    ${CMAKE_SOURCE_DIR}/libpki
    ${CMAKE_BINARY_DIR}/libpki)
  target_link_libraries(pki_${name} PUBLIC pki_options ${ARG_LIBRARIES})
endfunction()

# pki_unit_test(LAYER MODULE [LIBRARIES...]): tests/unit/LAYER/test_MODULE.c, linked to the layer
# and the ones below it. CTest name: unit.LAYER.MODULE
function(pki_unit_test layer module)
  set(name unit.${layer}.${module})
  add_executable(${name} test_${module}.c)
  target_link_libraries(${name} PRIVATE pki_test_support pki_${layer} ${ARGN})
  foreach(lower IN LISTS PKI_USES_${layer})
    target_link_libraries(${name} PRIVATE pki_${lower})
  endforeach()
  target_compile_definitions(${name} PRIVATE
    FIXTURES="${CMAKE_SOURCE_DIR}/tests/fixtures" GOLDEN="${CMAKE_SOURCE_DIR}/tests/golden")
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS unit TIMEOUT 120)
endfunction()
