#!/bin/sh
# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
# The architecture, as TAP: no arrow between the rooms of src/ runs the wrong way, and what belongs
# behind one door stays there, and no files need each other. Every rule is also held against a small
# tree that breaks it, so a rule that cannot fail is itself a failure.
# shellcheck disable=SC2317 # the rules are called by name
set -u
LC_ALL=C
export LC_ALL
: "${srcdir:=.}" "${builddir:=.}" "${CC:=cc}" "${NM:=nm}" "${INS_CPPFLAGS=-D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE}"

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
audit       base stats nn theory log
document    base
report      base stats log analysis document
lib         base stats log trace nn theory audit
cli         base stats log data trace nn theory experiment analysis audit document report
'

# HEADER, and where alone it may be included. The other libraries each have one door as well.
private_headers='
cblas.h          src/base/blas
gsl/gsl_cblas.h  nowhere
csv.h            src/base/csv
ini.h            src/base/ini.c
zlib.h           src/base/stream.c
zip.h            src/base/zip.c
jansson.h        src/base/safetensors.c
expat.h          src/document/svg.c
mpi.h            src/experiment/team.c
'

# --- The rules: each prints one line per violation of the tree $1 ------------

sources() { (cd "$1" && find src include -name '*.[ch]' | sort); }

# A source lies in a room of the table, not beside the rooms or deeper; a header is public in
# include/initscope/ or private in a room.
outside_the_rooms() {
    {
        echo "$room_arrows" | sed 's/^./room &/'
        sources "$1" | sed 's/^/source /'
    } | awk '
        $1 == "room" { is_room[$2] = 1 }
        $1 == "source" {
            depth = split($2, part, "/")
            if (part[1] == "src" && (depth != 3 || !(part[2] in is_room)))
                print $2 ": in no room of the table"
            if (part[1] == "include" && $2 != "include/initscope.h" &&
                (depth != 3 || part[2] != "initscope"))
                print $2 ": not in include/initscope/"
        }'
}

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

