# Small multiples: two curves by layer in each panel, the error signal and the weight gradient.
# DATA: layer, then for each initializer its delta and its gradient.

PANEL_LEFT(i) = LEFT + ((i - 1) % COLUMNS) * (PANEL_WIDTH + GAP_X)
PANEL_TOP(i) = TOP + ((i - 1) / COLUMNS) * (PANEL_HEIGHT + GAP_Y)

eval BEGIN
do for [i = 1:PANELS] {
    eval PANEL(PANEL_LEFT(i), PANEL_TOP(i), PANEL_LEFT(i) + PANEL_WIDTH, PANEL_TOP(i) + PANEL_HEIGHT)
    set xrange [X_MIN:X_MAX]
    set yrange [Y_MIN:Y_MAX]
    set logscale y
    eval XTICS(X_TICS)
    eval YTICS((i - 1) % COLUMNS == 0 ? Y_TICS : Y_MARKS)   # numbers on the left only
    set border 3 lc rgb 0x888888 lw 0.8
    set grid ytics back lt 1 lc rgb GRID lw 0.8
    set label 1 BOLD(NAME[i]) at screen X(PANEL_LEFT(i)), Y(PANEL_TOP(i) - 2.4) left font NAME_FONT tc rgb TEXT[i]
    if (i == 1) {
        set label 2 TITLE(Y_TITLE) at screen X(0), Y(1.6) left font ',8.8' tc rgb INK
        set label 3 X_TITLE at screen X(LEFT + (WIDTH - LEFT) / 2), Y(HEIGHT - 2.2) center font ',8.2' tc rgb MUTED
    }
    set arrow 1 from X_MIN, 1 to X_MAX, 1 nohead back dt (7,5) lc rgb AXIS lw 0.8
    plot DATA skip 1 using 1:2*i with linespoints lc rgb COLOR[i] lw 2.4 pt 7 ps 0.36, \
         DATA skip 1 using 1:2*i+1 with linespoints dt (5,3) lc rgb MUTED lw 1.6 pt 4 ps 0.42
}
eval END
