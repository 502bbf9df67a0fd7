# One row each: single runs as crosses, their mean as a dot, its 95% interval as a bar.
# DATA: name, row, mean, lower, upper, rgb, then one column a run.

# on a page the names may stand in a table beside a narrow panel; alone, the figure has its own
left  = NAMES || FORMAT eq 'page' ? LEFT : 52
right = NAMES || FORMAT eq 'page' ? RIGHT : WIDTH - 4

eval BEGIN
eval PANEL(left, TOP, right, BOTTOM)
set xrange [X_MIN:X_MAX]
set yrange [ROWS + 0.5:0.5]
if (X_LOG) { set logscale x }
eval XTICS(X_TICS)
set grid xtics back lt 1 lc rgb 0xD6D6D6 lw 0.8
if (NAMES || FORMAT ne 'page') { set label 1 X_TITLE at screen X((left + right) / 2), Y(BOTTOM + 7.4) center font ',8.2' tc rgb MUTED }

if (NAMES || FORMAT ne 'page') {
    do for [i = 1:ROWS] {
        set label 10 + i BOLD(NAME[i]) at screen X(left - 3), Y(TOP + (i - 0.5) * (BOTTOM - TOP) / ROWS) right font ',8.4' tc rgb TEXT[i]
    }
}
if (REFERENCE == REFERENCE) {
    set arrow 1 from REFERENCE, 0.5 to REFERENCE, ROWS + 0.5 nohead back dt (6,5) lc rgb 0x777777 lw 1.2
    set label 2 REFERENCE_LABEL at screen X(left), Y(BOTTOM + 7.4) left font ',7' tc rgb MUTED
}

plot for [s = 1:SEEDS] DATA skip 1 using 6+s:2:6 with points pt 2 ps 0.35 lw 0.8 lc rgb variable, \
     DATA skip 1 using 3:2:4:5:6 with xerrorbars pt 7 ps 0.6 lw 2.2 lc rgb variable
eval END
