# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
# report.html: one sound page that says what the numbers say, asks nothing of anybody, and holds names as
# text alone. What a browser makes of it is in tests/browser.

load helper

# The run of the report's tests, and an experiment of settings beside it.
setup_file() {
    local program
    program=$(realpath "${INITSCOPE:-./initscope}")
    local made=$BATS_FILE_TMPDIR
    "$program" run -q --epochs=3 --seeds=3 --title='A title' -o "$made/run"
    "$program" run -q --epochs=2 --seeds=2 --hidden='2x8 4x8' --activation='relu tanh' --init='zeros he_normal' \
        --question='Which <one>?' -o "$made/grid"
    if command -v gnuplot; then
        "$program" report -q "$made/run" -o "$made/alone"
        "$program" report -q "$made/run" "$made/grid" -o "$made/both"
    fi
}

need() {
    local program
    for program; do
        command -v "$program" >/dev/null || skip "$program not found"
    done
}

# check_page ARGUMENT...
check_page() { python3 "$srcdir/tests/cli/check_page.py" "$@"; }

# page_text FILE: what a page says, in one line.
page_text() { check_page --text "$1" | tr -s ' \n' ' '; }

# unescaped: HTML's references as what they stand for.
unescaped() { sed "s/&lt;/</g; s/&gt;/>/g; s/&quot;/\"/g; s/&#39;/'/g; s/&amp;/\&/g"; }

@test "a report of one experiment and of several are sound pages" {
    need gnuplot python3
    check_page "$BATS_FILE_TMPDIR/alone/report.html"
    check_page "$BATS_FILE_TMPDIR/both/report.html"
}

@test "the check of pages finds what is wrong with one" {
    need gnuplot python3
    page=$BATS_FILE_TMPDIR/alone/report.html
    # each edit breaks one rule
    for edit in 's/<h4>/<h4 onclick="x">/' 's/<h4>/<h4 style="x">/' 's/<h4>/<img src="x"><h4>/' 's/<h4>/<h4><b>/' \
        's/<h4>/<\/p><h4>/' 's/href="#run-signal"/href="#elsewhere"/' 's/href="#run-signal"/href="https:\/\/x"/' \
        's/section id="run-signal"/section id="run-glance"/' 's/<h4>/<script>x<\/script><h4>/' 's/<h4>/<!-- x --><h4>/' \
        "s/default-src 'none'/default-src */" 's/^<script>/&x;/' 's/^:root{/&x:y;/' 's/<h4>/\x01<h4>/' \
        's/<\/html>/<\/html>x/' 's/<article id/<article id="x" id/' 's/class="legend"/class="<x>"/'; do
        sed "$edit" "$page" >edited.html
        echo "edit: $edit"
        refute cmp -s "$page" edited.html
        refute check_page edited.html
    done
}

@test "an HTML parser of others finds no error of form" {
    need gnuplot xmllint
    # it knows no element that is younger than 2000
    xmllint --html --noout "$BATS_FILE_TMPDIR/both/report.html" 2>said || true
    known='Tag (header|nav|main|article|section|figure|figcaption|details|summary|svg|g|path|text|tspan) invalid$'
    grep -E '^[^ ]+:[0-9]+: .*error :' said | grep -v -E "$known" >errors || true
    grep -q -E "$known" said
    cat errors
    [ ! -s errors ]
}

