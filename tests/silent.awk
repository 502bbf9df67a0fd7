# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
# Lines of bats tests that can never fail one, as FILE:LINE:STATEMENT. Tests run under errexit, which
# looks away from "! command" and from every part of "a && b" but the last, and b is not reached when
# a is false. Such a line counts only as the last of a function, whose value it is.
#
# The shell is read no further than this needs: what stands in quotes, parentheses, comments and
# documents (<<END) is taken out, and the rest falls into statements and their words.

# Whether a list of commands asserts something that errexit cannot see.
function is_silent(statement,    word, words, first, i, both, after) {
    gsub(/&&|\|\||!/, " & ", statement)
    words = split(statement, word, " ")
    first = 1
    while (word[first] ~ /^(do|then|else|{|[a-z_]+\(\)|@test)$/ && first < words) first++
    if (word[first] ~ /^(if|elif|while|until)$/) return 0
    for (i = first; i <= words; i++) {
        if (word[i] == "[[") while (i <= words && word[i] != "]]") i++
        if (word[i] == "||") return 0
        if (word[i] == "&&") both = i
    }
    if (word[first] == "!") return 1
    # What leaves the loop or the function, or skips the test, is a branch and no assertion.
    return both && word[both + 1] !~ /^(return|continue|break|exit|skip)$/
}

# A list with && is the value of a function when it is the last before the brace.
function judge(text) {
    if (kept != "" && text !~ /^[ \t]*}/) print kept
    kept = ""
    if (!is_silent(text)) return
    sub(/^[ \t]*/, "", text)
    if (text ~ /^!/) print FILENAME ":" line ":" text
    else kept = FILENAME ":" line ":" text
}

function finish(    part, parts, i) {
    parts = split(statement, part, ";")
    for (i = 1; i <= parts; i++) if (part[i] ~ /[^ \t]/) judge(part[i])
    statement = ""
}

FNR == 1 { statement = depth = end_mark = kept = "" }

end_mark != "" {
    text = $0
    sub(/^\t*/, "", text)
    if (text == end_mark) end_mark = ""
    next
}

{
    if (statement == "") line = FNR
    continued = 0
    for (i = 1; i <= length($0); i++) {
        c = substr($0, i, 1)
        inner = substr(depth, length(depth))
        if (inner == "'") {
            if (c == "'") depth = substr(depth, 1, length(depth) - 1)
        } else if (c == "\\") {
            continued = ++i > length($0)
        } else if (c == "\"") {
            depth = inner == "\"" ? substr(depth, 1, length(depth) - 1) : depth c
            if (depth == "") statement = statement "_"
        } else if (c == "'" && inner != "\"") {
            depth = depth c
            if (depth == c) statement = statement "_"
        } else if (c == "(" && (inner != "\"" || substr($0, i - 1, 1) == "$")) {
            if (depth == "" && substr($0, i, 2) == "()") statement = statement "("
            depth = depth c
        } else if (c == ")" && inner == "(") {
            depth = substr(depth, 1, length(depth) - 1)
            if (depth == "") statement = statement (statement ~ /\($/ ? ")" : "_")
        } else if (c == "#" && inner != "\"" && (i == 1 || substr($0, i - 1, 1) ~ /[ \t;]/)) {
            break
        } else if (depth == "") {
            statement = statement c
        }
    }
    if (depth != "" || continued) { statement = statement " "; next }
    if (match($0, /<<-?["'\\]?[A-Z]+/) && $0 !~ /<<</) {
        end_mark = substr($0, RSTART, RLENGTH)
        gsub(/[^A-Z]/, "", end_mark)
    }
    if (statement ~ /(&&|\|\||\|)[ \t]*$/) { statement = statement " "; next }
    finish()
}
