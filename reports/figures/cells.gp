# Cells with a number each, one row an initializer; blocks stand side by side.
# DATA: name, block, column, the cell's four edges in millimetres, rgb of the cell, rgb of its text, text.

eval BEGIN
eval PANEL(0, 0, WIDTH, HEIGHT)
set xrange [0:WIDTH]
set yrange [HEIGHT:0]
do for [i = 1:ROWS] {
    set label i BOLD(NAME[i]) at LEFT - 2, TOP + (i - 0.5) * ROW right font ',8' tc rgb TEXT[i]
}
do for [i = 1:BLOCKS] {
    set label 1000 + i BOLD(BLOCK[i]) at BLOCK_X[i], 2 center font ',8.2' tc rgb INK
}
do for [i = 1:FEET] {
    set label 2000 + i PLAIN(FOOT[i]) at FOOT_X[i], TOP + ROWS * ROW + 2.6 center font ',6.6' tc rgb AXIS
}
set label 3000 X_TITLE at (LEFT + WIDTH) / 2, TOP + ROWS * ROW + 7 center font ',8.2' tc rgb MUTED

plot DATA skip 1 using (($4 + $5) / 2):(($6 + $7) / 2):4:5:6:7:8 with boxxyerror fs solid 1 noborder lc rgb variable, \
     DATA skip 1 using (($4 + $5) / 2):(($6 + $7) / 2):10:9 with labels center noenhanced font sprintf(',%g', SIZE) tc rgb variable
eval END
