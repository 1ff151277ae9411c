#!/bin/sh
# Shell completion for bash, zsh and fish, from what each tool says by --spec.
#
# usage: cmake/completion.sh BIN OUT TOOL...
set -eu

bin=$1
out=$2
shift 2
mkdir -p "$out/bash" "$out/zsh" "$out/fish"

# Lines "tool NAME SUMMARY", "option LETTER LONG VALUE HELP", tab between the words.
for tool in "$@"; do
    "$bin/$tool" --spec
done >"$out/spec"

awk -F '\t' '
$1 == "tool" {
    verb = substr($2, 8)
    verbs = verbs " " verb
    next
}
$1 == "option" {
    words[verb] = words[verb] " --" $3 ($2 == "" ? "" : " -" $2)
    if ($4 ~ /FILE|DIR/)
        files[verb] = files[verb] "|--" $3 ($2 == "" ? "" : "|-" $2)
    else if ($4 != "")
        texts[verb] = texts[verb] "|--" $3
}
END {
    print "# Completion of cellar for bash; made from the tools by cmake/completion.sh."
    print "_cellar() {"
    print "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} options="
    print "    if ((COMP_CWORD == 1)); then"
    printf "        mapfile -t COMPREPLY < <(compgen -W \"%s\" -- \"$word\")\n", substr(verbs, 2)
    print "        return"
    print "    fi"
    print "    case ${COMP_WORDS[1]} in"
    n = split(substr(verbs, 2), list, " ")
    for (i = 1; i <= n; i++) {
        verb = list[i]
        printf "    %s)\n        options=\"%s\"\n", verb, substr(words[verb], 2)
        if (texts[verb] != "")
            printf "        case $before in %s) return ;; esac\n", substr(texts[verb], 2)
        if (files[verb] != "")
            printf "        case $before in %s) options= ;; esac\n", substr(files[verb], 2)
        print "        ;;"
    }
    print "    esac"
    print "    if [[ $word == -* ]]; then"
    print "        mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$word\")"
    print "    else"
    print "        mapfile -t COMPREPLY < <(compgen -f -- \"$word\")"
    print "    fi"
    print "}"
    print "complete -o filenames -F _cellar cellar"
}' "$out/spec" >"$out/bash/cellar"

awk -F '\t' -v quote="'" '
function plain(text) {
    gsub(quote, quote "\\" quote quote, text)
    gsub(/[\[\]:]/, "\\\\&", text)
    return text
}
$1 == "tool" {
    verb = substr($2, 8)
    order[++n] = verb
    tools = tools sprintf("        %s%s:%s%s\n", quote, verb, plain($3), quote)
    next
}
{
    value = $4 == "" ? "" : ":" plain($4) ":" ($4 ~ /FILE|DIR|\.yaml|\.pem/ ? "_files" : " ")
    if ($1 == "operand")
        row = "*" value
    else
        row = ($5 ~ /may be repeated/ ? "*" : "") "--" $3 "[" plain($5) "]" value
    rows[verb] = rows[verb] sprintf(" \\\n            %s%s%s", quote, row, quote)
    if ($1 == "option" && $2 != "")
        rows[verb] = rows[verb] sprintf(" \\\n            %s-%s[%s]%s%s", quote, $2, plain($5), value,
                                        quote)
}
END {
    print "#compdef cellar"
    print "# Completion of cellar for zsh; made from the tools by cmake/completion.sh."
    print "_cellar() {"
    print "    local -a tools=("
    printf "%s", tools
    print "    )"
    print "    if ((CURRENT == 2)); then"
    print "        _describe tool tools"
    print "        return"
    print "    fi"
    print "    local verb=$words[2]"
    print "    shift words"
    print "    ((CURRENT--))"
    print "    case $verb in"
    for (i = 1; i <= n; i++)
        printf "    %s)\n        _arguments -s%s\n        ;;\n", order[i], rows[order[i]]
    print "    esac"
    print "}"
    print "_cellar \"$@\""
}' "$out/spec" >"$out/zsh/_cellar"

awk -F '\t' -v quote="'" '
function plain(text) {
    gsub(/\\/, "\\\\", text)
    gsub(quote, "\\" quote, text)
    return quote text quote
}
BEGIN {
    print "# Completion of cellar for fish; made from the tools by cmake/completion.sh."
}
$1 == "tool" {
    verb = substr($2, 8)
    printf "complete -c cellar -n __fish_use_subcommand -f -a %s -d %s\n", verb, plain($3)
    next
}
$1 == "option" {
    printf "complete -c cellar -n \"__fish_seen_subcommand_from %s\"%s -l %s%s -d %s\n", verb,
        ($2 == "" ? "" : " -s " $2), $3,
        ($4 == "" ? "" : ($4 ~ /FILE|DIR/ ? " -r" : " -x")), plain($5)
}' "$out/spec" >"$out/fish/cellar.fish"

rm -f "$out/spec"
