# pki_fault_test(LAYER MODULE [LIBRARIES...]): tests/unit/LAYER/fault_MODULE.c, a unit
# test in which the linker sends these calls of our own objects through
# tests/support/fault.c. CTest name: fault.LAYER.MODULE
function(pki_fault_test layer module)
  set(name fault.${layer}.${module})
  add_executable(${name} fault_${module}.c ${CMAKE_SOURCE_DIR}/tests/support/fault.c)
  target_link_libraries(${name} PRIVATE pki_test_support pki_${layer} ${ARGN})
  foreach(lower IN LISTS PKI_USES_${layer})
    target_link_libraries(${name} PRIVATE pki_${lower})
  endforeach()
  foreach(call malloc calloc realloc strdup write pwrite pread ftruncate fsync openat linkat
          renameat2 scandirat faccessat)
    target_link_options(${name} PRIVATE -Wl,--wrap=${call})
  endforeach()
  target_compile_definitions(${name} PRIVATE
    FIXTURES="${CMAKE_SOURCE_DIR}/tests/fixtures" GOLDEN="${CMAKE_SOURCE_DIR}/tests/golden")
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS "unit;fault" TIMEOUT 300)
endfunction()