# A public header is reached, through whatever it takes, by the sources of two rooms at least.
public_for_one_room() {
    {
        sources "$1" | sed -n 's|^include/initscope/|public &|p'
        includes "$1" | sed 's/^/include /'
    } | awk '
        function reach(room, file,    n, i, header) {
            if ((room, file) in reached) return
            reached[room, file] = 1
            rooms[file]++
            n = split(headers[file], header, " ")
            for (i = 1; i <= n; i++) reach(room, header[i])
        }
        $1 == "public" { public[++publics] = $2 }
        $1 == "include" {
            folder = $2
            sub(/[^\/]*$/, "", folder)
            headers[$2] = headers[$2] " " ($3 ~ /^initscope\// ? "include/" : folder) $3
        }
        END {
            for (file in headers)
                if (split(file, part, "/") == 3 && part[1] == "src") source[file] = part[2]
            for (file in source) reach(source[file], file)
            for (i = 1; i <= publics; i++)
                if (rooms[public[i]] < 2) print public[i] ": for one room only"
        }'
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

# lexed WHAT TREE: of every line the "code", without comments and contents of strings, or the
# "strings", as FILE:LINE:TEXT.
lexed() {
    (cd "$2" && find src include -name '*.[ch]' -exec awk -v what="$1" -v single="'" '
        FNR == 1 { inside = 0 }
        {
            code = strings = ""
            rest = $0
            if (inside) {
                if (!(i = index(rest, "*/"))) next
                rest = substr(rest, i + 2)
                inside = 0
            }
            while (match(rest, "[\"" single "]|/[*/]")) {
                mark = substr(rest, RSTART, RLENGTH)
                code = code substr(rest, 1, RSTART - 1)
                rest = substr(rest, RSTART + RLENGTH)
                if (mark == "//") {
                    rest = ""
                } else if (mark == "/*") {
                    i = index(rest, "*/")
                    inside = !i
                    rest = i ? substr(rest, i + 2) : ""
                    code = code " "
                } else {
                    for (i = 1; i <= length(rest); i++) {
                        c = substr(rest, i, 1)
                        if (c == mark) break
                        if (c == "\\") i++
                    }
                    if (mark == "\"") strings = strings "\"" substr(rest, 1, i)
                    code = code (mark == "\"" ? "\"\"" : "0")
                    rest = substr(rest, i + 1)
                }
            }
            print FILENAME ":" FNR ":" (what == "strings" ? strings : code rest)
        }' {} +)
}

code() { lexed code "$1"; }

calls() { grep -E "^[^:]*:[0-9]*:(.*[^A-Za-z0-9_>.])?($1)[ ]*\\("; }

# cli may start the program itself again, with another environment.
programs_started_elsewhere() {
    code "$1" | calls 'v?fork|exec[lv]p?e?|execvpe|fexecve|posix_spawnp?|popen|system' |
        grep -v -e '^src/document/program\.c:' -e '^src/cli/main\.c:[0-9]*: *execv("", argv);$'
}

# gnuplot starts a shell for system(), backticks, files that begin with "<" or "|", and a line that
# begins with "!" or "shell". Scripts are written by document/ and report/, and lie in reports/.
scripts_that_start_a_shell() {
    {
        lexed strings "$1" | grep -E '^src/(document|report)/'
        (cd "$1" && find reports -name '*.gp' -exec grep -n '' /dev/null {} +)
    } | grep -E -e '(^|[^A-Za-z0-9_])system[ ]*(\(|\\?["'"'"'])' -e '`[^`]*`' \
        -e '(\\"|'"'"')[ ]*[<|]|^reports/.*"[ ]*[<|]' \
        -e '^[^:]*:[0-9]*:"?[ ]*(!|shell([^a-z]|$))|(;|\\n)[ ]*(!|shell([^a-z]|$))'
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

# LAPACK has no header; its names end as Fortran's do.
lapack_elsewhere() { code "$1" | calls '[sdcz][a-z0-9]+_' | grep -v '^src/base/lapack\.c:'; }

# Numbers must read and print the same in every locale.
locales() { code "$1" | calls 'setlocale' | grep -v '^src/cli/'; }

# objects_of TREE: where its sources were compiled.
objects_of() { if [ "$1" = "$srcdir" ]; then echo "$builddir"; else echo "$1"; fi; }

# "needs FILE SYMBOL" and "defines FILE SYMBOL" of the objects of all sources. What the compiler adds
# (its runtime, the clones of a function for several CPUs and what chooses among them) has dots in
# its name, is weak, or is defined by no source. "i" is a function with clones.
symbols() {
    sources "$1" | sed -n 's/\.c$//p' | (
        cd "$(objects_of "$1")" 2>/dev/null || cd "$work" || exit
        while read -r file; do
            object=$file.o
            case $file in src/lib/*) object=src/lib/libinitscope_la-${file##*/}.o ;; esac
            if [ -f "$object" ]; then echo "$object"; else echo "missing $file.c" >&3; fi
        done | xargs $NM -A -P -g 2>/dev/null
    ) 3>&1 | awk '
        $1 == "missing" { print; next }
        $2 ~ /[.]/ { next }
        { sub(/[.]o:$/, ".c", $1); sub(/libinitscope_la-/, "", $1) }
        $3 == "U" { print "needs", $1, $2 }
        $3 ~ /^[TDRBGSCi]$/ { print "defines", $1, $2 }'
}

# Two files need each other when each can be reached from the other over what their objects need.
# A ring is all files of which this is so, with one symbol for every arrow among them.
circles_between_files() {
    symbols "$1" | awk '
        function reach(from, file,    n, i, next_file) {
            n = split(arrows[file], next_file, " ")
            for (i = 1; i <= n; i++)
                if (!((from, next_file[i]) in reached)) {
                    reached[from, next_file[i]] = 1
                    reach(from, next_file[i])
                }
        }
        $1 == "missing" { print $2 ": was not compiled" }
        $1 == "defines" { home[$3] = $2 }
        $1 == "needs" { need[++needs] = $2; what[needs] = $3 }
        END {
            for (i = 1; i <= needs; i++) {
                from = need[i]
                to = home[what[i]]
                if (to == "" || to == from || (from, to) in symbol) continue
                symbol[from, to] = what[i]
                if (!(from in arrows)) file[++files] = from
                arrows[from] = arrows[from] " " to
            }
            for (i = 1; i <= files; i++) reach(file[i], file[i])
            for (i = 1; i <= files; i++) {
                if (!((file[i], file[i]) in reached) || (file[i] in told)) continue
                ring = 0
                for (j = i; j <= files; j++)
                    if ((file[i], file[j]) in reached && (file[j], file[i]) in reached) {
                        member[++ring] = file[j]
                        told[file[j]] = 1
                    }
                print "a ring of " ring " files, from " file[i]
                for (j = 1; j <= ring; j++)
                    for (k = 1; k <= ring; k++)
                        if ((member[j], member[k]) in symbol)
                            print "    " member[j] " -> " member[k] ": " symbol[member[j], member[k]]
            }
        }'
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
            $CC -std=c11 "-I$1/include" "-I$builddir" \
                $INS_CPPFLAGS -fsyntax-only -x c - >"$work/compiler" 2>&1 || {
            echo "$file: does not compile alone"
            sed 's/^/    /' "$work/compiler"
        }
    done
}

# make itself asks for a header that is gone only when a distribution is made.
sources_unlike_the_makefile() {
    {
        sources "$1"
        (cd "$1" && find tests -name '*.h')
    } | while read -r file; do
        grep -q "[[:space:]]$file" "$1/Makefile.am" || echo "$file: not in Makefile.am"
    done
    sed -n 's|^	\(src/[^ ]*\.[ch]\)\( .*\)*$|\1|p; s|^	\(include/[^ ]*\.h\)\( .*\)*$|\1|p' \
        "$1/Makefile.am" | while read -r file; do
        [ -f "$1/$file" ] || echo "$file: in Makefile.am alone"
    done
}

# Whose a file is and under which licence stands at its head, in words that programs look for.
without_licence() {
    (
        cd "$1" || exit
        find autogen.sh configure.ac Makefile.am .ci build-aux/gslcblas include reports src tests \
            \( -path reports/out -o -name corpus -o -name node_modules \) -prune -o -type f -print 2>/dev/null |
            grep -E '\.([1-9ch]|ac|am|awk|bash|bats|css|gp|in|ini|js|map|mjs|pl|py|sh|supp)$|^\.ci/run$' | sort |
            while read -r file; do
                head -n 3 "$file" | tr '\n' ' ' |
                    grep -qE "SPDX-FileCopyrightText: .*SPDX-License-Identifier: GPL-3\.0-or-later " ||
                    echo "$file: does not begin with holder and licence"
            done
    )
}

# The tests of the command line are held to one rule as well: every line of them can fail.
lines_that_cannot_fail() {
    awk=$(cd "$srcdir" && pwd)/tests/silent.awk
    (cd "$1" && find tests \( -name '*.bats' -o -name '*.bash' \) -exec awk -f "$awk" {} +)
}

# --- A tree that breaks every rule --------------------------------------------

bad=$work/bad
mkdir -p "$bad/src/base" "$bad/src/nn" "$bad/src/log" "$bad/src/attic" "$bad/src/document" \
    "$bad/src/report/deep" "$bad/include/initscope" "$bad/include/other" "$bad/reports/figures" \
    "$bad/tests/unit"
printf "/* %s */\n" "SPDX-FileCopyrightText: nobody" "SPDX-License-Identifier: GPL-3.0-or-later" >"$bad/tests/unit/fixture.h"
printf '\tsrc/nn/network.c \\\n\tinclude/initscope/gone.h\n' >"$bad/Makefile.am"
printf '#include <config.h>\n' >"$bad/src/nn/network.c"
{
    printf '#include <stdio.h>\n#include <cblas.h>\n'
    printf '#include "initscope/network.h"\n#include "initscope/stranger.h"\n'
    printf '#include "../nn/layer.h"\n'
    printf 'static void f(void)\n{\n    /* fork() in a comment is none */ printf("exit(0)");\n'
    printf '    exit(1);\n    execve(a, b, c);\n    setlocale(1, "");\n    dgesdd_(a);\n}\n'
} >"$bad/src/report/page.c"
printf '#include <config.h>\n#include <gsl/gsl_math.h>\n' >"$bad/src/base/file.c"
printf 'size_t needs_stddef;\n' >"$bad/include/initscope/stranger.h"

# Outside the rooms: beside them, below one, in one that is not in the table, a header elsewhere.
for file in src/stray.c src/report/deep/page_deep.c src/attic/old.c; do
    printf '#include <config.h>\n' >"$bad/$file"
done
: >"$bad/include/other/public.h"

# Scripts: a comment and a sentence are none, nor is what cli says.
{
    printf '#include <config.h>\n/* print system("date") */\n'
    printf 'const char *said = "a system of units, x < 1 | y";\n'
    printf 'const char *a = "print system(\\"date\\")";\n'
    printf 'const char *b = "x = `date`";\n'
    printf "const char *c = \"plot '< date' using 1\";\n"
    printf 'const char *d = "set output \\"| cat\\"";\n'
} >"$bad/src/document/script.c"
printf '%s\n' 'plot x < 1 ? x : 2' 'plot "< date"' "set print '|cat'" '! date' 'system "date"' \
    >"$bad/reports/figures/bad.gp"

# Assertions that errexit does not see, and what only looks like one.
mkdir "$bad/tests"
cat >"$bad/tests/bad.bats" <<'END'
value() {
    [ a ] && [ b ]
}
@test "a && b" {
    ! grep -q x file
    ! { grep -q x file; }
    [ a ] && [ b ]
    for i in 1 2; do [ "$i" ] && grep "$(echo "')'")" file; done
    if [ a ] && [ b ]; then
        echo "[ a ] &&
            [ b ]" && # a comment
            echo 'it '\''s'
    fi
    [ a ] && [ b ] || return 1
    [ a ] && continue
    [[ a && b ]] || ! echo "a && b" # [ a ] && [ b ]
    (cd / && ls) | sed 's/a/&&/
        s/b/&&/'
    cat <<TEXT
! [ a ] && [ b ]
TEXT
    [ "$(echo a)" = a ] \
        && [ b ]
    ! echo the last one
}
END

# Rings of two and of three, a file that only uses them, and one with a name inside that is theirs.
while read -r file defines needs; do
    {
        printf '#include <config.h>\nint %s(void);\n' "$defines"
        for need in $needs; do printf 'int %s(void);\n' "$need"; done
        printf 'int %s(void)\n{\n    return 1' "$defines"
        for need in $needs; do printf ' + %s()' "$need"; done
        printf ';\n}\n'
    } >"$bad/src/log/$file.c"
done <<END
one one two
two two one
red red green
green green blue
blue blue red
user user one red
END
printf '#include <config.h>\nstatic int user(void)\n{\n    return 1;\n}\nint own(void)\n{\n    return user();\n}\n' \
    >"$bad/src/log/own.c"
: >"$bad/config.h"
(
    cd "$bad" || exit
    for file in src/log/*.c; do $CC -I. -c "$file" -o "${file%.c}.o" || exit; done
    # Those that break the other rules cannot be compiled.
    for file in src/*.c src/[!l]*/*.c src/report/deep/*.c; do
        $CC -I. -x c -c /dev/null -o "${file%.c}.o" || exit
    done
) || exit 1

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
echo 1..18
rule 'every source lies in a room of the table' outside_the_rooms 4
rule 'no arrow between rooms runs the wrong way' wrong_arrows 3
rule 'no two files need each other' circles_between_files 2
rule 'no public header is for one room only' public_for_one_room 1
rule 'GSL only where something is computed' gsl_where_nothing_is_computed 1
rule 'cblas.h, csv.h and ini.h have one door each' headers_through_the_wrong_door 1
rule 'LAPACK is called in base/lapack.c only' lapack_elsewhere 1
rule 'other programs are started in document/program.c only' programs_started_elsewhere 1
rule 'no script starts a shell' scripts_that_start_a_shell 8
rule 'only cli prints' printing_below_cli 1
rule 'only cli ends the program' leaving_below_cli 1
rule 'no locale is set below cli' locales 1
rule 'config.h is the first include' config_not_first 1
rule 'every public header compiles alone' headers_that_need_others 1
rule 'the sources are those of Makefile.am' sources_unlike_the_makefile 17
rule 'every line of the tests can fail' lines_that_cannot_fail 7
rule 'every file says who holds it and under which licence' without_licence 19

number=$((number + 1))
if [ "$(circles_between_files "$bad")" = 'a ring of 3 files, from src/log/blue.c
    src/log/blue.c -> src/log/red.c: red
    src/log/green.c -> src/log/blue.c: blue
    src/log/red.c -> src/log/green.c: green
a ring of 2 files, from src/log/one.c
    src/log/one.c -> src/log/two.c: two
    src/log/two.c -> src/log/one.c: one' ]; then
    echo "ok $number - the planted rings are found, with those in them and nobody else"
else
    echo "not ok $number - the planted rings are found, with those in them and nobody else"
    circles_between_files "$bad" | sed 's/^/# /'
    status=1
fi

# Some compilers leave the code to the linker (-flto), and nm reads nothing there.
number=$((number + 1))
if [ "$(sources "$srcdir" | wc -l)" -lt 20 ]; then
    echo "not ok $number - the rules looked at the sources and their objects"
    status=1
elif [ "$(symbols "$srcdir" | grep -c '^defines')" -lt 200 ]; then
    echo "ok $number - the rules looked at the sources and their objects # SKIP $NM sees no functions"
else
    echo "ok $number - the rules looked at the sources and their objects"
fi
exit $status
