# The card of one initializer. Above: variances by layer, a curve an epoch, pale to dark. Below, or
# beside them: accuracy (band, single runs, mean) and a second measure over epochs; grey: the others.
# DATA: layer, EPOCHS columns for each of the two variances; then epoch, and for each of the two
# measures OTHERS columns, its mean, lower, upper, and RUNS columns. ALONE: a measure at one epoch
# only, which is drawn as a dot.

FIRST(p) = p <= 2 ? 2 + EPOCHS * (p - 1) : 3 + 2 * EPOCHS + (p - 3) * (OTHERS + 3 + RUNS)
EPOCH = 2 + 2 * EPOCHS

eval BEGIN
do for [p = 1:4] {
    eval PANEL(PANEL_LEFT[p], PANEL_TOP[p], PANEL_LEFT[p] + PANEL_WIDTH, PANEL_TOP[p] + PANEL_HEIGHT)
    set xrange [value(sprintf('X%d_MIN', p)):value(sprintf('X%d_MAX', p))]
    set yrange [value(sprintf('Y%d_MIN', p)):value(sprintf('Y%d_MAX', p))]
    if (Y_LOG[p]) { set logscale y }
    eval XTICS(value(sprintf('X%d_TICS', p)))
    eval YTICS(value(sprintf('Y%d_TICS', p)))
    set border 3 lc rgb 0x888888 lw 0.8
    set grid ytics back lt 1 lc rgb GRID lw 0.8
    set label 1 TITLE(value(sprintf('TITLE_%d', p))) at screen X(PANEL_LEFT[p] - TITLE_SHIFT), Y(PANEL_TOP[p] - 4) left font TITLE_FONT tc rgb INK
    set label 2 (p <= 2 ? 'layer' : 'epoch') at screen X(PANEL_LEFT[p] + PANEL_WIDTH / 2), Y(PANEL_TOP[p] + PANEL_HEIGHT + 6.8) center font ',8' tc rgb MUTED
    if (REFERENCE[p] == REFERENCE[p]) {
        set arrow 1 from graph 0, first REFERENCE[p] to graph 1, first REFERENCE[p] nohead back dt (7,5) lc rgb AXIS lw 0.8
    }
    if (p <= 2) {
        drawn = 0
        do for [e = 1:EPOCHS] {
            y = LABEL_Y[(p - 1) * EPOCHS + e]
            if (y == y) {
                drawn = drawn + 1
                x = END_X[(p - 1) * EPOCHS + e]
                set arrow 10 + e from screen X(x), Y(END_Y[(p - 1) * EPOCHS + e]) to screen X(LABEL_X[p] - 0.5), Y(y) nohead back lc rgb SHADE[e] lw 0.6
                set label 10 + e sprintf('{/:Bold %.0f}', NUMBER[e]) at screen X(LABEL_X[p]), Y(y) left font ',7.6' tc rgb TEXT[e]
            }
        }
        if (drawn == 0) { set label 10 'no value above 0' at graph 0.5, graph 0.5 center font ',7.6' tc rgb MUTED
        } else { set label 10 'epoch' at screen X(LABEL_X[p] + 4.4), Y(PANEL_TOP[p] - 1.8) right font ',6.8' tc rgb MUTED }
        plot for [e = 1:EPOCHS] DATA skip 1 using 1:FIRST(p)+e-1 with linespoints lc rgb SHADE[e] lw 1.8 pt 7 ps 0.3
    } else {
        plot for [k = 1:OTHERS] DATA skip 1 using EPOCH:FIRST(p)+k-1 with lines lc rgb GREY lw 0.8, \
             DATA skip 1 using EPOCH:FIRST(p)+OTHERS+1:FIRST(p)+OTHERS+2 with filledcurves lc rgb OWN[1] fs transparent solid 0.2 noborder, \
             for [s = 1:RUNS] DATA skip 1 using EPOCH:FIRST(p)+OTHERS+2+s with lines lc rgb OWN[1] lw 0.5, \
             DATA skip 1 using EPOCH:FIRST(p)+OTHERS with lines lc rgb OWN[1] lw 2.4, \
             for [k = 1:int(ALONE[p-2])] DATA skip 1 using EPOCH:FIRST(p)+OTHERS:FIRST(p)+OTHERS+1:FIRST(p)+OTHERS+2 with yerrorbars pt 7 ps 0.6 lc rgb OWN[1] lw 1
    }
}
eval END
