#!/bin/sh
# The architecture, as TAP: no arrow between the rooms of src/ runs the wrong way, and what belongs
# behind one door stays there. Every rule is also held against a small tree that breaks it, so a
# rule that cannot fail is itself a failure.
# shellcheck disable=SC2317 # the rules are called by name
set -u
LC_ALL=C
export LC_ALL
: "${srcdir:=.}" "${CC:=cc}" "${INS_CPPFLAGS:=-I$srcdir/include}"

work=$(mktemp -d "${TMPDIR:-/tmp}/architecture.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT

# --- The plan ---------------------------------------------------------------

# A public header NAME.h lives in the room of NAME.c, or of NAME_*.c. These have no source:
header_rooms='
real  base
samples  base
vector  base
'

# Each room may include headers of these rooms; its own are a matter of course. nobody includes cli.
room_arrows='
base
stats       base
log         base
data        base stats
trace       base stats log
nn          base stats
theory      base nn
experiment  base stats log data trace nn theory
analysis    base stats log
document    base
report      base stats log analysis document
cli         base stats log data trace nn theory experiment analysis document report
'

# HEADER, and where alone it may be included. inih and libcsv each have one door as well.
private_headers='
cblas.h          src/base/blas.c
gsl/gsl_cblas.h  nowhere
csv.h            src/base/csv
ini.h            src/base/ini.c
'

# --- The rules: each prints one line per violation of the tree $1 ------------

sources() { (cd "$1" && find src include -name '*.[ch]' | sort); }

# "FILE HEADER" of every include of the tree.
includes() {
    (cd "$1" && find src include -name '*.[ch]' -exec awk '
        /^[ \t]*#[ \t]*include/ {
            header = $0
            sub(/^[^<"]*[<"]/, "", header)
            sub(/[>"].*$/, "", header)
            print FILENAME, header
        }' {} +)
}

wrong_arrows() {
    {
        echo "$header_rooms" | sed 's/^./header &/'
        sources "$1" | sed -n 's|^src/\([^/]*\)/\(.*\)\.c$|source \2 \1|p'
        echo "$room_arrows" | sed 's/^./arrow &/'
        includes "$1" | sed 's/^/include /'
    } | awk '
        function room_of(file,    name) {
            if (file ~ /^src\//) { split(file, part, "/"); return part[2] }
            name = file
            sub(/^include\/initscope\//, "", name)
            sub(/\.h$/, "", name)
            if (!(name in room)) room[name] = find_room(name)
            return room[name]
        }
        function find_room(name,    source, found) {
            found = "?"
            if (name in home) return home[name]
            for (source in home)
                if (index(source, name "_") == 1) {
                    if (found != "?" && found != home[source])
                        print "include/initscope/" name ".h: in two rooms"
                    found = home[source]
                }
            if (found == "?") print "include/initscope/" name ".h: in no room"
            return found
        }
        $1 == "header" { room[$2] = $3 }
        $1 == "source" && ($2 in home) { print $2 ".c: in two rooms" }
        $1 == "source" { home[$2] = $3 }
        $1 == "arrow" { for (i = 3; i <= NF; i++) allowed[$2, $i] = 1; allowed[$2, $2] = 1 }
        $1 == "include" && $3 ~ /^initscope\// {
            from = room_of($2)
            to = room_of("include/" $3)
            if (from != "?" && to != "?" && !((from, to) in allowed))
                print $2 ": " from " must not include " $3 " (" to ")"
        }
        $1 == "include" && $3 ~ /\.\.\// { print $2 ": includes " $3 ", a private header of another room" }'
}

# GSL is for the rooms that compute.
gsl_where_nothing_is_computed() {
    includes "$1" | awk '$1 ~ /^src\/(base|log)\// && $2 ~ /^gsl\// { print $1 ": includes " $2 }'
}

headers_through_the_wrong_door() {
    echo "$private_headers" | while read -r header door; do
        [ -z "$header" ] || includes "$1" |
            awk -v header="$header" -v door="$door" \
                '$2 == header && index($1, door) != 1 { print $1 ": includes " header }'
    done
}

# The tree without comments, and without the contents of strings, as FILE:LINE:CODE.
code() {
    (cd "$1" && find src include -name '*.[ch]' -exec awk '
        FNR == 1 { inside = 0 }
        {
            gsub(/\\./, "")
            gsub(/'"'\"'"'/, "0")
            gsub(/"[^"]*"/, "\"\"")
            line = ""
            rest = $0
            while (rest != "") {
                if (inside) {
                    if (!(i = index(rest, "*/"))) break
                    rest = substr(rest, i + 2)
                    inside = 0
                } else if ((i = index(rest, "/*"))) {
                    line = line substr(rest, 1, i - 1) " "
                    rest = substr(rest, i + 2)
                    inside = 1
                } else {
                    line = line rest
                    break
                }
            }
            sub(/\/\/.*/, "", line)
            print FILENAME ":" FNR ":" line
        }' {} +)
}

calls() { grep -E "^[^:]*:[0-9]*:(.*[^A-Za-z0-9_>.])?($1)[ ]*\\("; }

# cli may start the program itself again, with another environment.
programs_started_elsewhere() {
    code "$1" | calls 'v?fork|exec[lv]p?e?|execvpe|fexecve|posix_spawnp?|popen|system' |
        grep -v -e '^src/document/program\.c:' -e '^src/cli/main\.c:[0-9]*: *execv("", argv);$'
}

# Only cli prints. The one exception is ins_die, which has nobody to return to.
printing_below_cli() {
    code "$1" | grep -v -e '^src/cli/' -e '^src/base/error\.c:' |
        grep -E -e '[^A-Za-z0-9_](stdout|stderr)([^A-Za-z0-9_]|$)' \
            -e '(:|[^A-Za-z0-9_>.])(v?printf|puts|putchar|perror)[ ]*\('
}

leaving_below_cli() {
    code "$1" | calls 'exit|quick_exit|abort' | grep -v -e '^src/cli/' -e '^src/base/error\.c:'
}

# Numbers must read and print the same in every locale.
locales() { code "$1" | calls 'setlocale' | grep -v '^src/cli/'; }

long_files() {
    sources "$1" | while read -r file; do
        lines=$(wc -l <"$1/$file")
        [ "$lines" -le 400 ] || echo "$file: $lines lines, more than 400"
    done
}

# With the braces of .clang-format a function is what stands between "{" and "}" in column 1.
long_functions() {
    (cd "$1" && find src -name '*.c' -exec awk '
        /^\{$/ { start = FNR }
        /^}$/ && start {
            if (FNR - start - 1 > 50)
                print FILENAME ":" start ": a function of " FNR - start - 1 " lines, more than 50"
            start = 0
        }' {} +)
}

# config.h switches features of the system headers on, so it comes first.
config_not_first() {
    (cd "$1" && find src -name '*.c' -exec awk '
        FNR == 1 { seen = 0 }
        /^#[ \t]*include/ && !seen {
            seen = 1
            if ($2 != "<config.h>") print FILENAME ": the first include is " $2
        }' {} +)
}

headers_that_need_others() {
    (cd "$1" && find include -name '*.h' | sort) | while read -r file; do
        # shellcheck disable=SC2086 # the flags are words
        printf '#include "%s"\nextern int nothing;\n' "${file#include/}" |
            $CC -std=c11 -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE "-I$1/include" $INS_CPPFLAGS \
                -fsyntax-only -x c - >"$work/compiler" 2>&1 || {
            echo "$file: does not compile alone"
            sed 's/^/    /' "$work/compiler"
        }
    done
}

sources_not_in_the_makefile() {
    sources "$1" | while read -r file; do
        grep -qF "	$file" "$1/Makefile.am" || echo "$file: not in Makefile.am"
    done
}

# --- A tree that breaks every rule --------------------------------------------

bad=$work/bad
mkdir -p "$bad/src/base" "$bad/src/nn" "$bad/src/report" "$bad/include/initscope"
printf '\tsrc/nn/network.c\n' >"$bad/Makefile.am"
printf '#include <config.h>\n' >"$bad/src/nn/network.c"
{
    printf '#include <stdio.h>\n#include <cblas.h>\n'
    printf '#include "initscope/network.h"\n#include "initscope/stranger.h"\n'
    printf 'static void f(void)\n{\n    /* fork() in a comment is none */ printf("exit(0)");\n'
    printf '    exit(1);\n    execve(a, b, c);\n    setlocale(1, "");\n'
    awk 'BEGIN { for (i = 0; i < 400; i++) print "    ;" }'
    printf '}\n'
} >"$bad/src/report/page.c"
printf '#include <config.h>\n#include <gsl/gsl_math.h>\n' >"$bad/src/base/file.c"
printf 'size_t needs_stddef;\n' >"$bad/include/initscope/stranger.h"

# --- The tests ----------------------------------------------------------------

number=0

# rule NAME FUNCTION VIOLATIONS: none in this tree, so many in the bad one.
rule() {
    number=$((number + 1))
    found=$($2 "$srcdir")
    planted=$($2 "$bad" | grep -c '^[^ ]')
    if [ -z "$found" ] && [ "$planted" -eq "$3" ]; then
        echo "ok $number - $1"
        return
    fi
    echo "not ok $number - $1"
    [ -z "$found" ] || echo "$found" | sed 's/^/# /'
    [ "$planted" -eq "$3" ] || echo "# found $planted of the $3 planted violations"
    status=1
}

status=0
echo 1..13
rule 'no arrow between rooms runs the wrong way' wrong_arrows 2
rule 'GSL only where something is computed' gsl_where_nothing_is_computed 1
rule 'cblas.h, csv.h and ini.h have one door each' headers_through_the_wrong_door 1
rule 'other programs are started in document/program.c only' programs_started_elsewhere 1
rule 'only cli prints' printing_below_cli 1
rule 'only cli ends the program' leaving_below_cli 1
rule 'no locale is set below cli' locales 1
rule 'no file above 400 lines' long_files 1
rule 'no function above 50 lines' long_functions 1
rule 'config.h is the first include' config_not_first 1
rule 'every public header compiles alone' headers_that_need_others 1
rule 'every source is listed in Makefile.am' sources_not_in_the_makefile 3

number=$((number + 1))
if [ "$(sources "$srcdir" | wc -l)" -ge 20 ]; then
    echo "ok $number - the rules looked at the sources"
else
    echo "not ok $number - the rules looked at the sources"
    status=1
fi
exit $status
