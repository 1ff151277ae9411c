# Writes ops/build_id.h: when this build's sources were committed and which
# commit that was. Run at build time (cmake -P) with SOURCE, OUTPUT and VERSION;
# touches the header only when it changes.
#
# The date comes from SOURCE_DATE_EPOCH, else from git, else from the release:
# never from the clock, so that equal sources give equal binaries.

set(release_date 1767225600) # a tool that knows neither still refuses clocks before 2026
set(date "$ENV{SOURCE_DATE_EPOCH}")
set(id "release")

find_program(GIT git)
if(GIT AND EXISTS ${SOURCE}/.git) # not the repository that an unpacked release may lie in
  execute_process(COMMAND ${GIT} -C ${SOURCE} log -1 --format=%ct%n%h --abbrev=12
    OUTPUT_VARIABLE commit ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(commit MATCHES "^([0-9]+)\n([0-9a-f]+)$")
    set(commit_date "${CMAKE_MATCH_1}")
    set(id "${CMAKE_MATCH_2}")
  endif()
endif()
if(NOT date MATCHES "^[0-9]+$")
  set(date "${commit_date}")
endif()
if(NOT date MATCHES "^[0-9]+$")
  set(date "${release_date}")
endif()

file(WRITE ${OUTPUT}.new "/* Written by cmake/build_id.cmake. */
#define PKI_VERSION \"${VERSION}\"
#define PKI_BUILD_ID \"${id}\"
#define PKI_BUILD_DATE INT64_C(${date})
")
file(COPY_FILE ${OUTPUT}.new ${OUTPUT} ONLY_IF_DIFFERENT)
file(REMOVE ${OUTPUT}.new)
