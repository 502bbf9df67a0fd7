# Small multiples over epochs: one panel an initializer, one curve a layer, pale at the input.
# DATA: epoch, then for each initializer one column a layer. ALONE: its curves are single points.

COLUMN(i, l) = 1 + (i - 1) * LAYERS + l
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
        set label 3 'epoch' at screen X(LEFT + (WIDTH - LEFT) / 2), Y(HEIGHT - 2.2) center font ',8.2' tc rgb MUTED
    }
    if (REFERENCE == REFERENCE) {
        set arrow 1 from X_MIN, REFERENCE to X_MAX, REFERENCE nohead back dt (7,5) lc rgb AXIS lw 0.8
    }
    drawn = 0
    do for [l = 1:LAYERS] {
        y = LABEL_Y[(i - 1) * LAYERS + l]
        if (y == y) {
            drawn = drawn + 1
            set label 10 + l PLAIN(LAYER[l]) at screen X(PANEL_LEFT(i) + PANEL_WIDTH + 0.8), Y(PANEL_TOP(i) + y) left font ',6.8' tc rgb SHADE_TEXT[l]
        }
    }
    if (drawn == 0) {
        set label 10 'no positive value' at graph 0.5, graph 0.5 center font ',7.6' tc rgb MUTED
    }
    plot for [l = 1:LAYERS] DATA skip 1 using 1:COLUMN(i, l) with lines lc rgb SHADE[l] lw 1.8, \
         for [l = 1:LAYERS*int(ALONE[i])] DATA skip 1 using 1:COLUMN(i, l) with points pt 7 ps 0.4 lc rgb SHADE[l]
}
eval END
