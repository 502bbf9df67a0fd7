# Small multiples: one panel a curve, with its band and single runs; the other curves in grey.
# DATA: column 1 is x; curve i begins at column FIRST(i): middle, lower, upper, then its runs. If
# THEORY is 1, one column a curve follows with its prediction, drawn dashed over the paler line.
# A curve of one point alone (ALONE) is a dot.

STRIDE = 3 + SEEDS
FIRST(i) = 2 + STRIDE * (i - 1)
PANEL_LEFT(i) = LEFT + ((i - 1) % COLUMNS) * (PANEL_WIDTH + GAP_X)
PANEL_TOP(i) = TOP + ((i - 1) / COLUMNS) * (PANEL_HEIGHT + GAP_Y)

eval BEGIN
do for [i = 1:PANELS] {
    eval PANEL(PANEL_LEFT(i), PANEL_TOP(i), PANEL_LEFT(i) + PANEL_WIDTH, PANEL_TOP(i) + PANEL_HEIGHT)
    set xrange [X_MIN:X_MAX]
    set yrange [Y_MIN:Y_MAX]
    if (Y_LOG) { set logscale y }
    eval XTICS(X_TICS)
    eval YTICS((i - 1) % COLUMNS == 0 ? Y_TICS : Y_MARKS)   # numbers on the left only
    set border 3 lc rgb 0x888888 lw 0.8
    set grid ytics back lt 1 lc rgb GRID lw 0.8
    set label 1 BOLD(NAME[i]) at screen X(PANEL_LEFT(i)), Y(PANEL_TOP(i) - 2.4) left font NAME_FONT tc rgb TEXT[i]
    if (i == 1) {
        set label 2 TITLE(Y_TITLE) at screen X(0), Y(1.6) left font ',8.8' tc rgb INK
        set label 3 X_TITLE at screen X(LEFT + (WIDTH - LEFT) / 2), Y(HEIGHT - 2.2) center font ',8.2' tc rgb MUTED
    }
    if (REFERENCE == REFERENCE) {
        set arrow 1 from X_MIN, REFERENCE to X_MAX, REFERENCE nohead front dt (7,5) lc rgb AXIS lw 0.8
    }
    plot for [k = 1:PANELS] DATA skip 1 using 1:FIRST(k) with lines lc rgb GREY lw 0.7, \
         DATA skip 1 using 1:FIRST(i)+1:FIRST(i)+2 with filledcurves lc rgb COLOR[i] fs transparent solid 0.22 noborder, \
         for [s = 1:SEEDS] DATA skip 1 using 1:FIRST(i)+2+s with lines lc rgb COLOR[i] lw 0.5, \
         DATA skip 1 using 1:FIRST(i) with lines lc rgb (THEORY ? 0x70000000 : 0) + COLOR[i] lw (THEORY ? 3 : 2.4), \
         for [k = 1:THEORY] DATA skip 1 using 1:FIRST(PANELS)+STRIDE-1+i with lines dt (7,4) lc rgb TEXT[i] lw 1.2, \
         for [s = 1:SEEDS*int(ALONE[i])] DATA skip 1 using 1:FIRST(i)+2+s with points pt 7 ps 0.3 lc rgb COLOR[i], \
         for [k = 1:int(ALONE[i])] DATA skip 1 using 1:FIRST(i) with points pt 7 ps 0.6 lc rgb COLOR[i]
}
eval END
