# Epochs needed to reach a test accuracy: a dot a run; a triangle beyond the end for one that never did.
# DATA: name, seed, row, epoch, reached (1 or 0), rgb.

eval BEGIN
eval PANEL(LEFT, TOP, RIGHT, BOTTOM)
set xrange [X_MIN:X_MAX]
set yrange [ROWS + 0.5:0.5]
eval XTICS(X_TICS)
set grid xtics back lt 1 lc rgb GRID lw 0.8
set label 1 'epoch' at screen X((LEFT + RIGHT) / 2), Y(HEIGHT - 2.2) center font ',8.2' tc rgb MUTED
do for [i = 1:ROWS] {
    set label 10 + i BOLD(NAME[i]) at screen X(LEFT - 3), Y(TOP + (i - 0.5) * (BOTTOM - TOP) / ROWS) right font ',8.4' tc rgb TEXT[i]
}
set arrow 1 from X_END, 0.5 to X_END, ROWS + 0.5 nohead back dt (6,5) lc rgb 0x999999 lw 0.8
set label 2 'never' at screen X(RIGHT), Y(BOTTOM + 2.6) right font ',7.6' tc rgb MUTED
plot DATA skip 1 using ($5 == 1 ? $4 : NaN):3:6 with points pt 7 ps MARK lc rgb variable, \
     DATA skip 1 using ($5 == 0 ? $4 : NaN):3:6 with points pt 9 ps 1.3 * MARK lc rgb variable
eval END
