# Libraries that are linked into the tools where their archives are at hand:
# those whose licences ask for nothing (SQLite: public domain; libsodium, libyaml,
# jansson: ISC, MIT). The digest of a tool, which a ceremony prints, then covers
# them too, and starting costs a third: most of a small tool's start is the
# loader's search for SQLite's own symbols. GnuTLS, nettle, GMP, libtasn1 and
# libseccomp (LGPL) stay shared.

option(PKI_STATIC "Link SQLite, libsodium, libyaml and jansson statically" ON)

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
pki_static(pki_sodium libsodium.a PkgConfig::SODIUM)
pki_static(pki_sqlite libsqlite3.a PkgConfig::SQLITE m)
pki_static(pki_yaml libyaml.a PkgConfig::YAML)
