# Singular values in order of size: one panel an initializer, over their root mean square at epoch 0.
# DATA: share, then for each initializer: first epoch, last epoch, and the curve of an independent
# random matrix of the same shape, share and value.

FIRST(i) = 2 + 4 * (i - 1)
PANEL_LEFT(i) = LEFT + ((i - 1) % COLUMNS) * (PANEL_WIDTH + GAP_X)
PANEL_TOP(i) = TOP + ((i - 1) / COLUMNS) * (PANEL_HEIGHT + GAP_Y)

eval BEGIN
do for [i = 1:PANELS] {
    eval PANEL(PANEL_LEFT(i), PANEL_TOP(i), PANEL_LEFT(i) + PANEL_WIDTH, PANEL_TOP(i) + PANEL_HEIGHT)
    set xrange [0:1]
    set yrange [Y_MIN:Y_MAX]
    eval XTICS("'largest' 0.17, 'smallest' 0.83")
    eval YTICS((i - 1) % COLUMNS == 0 ? Y_TICS : Y_MARKS)   # numbers on the left only
    set border 3 lc rgb 0x888888 lw 0.8
    set grid ytics back lt 1 lc rgb GRID lw 0.8
    set label 1 BOLD(NAME[i]) at screen X(PANEL_LEFT(i)), Y(PANEL_TOP(i) - 2.4) left font NAME_FONT tc rgb TEXT[i]
    if (i == 1) { set label 2 TITLE(Y_TITLE) at screen X(0), Y(1.6) left font ',8.8' tc rgb INK }
    # the ends of the spectrum of an independent random matrix
    if (EDGE_LOW[i] == EDGE_LOW[i]) {
        set object 1 rect from 0, EDGE_LOW[i] to 1, EDGE_HIGH[i] fc rgb 0xEEF2F5 fs solid noborder behind
    }
    plot DATA skip 1 using 1:FIRST(i) with lines lc rgb COLOR[i] lw 3, \
         DATA skip 1 using 1:FIRST(i)+1 with lines lc rgb INK lw 1.1, \
         DATA skip 1 using FIRST(i)+2:FIRST(i)+3 with lines dt (6,4) lc rgb 0x555555 lw 1.1
}
eval END
