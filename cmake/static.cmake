# Libraries that are linked into the tools where their archives are at hand. A
# tool's digest, which a ceremony prints, then covers them too, and it starts in
# a fraction of the time: most of a small tool's start is the loader's search
# for symbols. NOTICE names their licences and what those ask for.
#
# The tools that only check keep a shared GnuTLS (NO_SIGNING_CODE): what is not
# in them cannot sign.

option(PKI_STATIC "Link libraries statically where their archives are installed" ON)

# pki_static(TARGET ARCHIVE PKG_TARGET PRIVATE...)
function(pki_static target archive shared)
  add_library(${target} INTERFACE)
  find_library(${target}_ARCHIVE ${archive})
  if(PKI_STATIC AND ${target}_ARCHIVE)
    target_link_libraries(${target} INTERFACE ${${target}_ARCHIVE} ${ARGN})
  else()
    target_link_libraries(${target} INTERFACE ${shared})
  endif()
endfunction()

pki_static(pki_jansson libjansson.a PkgConfig::JANSSON)
pki_static(pki_seccomp libseccomp.a PkgConfig::SECCOMP)
pki_static(pki_sodium libsodium.a PkgConfig::SODIUM)
pki_static(pki_sqlite libsqlite3.a PkgConfig::SQLITE m)
pki_static(pki_yaml libyaml.a PkgConfig::YAML)

# What GnuTLS's own list for static linking names: archives where there are any,
# at least its own and those of its arithmetic. OUT stays empty where one is
# missing or the whole does not link.
function(pki_find_static_gnutls out)
  include(CheckCSourceCompiles)
  set(libraries -Wl,--start-group)
  foreach(name IN LISTS GNUTLS_STATIC_LIBRARIES)
    find_library(PKI_ARCHIVE_${name} lib${name}.a)
    if(PKI_ARCHIVE_${name})
      list(APPEND libraries ${PKI_ARCHIVE_${name}})
    elseif(name MATCHES "^(gnutls|hogweed|nettle|gmp|tasn1)$")
      return()
    else()
      list(APPEND libraries -l${name})
    endif()
  endforeach()
  list(APPEND libraries -Wl,--end-group)
  set(CMAKE_REQUIRED_INCLUDES ${GNUTLS_INCLUDE_DIRS})
  set(CMAKE_REQUIRED_LIBRARIES ${libraries})
  check_c_source_compiles("
    #include <gnutls/x509.h>
    int main(void) { return gnutls_global_init() + gnutls_x509_crt_verify(0, 0, 0, 0, 0); }"
    PKI_STATIC_GNUTLS_LINKS)
  if(PKI_STATIC_GNUTLS_LINKS)
    set(${out} ${libraries} PARENT_SCOPE)
  endif()
endfunction()

set(shared PkgConfig::GNUTLS PkgConfig::HOGWEED PkgConfig::NETTLE PkgConfig::GMP PkgConfig::TASN1)
set(static)
if(PKI_STATIC AND NOT PKI_SANITIZE)
  pki_find_static_gnutls(static)
endif()
add_library(pki_gnutls INTERFACE)
if(static)
  message(STATUS "GnuTLS is linked into the tools that sign")
  set(checks_only $<BOOL:$<TARGET_PROPERTY:NO_SIGNING_CODE>>)
  target_link_libraries(pki_gnutls INTERFACE
    "$<${checks_only}:${shared}>" "$<$<NOT:${checks_only}>:${static}>")
else()
  target_link_libraries(pki_gnutls INTERFACE ${shared})
endif()
