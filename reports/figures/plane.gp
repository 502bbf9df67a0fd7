# The phase plane: one panel an activation, a tile for each sigma_w and sigma_b, the edge of chaos, and
# the numbered places of the networks.
# DATA: sigma_w, sigma_b, the tile's four edges, then for each activation log10 of chi_1.

PANEL_LEFT(i) = LEFT + ((i - 1) % COLUMNS) * (PANEL_WIDTH + GAP_X)
PANEL_TOP(i) = TOP + ((i - 1) / COLUMNS) * (PANEL_HEIGHT + GAP_Y)

SEAM = 0.012   # tiles overlap a little: no white hairlines between them

eval BEGIN
do for [i = 1:PANELS] {
    eval PANEL(PANEL_LEFT(i), PANEL_TOP(i), PANEL_LEFT(i) + PANEL_WIDTH, PANEL_TOP(i) + PANEL_HEIGHT)
    eval PALETTE
    set cbrange [-1:1]
    set xrange [X_MIN:X_MAX]
    set yrange [Y_MIN:Y_MAX]
    eval XTICS(X_TICS)
    eval YTICS((i - 1) % COLUMNS == 0 ? Y_TICS : Y_MARKS)   # numbers on the left only
    set border 15 lc rgb 0x888888 lw 0.8
    set object 1 rect from graph 0, graph 0 to graph 1, graph 1 fc rgb 0xD8D8D8 fs transparent pattern 4 noborder behind
    set style textbox opaque fc rgb 0xFFFFFF noborder margins 0.6,0.6
    set label 1 BOLD(NAME[i]) at screen X(PANEL_LEFT(i)), Y(PANEL_TOP(i) - 2.4) left font NAME_FONT tc rgb INK
    if ((i - 1) % COLUMNS == 0) {
        set label 2 'σ_b' at screen X(PANEL_LEFT(i) - 5), Y(PANEL_TOP(i) - 2.4) right font ',8.2' tc rgb MUTED
    }
    if (i + COLUMNS > PANELS) {
        set label 3 'σ_w' at screen X(PANEL_LEFT(i) + PANEL_WIDTH / 2), Y(PANEL_TOP(i) + PANEL_HEIGHT + 6.6) center font ',8.2' tc rgb MUTED
    }
    do for [k = 1:POINTS] {
        if (POINT_PANEL[k] == i) {
            set label 1000 + k '' at POINT_X[k], POINT_Y[k] point pt 7 ps 0.6 lc rgb 0x000000 front
            set label 2000 + k BOLD(POINT_TEXT[k]) at POINT_X[k], POINT_Y[k] center offset 0,1.1 + 1.3 * POINT_LEVEL[k] boxed front font ',7' tc rgb INK
        }
    }
    do for [r = 1:ROWS - 1] {
        k = (i - 1) * ROWS + r
        if (LINE_X[k] == LINE_X[k] && LINE_X[k + 1] == LINE_X[k + 1]) {
            set arrow r from LINE_X[k], LINE_Y[r] to LINE_X[k + 1], LINE_Y[r + 1] nohead front lc rgb 0x000000 lw 1.6
        }
    }
    plot DATA skip 1 using 1:2:3:($4 + SEAM * ($4 - $3)):5:($6 + SEAM * ($6 - $5)):6+i with boxxyerror fs solid 1 noborder lc palette
}

# the colour scale, drawn as tiles as well
eval PANEL(BAR_LEFT, BAR_TOP, BAR_LEFT + 70, BAR_TOP + 3.4)
eval PALETTE
set cbrange [-1:1]
set xrange [-1:1]
set yrange [0:1]
set border 15 lc rgb 0x888888 lw 0.8
eval XTICS("'0.1' -1, '0.2' -0.69897, '0.5' -0.30103, '1' 0, '2' 0.30103, '5' 0.69897, '10' 1")
set label 1 'χ_1' at screen X(BAR_LEFT - 3), Y(BAR_TOP + 1.8) right font ',8.2' tc rgb MUTED
set samples 121
plot '+' using ($1):(0.5):($1 - 0.0085):($1 + 0.0133):(0):(1):1 with boxxyerror fs solid 1 noborder lc palette
eval END
