# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
# The manual pages and the completion say what --help, the logs and the source say.

load helper

page=$builddir/src/cli/initscope.1
log_page=$builddir/src/cli/initscope-log.5
completion=$builddir/src/cli/initscope.bash

# Running text, of help or of a page: one line, one blank between words, nothing in bold.
flat() { tr '\n' ' ' | tr -d '\140' | tr -s ' ' | sed 's/^ //; s/ $//'; }

# The text of roff without its requests.
plain() {
    sed -e '/^\.S[SH] /d; /^\.\(TP\|PP\)$/d; s/\\f[BIR]//g; s/\\&//g; s/\\-/-/g' \
        -e "s/\\\\(aq/'/g; s/\\\\(ha/^/g; s/\\\\(ti/~/g; s/\\\\e/\\\\/g" | flat
}

# section NAME PAGE: from the heading to the next one.
section() { awk -v name="$1" '/^\.S[SH] /{ inside = (substr($0, 5) == name) } inside' "$2"; }

# The long options of a help.
options() { "$INITSCOPE" "$@" --help | sed -nE 's/^ {2,6}(-., )?--([a-z-]+).*/\2/p'; }

commands() { "$INITSCOPE" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z][a-z]*\) .*/\1/p'; }

# complete WORD...: what the completion offers for the last word.
complete_words() {
    bash -c '
        source "$1"
        shift
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
        "$(complete -p initscope | sed "s/.*-F \([^ ]*\) .*/\1/")"
        [ ${#COMPREPLY[@]} -eq 0 ] || printf "%s\n" "${COMPREPLY[@]}"
    ' bash "$completion" initscope "$@"
}

@test "the page has every command with its usage and help" {
    [ "$(commands | wc -l)" -ge 4 ]
    for command in $(commands); do
        help=$("$INITSCOPE" --help | sed -n "s/^  $command  *//p")
        usage=$("$INITSCOPE" "$command" --help | sed -n '1s/Usage: //p')
        [[ "$(section COMMANDS "$page" | plain)" == *"$usage $help"* ]]
    done
}

@test "the page says of the options of run and report what the help says" {
    for command in run report; do
        "$INITSCOPE" $command --help | sed 1d | sed '/^  -h, --help/,$d' | flat >help
        section "initscope $command" "$page" | plain | sed -E 's/ (-h, --help this text|As for run: --help)$//' >page
        [ "$(wc -w <help)" -ge 80 ]
        diff help page
    done
}

@test "the page names every option of every command" {
    for command in $(commands); do
        options "$command" | sort >help
        section "initscope $command" "$page" | plain | grep -oE -e '(^| )(-., )?--[a-z-]+(=|,| |$)' |
            sed -E 's/.*--([a-z-]+).*/\1/' | sort -u >page
        [ -s help ]
        # The prose of the section may name an option too.
        diff help page
    done
}

@test "every command has a page of its own, with all that its help says" {
    for command in $(commands); do
        own=$builddir/src/cli/initscope-$command.1
        usage=$("$INITSCOPE" "$command" --help | sed -n '1s/Usage: //p')
        [[ "$(section SYNOPSIS "$own" | plain)" == "$usage"* ]]
        "$INITSCOPE" --help | sed -n "s/^  $command  *//p" >summary
        [ -s summary ]
        [[ "$(section NAME "$own" | plain)" == "initscope-$command - $(cat summary)"* ]]
        {
            section DESCRIPTION "$own"
            section OPTIONS "$own" | sed '/^In brackets/d'
        } | plain >page
        "$INITSCOPE" "$command" --help | sed 1d | sed '/^Options:$/d' | flat >help
        # A usage of several lines goes on in the help's second.
        [[ "$(cat help)" == *"$(cat page)" ]]
        [ "$(wc -w <page)" -ge 40 ]
    done
    grep -q 'initscope-run(1)' <(section 'SEE ALSO' "$page" | plain | tr -d ' ')
}

@test "the page has the exit statuses and the variables of the environment" {
    "$INITSCOPE" --help | sed -n '/^Exit status:/,/^$/p' | sed 1d | flat >help
    section 'EXIT STATUS' "$page" | sed '/^\.PP/,$d' | plain >page
    [ "$(wc -w <help)" -ge 40 ]
    diff help page
    names=$(grep -rhoE 'getenv\("[A-Z_]+"' "$srcdir/src" | sed 's/.*"\(.*\)"/\1/' | sort -u)
    [ "$(wc -w <<<"$names")" -ge 4 ]
    for name in $names; do section ENVIRONMENT "$page" | grep -qxE "\.BR? $name( .)?"; done
}

@test "the page of the logs has every file and every column as schema.json has them" {
    run_ok run -q --seeds=1 --epochs=1 --init=he_normal -o w
    sed -n 's/.*"path": "\(.*\)".*/FILE \1/p; s/.*{"name": "\(.*\)", "type": "\([a-z]*\)".*/\1 \2/p' w/schema.json |
        sed 's/ string$/ text/' >schema
    section 'FILES AND COLUMNS' "$log_page" >sections
    awk '/^\.SH /{ inside = (substr($0, 5) == "FILES AND COLUMNS") } inside' "$log_page" |
        sed -nE 's/^\.SS (.*)/FILE \1/p; s/^\\fB([a-z_0-9]+)\\fR \(([a-z]+)[,)].*/\1 \2/p' >page
    [ "$(wc -l <schema)" -ge 80 ]
    # What a run of dense layers does not write stands on the page alone.
    awk 'NR == FNR { if (/^FILE /) written[$2]; next } /^FILE / { on = $2 in written } on' schema page | diff schema -
    [ "$(sed -n 's/^FILE //p' schema page | sort | uniq -u | tr '\n' ' ')" = "factors.csv network.csv steps.csv tokens.csv " ]
    # and the sentences
    sed -n 's/.*"description": "\(.*\)"}.*/\1/p' w/schema.json >sentences
    [ "$(wc -l <sentences)" -ge 70 ]
    plain <"$log_page" >text
    while IFS= read -r sentence; do grep -qF -e "$(flat <<<"$sentence")" text; done <sentences
    # and of the files that a run writes none is left out
    for file in w/*.csv w/*.json w/*.ini; do
        echo "$file"
        grep -qF "$(basename "$file")" "$log_page"
    done
}

@test "the page of the logs has every tensor" {
    "$INITSCOPE" list tensors | sed 1d | awk '{ print $1 }' >tensors
    [ "$(wc -l <tensors)" -ge 7 ]
    awk '/^\.SH /{ inside = (substr($0, 5) == "TENSORS") } inside' "$log_page" | sed -nE 's/^\\fB([a-z]+)\\fR$/\1/p' >page
    diff tensors page
}

@test "man and mandoc find nothing to complain of" {
    found=0
    for file in "$page" "$log_page" "$builddir"/src/cli/initscope-[a-z]*.1; do
        if command -v mandoc >/dev/null; then
            run mandoc -Tlint "$file"
            echo "$output"
            [ "$status" -eq 0 ]
            [ "$output" = "" ]
            found=1
        fi
        if man --version >/dev/null 2>&1 && command -v groff >/dev/null; then
            run --separate-stderr env LC_ALL=C.UTF-8 MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 -Z "$file"
            echo "$stderr"
            [ "$status" -eq 0 ]
            [ "$stderr" = "" ]
            found=1
        fi
    done
    [ $found -eq 1 ] || skip "neither mandoc nor man with groff found"
}

@test "completion: commands, and every option of every command" {
    [ "$(complete_words '')" = "$(commands)" ]
    [ "$(complete_words th)" = theory ]
    [ "$(complete_words --v)" = --version ]
    for command in $(commands); do
        [ "$(complete_words "$command" --)" = "$(options "$command" | sed 's/^/--/' |
            while read -r option; do
                "$INITSCOPE" "$command" --help | grep -qE -e "^ {2,6}(-., )?$option=" && option+==
                echo "$option"
            done)" ]
    done
    [ "$(complete_words run --learn)" = --learning-rate= ]
    [ "$(complete_words run -q --sum)" = "" ]
}

@test "completion: the values of options, also behind = and commas" {
    for table in init:initializers activation:activations optimizer:optimizers; do
        "$INITSCOPE" list "${table#*:}" | awk 'NR > 1 { print $1 }' >names
        [ "$(wc -l <names)" -ge 6 ]
        complete_words run "--${table%:*}" '' | diff names -
        complete_words run "--${table%:*}" = '' | diff names -
        complete_words run "--${table%:*}" = | diff names -
        complete_words run "--${table%:*}=" | diff names -
        complete_words run "--${table%:*}" = zeros, | sed 's/^zeros,//' | diff names -
    done
    [ "$(complete_words theory --init zeros,he_normal,orth)" = zeros,he_normal,orthogonal ]
    [ "$(complete_words run --output-init = sa)" = same ]
    [ "$(complete_words run --scale '' | tr '\n' ' ')" = "none standard minmax " ]
    [ "$(complete_words run --batch = f)" = full ]
    [ "$(complete_words run --histograms 0,l)" = 0,last ]
    [ "$(complete_words run --epochs '')" = "" ]
    # No other command offers what is not its own, and a word behind an option is an operand.
    [ "$(complete_words list --help act)" = activations ]
}

@test "completion: files, directories, data sets and subjects" {
    mkdir 'a run' dir
    touch wine.csv 'my flowers.csv' depth.ini
    [ "$(complete_words run --data = w | sort -u)" = $'wine\nwine.csv' ]
    [ "$(complete_words run --data my)" = 'my flowers.csv' ]
    [ "$(complete_words run d)" = $'depth.ini\ndir' ]
    [ "$(complete_words theory depth)" = depth.ini ]
    [ "$(complete_words report '' | sort)" = $'a run\ndir' ]
    [ "$(complete_words report 'a run' -o d)" = dir ]
    [ "$(complete_words run --output = d)" = dir ]
    [ "$(complete_words report --gnuplot w)" = wine.csv ]
    [ "$(complete_words list '' | tr '\n' ' ')" = "$("$INITSCOPE" list --help | tr '\n' ' ' | sed 's/.* SUBJECT is \([^;]*\);.*/\1 /; s/, / /g; s/ or / /')" ]
}

@test "the completion is sound bash" {
    bash -n "$completion"
    command -v shellcheck >/dev/null || skip "shellcheck not found"
    shellcheck "$completion"
}