@test "the page says what the numbers and the pages of the PDF say" {
    need gnuplot python3 pdftotext
    page_text "$BATS_FILE_TMPDIR/alone/report.html" >text
    cd "$BATS_FILE_TMPDIR"
    shares=$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "accuracy") c = i }
        NR > 1 && c { printf "%.1f %%\n", 100 * $c }' alone/summary.csv)
    [ "$(echo "$shares" | wc -l)" -eq 4 ]
    while read -r share; do grep -q -F "$share" "$BATS_TEST_TMPDIR/text"; done <<<"$shares"
    # a finding is one sentence in both; and so is every caption of a figure, by its beginning
    findings=0
    while read -r claim; do
        echo "claim: $claim"
        grep -q -i -F "$claim" "$BATS_TEST_TMPDIR/text"
        findings=$((findings + 1))
    done < <(python3 -c 'import csv; [print(row["claim"].rstrip(".")) for row in csv.DictReader(open("alone/findings.csv"))]')
    [ "$findings" -ge 2 ]
    captions=$(grep -h -o 'Figure [0-9]*\.[^*]*$' alone/pages/*-text.csv | wc -l)
    [ "$(grep -c '<figcaption><b>Figure' alone/report.html)" -eq "$(ls alone/figures/*.gp | grep -c '/[0-9]')" ]
    echo "captions on pages: $captions"
}

@test "the contents are the chapters and sections, in their order, and every one has a place" {
    need gnuplot python3
    page=$BATS_FILE_TMPDIR/both/report.html
    sed -n '/<nav /,/<\/nav>/p' "$page" | grep -o 'href="#[^"]*"' | tr -d '"' | cut -c7- >listed
    grep -o '<\(article\|section\) id="[^"]*"' "$page" | cut -d'"' -f2 >there
    diff there listed
    [ "$(wc -l <listed)" -gt 12 ]
    for id in answers run run-glance grid grid-glance grid-settings method; do grep -q -x "$id" listed; done
}

@test "a figure brings the data of its CSV at four digits, and with the style its script draws it" {
    need gnuplot python3
    mkdir drawn
    python3 - "$BATS_FILE_TMPDIR/alone/report.html" <<'END'
import re, sys, html
page = open(sys.argv[1]).read()
style = html.unescape(re.search(r'<pre id="style-gp" hidden>\n(.*?)</pre>', page, re.S)[1])
for name, body in re.findall(r'<figure id="[^"]*" data-name="([^"]*)">(.*?)</figure>', page, re.S):
    pres = re.findall(r'<pre class="(csv|gp)" tabindex="0">\n(.*?)</pre>', body, re.S)
    if not pres:
        continue
    data, script = (html.unescape(text) for kind, text in pres)
    open(f'drawn/{name}.csv', 'w').write(data)
    open(f'drawn/{name}.gp', 'w').write(
        f"DIR = ''\nFORMAT = 'svg'\n{style}\n$DATA << END\n{data}\nEND\nDATA = '$DATA'\n{script}")
END
    [ "$(ls drawn/*.gp | wc -l)" -ge 4 ]
    for script in drawn/*.gp; do
        name=$(basename "$script" .gp)
        (cd drawn && gnuplot -d "$name.gp") 2>said
        cat said
        [ ! -s said ]
        tail -c 12 "drawn/$name.svg" | grep -q '</svg>'
        # the same values, as far as they go, in the same order
        python3 - "drawn/$name.csv" "$BATS_FILE_TMPDIR/alone/figures/$name.csv" <<'END'
import csv, math, sys
short, whole = (list(csv.reader(open(path))) for path in sys.argv[1:])
assert len(short) == len(whole) > 3, (len(short), len(whole))
assert short[0] == whole[0]
for i, (a, b) in enumerate(zip(short[1:], whole[1:]), 1):
    if a[:2] == ['', '']:
        assert b[:2] == whole[i - 1][:2], (a, b)
    else:
        assert a[:2] == b[:2], (a, b)
    for x, y in zip(a[2:6], b[2:6]):
        x, y = float(x or 'nan'), float(y or 'nan')
        assert math.isnan(x) == math.isnan(y) and not abs(x - y) > 5.1e-4 * abs(y), (a, b)
    assert a[6:] == b[6:]
END
    done
}

@test "a value that a figure tells lies where gnuplot drew it" {
    need gnuplot python3
    python3 - "$BATS_FILE_TMPDIR/alone/report.html" <<'END'
import csv, html, json, math, re, sys
page, told, all_values = open(sys.argv[1]).read(), 0, 0
for svg, data in re.findall(r'(<svg viewBox[^>]* data-panels=.*?</svg>).*?<pre class="csv" tabindex="0">\n(.*?)</pre>', page, re.S):
    rows = [row for row in csv.reader(html.unescape(data).splitlines()) if row][1:]
    drawn = [(float(x), float(y)) for x, y in re.findall(r'M(-?[\d.]+)[ ]?(-?[\d.]+)h0', svg)]
    for left, top, right, bottom, x0, x1, xlog, y0, y1, ylog, series, title in json.loads(html.unescape(re.search(r'data-panels="(.*?)"', svg)[1])):
        if xlog < 0 or ylog < 0 or not drawn:
            continue
        def share(v, a, b, log):
            return math.log(v / a) / math.log(b / a) if log else (v - a) / (b - a)
        for mark, xc, yc, lo, hi, first, count in series:
            for row in rows[first:first + count]:
                x, y = float(row[xc]), float(row[yc])
                if not (math.isfinite(x) and math.isfinite(y)) or (ylog and y <= 0):
                    continue
                px, py = left + share(x, x0, x1, xlog) * (right - left), bottom - share(y, y0, y1, ylog) * (bottom - top)
                if not top <= py <= bottom:
                    continue
                all_values += 1
                told += min(math.hypot(px - u, py - v) for u, v in drawn) < 0.4
print(told, 'of', all_values, 'have a point, and lie on it; curves of theory have none')
assert told > 40 and told > 0.5 * all_values
END
}

@test "two reports of one run have the same page, whatever it is called" {
    need gnuplot
    cd "$BATS_TEST_TMPDIR"
    run_ok report "$BATS_FILE_TMPDIR/run" -o again -q
    cmp again/report.html "$BATS_FILE_TMPDIR/alone/report.html"
    [ ! -e again/.web ]
    refute grep -q -F "$BATS_TEST_TMPDIR" again/report.html
}

@test "names that are hostile are names" {
    need gnuplot python3
    hostile='<img src=x onerror=alert(1)>'
    ender='</script></style></title><script>alert(2)</script>'
    quote="\"><svg/onload=alert(3)> ' &lt;b&gt; javascript:alert(4)"
    directory="h<b>\"&'x"
    run_ok run -q --epochs=1 --seeds=2 --hidden=4,4 --title="$ender" --question="$quote" --init='zeros he_normal' -o "$directory"
    # initializers and layers have hostile names as well
    for file in "$directory"/*.csv; do
        python3 - "$file" "$hostile" "$ender" <<'END'
import csv, sys
path, one, two = sys.argv[1:]
rows = [[one if c == 'zeros' else two if c == 'he_normal' else c for c in row] for row in csv.reader(open(path, newline=''))]
csv.writer(open(path, 'w', newline=''), lineterminator='\n').writerows(rows)
END
    done
    run_ok report "$directory" "$BATS_FILE_TMPDIR/run" -o hostile -q
    check_page hostile/report.html
    page_text hostile/report.html >text
    for string in "$hostile" "$ender" "$quote"; do
        echo "string: $string"
        grep -q -F "$string" text
    done
}

@test "--format: what is drawn; an earlier report goes with what it had in other formats" {
    need gnuplot
    cp -r "$BATS_FILE_TMPDIR/run" run
    run_ok report run
    [ "$stderr" = "initscope: report of 1 run directory -> run/report/report.pdf run/report/report.html" ]
    run_ok report run --format=html
    [ "$stderr" = "initscope: report of 1 run directory -> run/report/report.html" ]
    [ "$(ls -A run/report | tr '\n' ' ')" = "comparisons.csv figures figures.gp findings.csv pages report.gp report.html summary.csv " ]
    cmp run/report/report.html "$BATS_FILE_TMPDIR/alone/report.html"
    refute compgen -G 'run/report/figures/*.png'
    refute compgen -G 'run/report/figures/*.svg'
    run_ok report run --format 'pdf, svg'
    [ "$stderr" = "initscope: report of 1 run directory -> run/report/report.pdf" ]
    [ "$(head -c 5 run/report/report.pdf)" = "%PDF-" ]
    [ ! -e run/report/report.html ]
    [ "$(ls run/report/figures/*.svg | wc -l)" -ge 5 ]
    refute compgen -G 'run/report/figures/*.png'
    run_ok report run --format=png
    [ "$stderr" = "initscope: report of 1 run directory -> run/report" ]
    [ ! -e run/report/report.pdf ]
    [ "$(ls run/report/figures/*.png | wc -l)" -ge 5 ]
}

@test "without gnuplot there is no page, and a page alone is a report that is not replaced by none" {
    cp -r "$BATS_FILE_TMPDIR/run" run
    run --separate-stderr "$INITSCOPE" report run --format=html --gnuplot=/nonexistent/gnuplot
    [ "$status" -eq 5 ]
    [ ! -e run/report/report.html ]
    [ -s run/report/figures/01-learning.gp ]
    need gnuplot
    run_ok report run --format=html
    run --separate-stderr "$INITSCOPE" report run --gnuplot=/nonexistent/gnuplot
    [ "$status" -eq 5 ]
    cmp run/report/report.html "$BATS_FILE_TMPDIR/alone/report.html"
}

@test "a page of somebody else is not replaced" {
    cp -r "$BATS_FILE_TMPDIR/run" w
    mkdir mine
    echo mine >mine/report.html
    run --separate-stderr "$INITSCOPE" report w -o mine
    [ "$status" -eq 4 ]
    [ "$stderr" = "initscope: mine: holds figures, pages, report.pdf or report.html of something else; choose another -o" ]
    [ "$(cat mine/report.html)" = mine ]
}

@test "a house style is taken; one that is not whole, or would leave its place, is told" {
    need gnuplot python3
    cp -r "$BATS_FILE_TMPDIR/run" w
    mkdir -p house
    cp -r "$srcdir/data" "$srcdir/reports" house
    echo 'article { color: #123456 }' >>house/reports/web/report.css
    INITSCOPE_DATA_DIR=$PWD/house run_ok report w --format=html
    grep -q -x 'article { color: #123456 }' w/report/report.html
    check_page w/report/report.html
    echo '</style>' >>house/reports/web/dark.css
    INITSCOPE_DATA_DIR=$PWD/house run --separate-stderr "$INITSCOPE" report w --format=html -o other
    [ "$status" -eq 4 ]
    [ "$stderr" = 'initscope: reports/web/dark.css: cannot be part of a page (it has "</style")' ]
    [ ! -e other ]
}

@test "a gnuplot that draws what the page does not know is no success" {
    need gnuplot
    real=$(command -v gnuplot)
    printf '#!/bin/sh\n"%s" "$@"\ncase "$*" in *.web*) sed -i "s/<path/<image href=\\"x\\"\\/><path/" .web/2.svg ;; esac\n' "$real" >fake
    chmod +x fake
    cp -r "$BATS_FILE_TMPDIR/run" w
    run --separate-stderr "$INITSCOPE" report w --gnuplot=./fake
    echo "status $status: $stderr"
    [ "$status" -eq 5 ]
    [[ "$stderr" == *signal* ]]
    [ ! -e w/report/report.html ]
    [ ! -e w/report/.web ]
}
