# Ridgelines: one panel an initializer, one ridge a layer, the first layer on top.
# DATA: x, then for each initializer one column a layer: height over its own largest, 0 to 1.

COLUMN(i, l) = 1 + (i - 1) * LAYERS + l
PANEL_LEFT(i) = LEFT + ((i - 1) % COLUMNS) * (PANEL_WIDTH + GAP_X)
PANEL_TOP(i) = TOP + ((i - 1) / COLUMNS) * (PANEL_HEIGHT + GAP_Y)
TALL = 1.6                # a ridge may rise above the base of the one before it
BASE(l) = (l - 1 + TALL) / (LAYERS - 1 + TALL) * PANEL_HEIGHT

eval BEGIN
do for [i = 1:PANELS] {
    eval PANEL(PANEL_LEFT(i), PANEL_TOP(i), PANEL_LEFT(i) + PANEL_WIDTH, PANEL_TOP(i) + PANEL_HEIGHT)
    set xrange [X_MIN:X_MAX]
    set yrange [LAYERS:1 - TALL]
    eval XTICS(X_TICS)
    set border 1 lc rgb 0x888888 lw 0.8
    set grid xtics back lt 1 lc rgb GRID lw 0.8
    set label 1 BOLD(NAME[i]) at screen X(PANEL_LEFT(i)), Y(PANEL_TOP(i) - 2.4) left font NAME_FONT tc rgb TEXT[i]
    if (i == 1) { set label 2 TITLE(Y_TITLE) at screen X(0), Y(1.6) left font ',8.8' tc rgb INK }
    do for [l = 1:LAYERS] {
        # layers are numbered on the left, what lies beyond the ends is told on the right
        if ((i - 1) % COLUMNS == 0) { set label 100 + l LAYER[l] at screen X(PANEL_LEFT(i) - 1.4), Y(PANEL_TOP(i) + BASE(l) - 0.8) right font ',6.8' tc rgb AXIS }
        set label 200 + l PLAIN(BEYOND[(i - 1) * LAYERS + l]) at screen X(PANEL_LEFT(i) + PANEL_WIDTH + 0.5), Y(PANEL_TOP(i) + BASE(l) - 0.8) left font ',5.6' tc rgb MUTED
    }
    # fill and outline of one layer after the other, so that each ridge stands before those above it
    RIDGES = 'plot LAYERS + 1'   # out of sight, so that a panel without ridges has its labels
    do for [l = 1:LAYERS] {
        if (DRAWN[(i - 1) * LAYERS + l] > 0) {
            RIDGE = sprintf("DATA skip 1 using 1:(%d):(%d - TALL * column(%d))", l, l, COLUMN(i, l))
            RIDGES = RIDGES.', '.RIDGE.' with filledcurves lc rgb COLOR[i] fs transparent solid 0.72 noborder'
            RIDGES = RIDGES.sprintf(", DATA skip 1 using 1:(%d - TALL * column(%d)) with lines lc rgb 0xFFFFFF lw 0.9", l, COLUMN(i, l))
        }
    }
    eval RIDGES
}
eval END
