# A grid: one row an initializer, one column a level of a factor; where another factor varies, a block
# for each of its levels. The number is in the cell, colour supports it.
# DATA: initializer, block, level, the cell's four edges in millimetres, rgb of the cell and of its
# text, text, and the second line of the cell.

eval BEGIN
eval PANEL(0, 0, WIDTH, HEIGHT)
set xrange [0:WIDTH]
set yrange [HEIGHT:0]
set label 1 TITLE(HEADING) at 0, 1.8 left font ',8.8' tc rgb INK
do for [i = 1:ROWS] {
    set label 10 + i BOLD(NAME[i]) at LEFT - 2, TOP + (i - 0.5) * ROW right font ',8' tc rgb INK
}
do for [i = 1:BLOCKS] {
    set label 1000 + i BOLD(BLOCK[i]) at BLOCK_X[i], TOP - 2.4 center font ',8' tc rgb INK
}
do for [i = 1:FEET] {
    set label 2000 + i PLAIN(FOOT[i]) at FOOT_X[i], TOP + ROWS * ROW + 2.4 center font ',7.4' tc rgb AXIS
}
do for [k = 1:MARKS] {   # as deep as theory lets the signal reach
    set arrow k from MARK_X[k], MARK_Y[k] to MARK_X[k], MARK_Y[k] + 0.2 * ROW nohead front lc rgb 0xD94801 lw 3
    set arrow 1000 + k from MARK_X[k], MARK_Y[k] + 0.8 * ROW to MARK_X[k], MARK_Y[k] + ROW - 0.2 nohead front lc rgb 0xD94801 lw 3
}
set label 2 PLAIN(X_TITLE[1]) at (LEFT + WIDTH) / 2, TOP + ROWS * ROW + 6.4 center font ',8' tc rgb MUTED

plot DATA skip 1 using (($4 + $5) / 2):(($6 + $7) / 2):4:5:6:7:8 with boxxyerror fs solid 1 noborder lc rgb variable, \
     DATA skip 1 using (($4 + $5) / 2):(($6 + $7) / 2 - SECOND * 0.17 * ROW):10:9 with labels center noenhanced font sprintf(',%g', SIZE) tc rgb variable, \
     for [k = 1:SECOND] DATA skip 1 using (($4 + $5) / 2):(($6 + $7) / 2 + 0.24 * ROW):11:9 with labels center noenhanced font sprintf(',%g', 0.76 * SIZE) tc rgb variable
eval END
