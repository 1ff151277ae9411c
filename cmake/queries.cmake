# Turns SQL files into C, at build time:
#
#   cmake -DMIGRATIONS=0001_x.sql -DSNAPSHOT=x.sql -DQUERIES=a.sql,b.sql -DOUT=DIR/queries -P queries.cmake
#
# A query file is blocks of "-- name: x", comment lines and one statement. They
# become enum pki_query (PKI_QUERY_X) and two tables, of texts and of names.
# Migrations and the snapshot become octets: C limits the length of string literals.

string(REPLACE "," ";" QUERIES "${QUERIES}")
string(REPLACE "," ";" MIGRATIONS "${MIGRATIONS}")
set(enum "")
set(texts "")
set(names "")

foreach(file IN LISTS QUERIES)
  file(READ ${file} rest)
  string(FIND "${rest}" "-- name: " at)
  while(NOT at EQUAL -1)
    string(SUBSTRING "${rest}" ${at} -1 rest)
    string(REGEX MATCH "^-- name: ([a-z0-9_]+)\n" line "${rest}")
    if(NOT line)
      message(FATAL_ERROR "${file}: a name is made of a-z, 0-9 and _, alone in its line")
    endif()
    set(name ${CMAKE_MATCH_1})
    string(LENGTH "${line}" length)
    string(SUBSTRING "${rest}" ${length} -1 rest)
    string(FIND "${rest}" "-- name: " at)
    string(SUBSTRING "${rest}" 0 ${at} sql)
    string(REGEX REPLACE "--[^\n]*\n" "\n" sql "${sql}")
    string(REGEX REPLACE "[ \n]+" " " sql "${sql}")
    string(STRIP "${sql}" sql)
    string(REGEX REPLACE "[;]$" "" sql "${sql}")
    string(REPLACE "\"" "\\\"" sql "${sql}")
    string(TOUPPER ${name} constant)
    string(APPEND enum "    PKI_QUERY_${constant},\n")
    string(APPEND texts "    [PKI_QUERY_${constant}] = \"${sql}\",\n")
    string(APPEND names "    [PKI_QUERY_${constant}] = \"${name}\",\n")
  endwhile()
endforeach()

function(read_octets file into)
  file(READ ${file} hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," hex "${hex}")
  set(${into} "${hex}" PARENT_SCOPE)
endfunction()

set(octets "")
set(list "")
set(version 0)
read_octets(${SNAPSHOT} snapshot)
foreach(file IN LISTS MIGRATIONS)
  read_octets(${file} hex)
  math(EXPR version "${version} + 1")
  string(APPEND octets "static const char migration_${version}[] = {${hex}0};\n")
  string(APPEND list "    migration_${version},\n")
endforeach()

file(WRITE ${OUT}.h "/* Made from schema/ by cmake/queries.cmake. */
#ifndef PKI_STORE_QUERIES_H
#define PKI_STORE_QUERIES_H

#define PKI_SCHEMA_VERSION ${version}

enum pki_query {
${enum}    PKI_QUERIES
};

extern const char *const pki_query_text[PKI_QUERIES];
extern const char *const pki_query_name[PKI_QUERIES];
extern const char *const pki_migration[PKI_SCHEMA_VERSION];
extern const char pki_schema[]; /* schema/snapshot.sql: as they all leave it */

#endif
")
file(WRITE ${OUT}.c "/* Made from schema/ by cmake/queries.cmake. */
#include \"store/queries.h\"

const char *const pki_query_text[PKI_QUERIES] = {
${texts}};

const char *const pki_query_name[PKI_QUERIES] = {
${names}};

${octets}
const char *const pki_migration[PKI_SCHEMA_VERSION] = {
${list}};

const char pki_schema[] = {${snapshot}0};
")
