# Heat maps: one panel an initializer, a tile for each layer and recorded epoch.
# DATA: epoch, layer, the tile's four edges, then for each initializer log10 of the value, and 1 where
# the value is exactly 0. An empty field draws no tile: where both are empty the hatched ground shows.

PANEL_LEFT(i) = LEFT + ((i - 1) % COLUMNS) * (PANEL_WIDTH + GAP_X)
PANEL_TOP(i) = TOP + ((i - 1) / COLUMNS) * (PANEL_HEIGHT + GAP_Y)

SEAM = 0.012   # tiles overlap a little: no white hairlines between them

eval BEGIN
do for [i = 1:PANELS] {
    eval PANEL(PANEL_LEFT(i), PANEL_TOP(i), PANEL_LEFT(i) + PANEL_WIDTH, PANEL_TOP(i) + PANEL_HEIGHT)
    eval PALETTE
    set cbrange [-6:6]
    set xrange [X_MIN:X_MAX]
    set yrange [0.5:LAYERS + 0.5]
    eval XTICS(X_TICS)
    eval YTICS(Y_TICS)
    set border 15 lc rgb 0x888888 lw 0.8
    set object 1 rect from graph 0, graph 0 to graph 1, graph 1 fc rgb 0xD8D8D8 fs transparent pattern 4 noborder behind
    set label 1 BOLD(NAME[i]) at screen X(PANEL_LEFT(i)), Y(PANEL_TOP(i) - 2.4) left font NAME_FONT tc rgb TEXT[i]
    if (i == 1) { set label 4 TITLE(Y_TITLE) at screen X(0), Y(1.6) left font ',8.8' tc rgb INK }
    if ((i - 1) % COLUMNS == 0) {
        set label 2 'layer' at screen X(0), Y(PANEL_TOP(i) - 2.4) left font ',7.6' tc rgb MUTED
    }
    if (i + COLUMNS > PANELS) {
        set label 3 'epoch' at screen X(PANEL_LEFT(i) + PANEL_WIDTH / 2), Y(PANEL_TOP(i) + PANEL_HEIGHT + 6.6) center font ',7.6' tc rgb MUTED
    }
    plot DATA skip 1 using 1:2:3:($4 + SEAM * ($4 - $3)):5:($6 + SEAM):5+2*i with boxxyerror fs solid 1 noborder lc palette, \
         DATA skip 1 using ($1 * column(6+2*i)):2:3:($4 + SEAM * ($4 - $3)):5:($6 + SEAM) with boxxyerror fs solid 1 noborder lc rgb 0xBEBEBE
}

# the colour scale, drawn as tiles as well
eval PANEL(BAR_LEFT, BAR_TOP, BAR_LEFT + 70, BAR_TOP + 3.4)
eval PALETTE
set cbrange [-6:6]
set xrange [-6:6]
set yrange [0:1]
set border 15 lc rgb 0x888888 lw 0.8
eval XTICS("'10^{−6}' -6, '10^{−4}' -4, '10^{−2}' -2, '1' 0, '10^{2}' 2, '10^{4}' 4, '10^{6}' 6")
set label 1 Z_TITLE at screen X(BAR_LEFT - 3), Y(BAR_TOP + 1.8) right font ',8.2' tc rgb MUTED
set label 2 'exactly 0' at screen X(BAR_LEFT + 80), Y(BAR_TOP + 1.8) left font ',8.2' tc rgb MUTED
set object 2 rect from screen X(BAR_LEFT + 75), screen Y(BAR_TOP + 3.4) to screen X(BAR_LEFT + 78.4), screen Y(BAR_TOP) fc rgb 0xBEBEBE fs solid noborder
set samples 121
plot '+' using ($1):(0.5):($1 - 0.051):($1 + 0.08):(0):(1):1 with boxxyerror fs solid 1 noborder lc palette
eval END
