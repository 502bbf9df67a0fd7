# One point a run: forward gain against backward gain, both logarithmic.
# DATA: name, seed, forward_gain, backward_gain, rgb.

eval BEGIN
eval PANEL(LEFT, TOP, RIGHT, BOTTOM)
set xrange [X_MIN:X_MAX]
set yrange [Y_MIN:Y_MAX]
set logscale xy
eval XTICS(X_TICS)
eval YTICS(Y_TICS)
set border 3 lc rgb 0x888888 lw 0.8
set grid back lt 1 lc rgb GRID lw 0.8
set label 1 TITLE('Backward gain per layer') at screen X(0), Y(1.6) left font ',8.8' tc rgb INK
set label 2 'Forward gain per layer' at screen X((LEFT + RIGHT) / 2), Y(HEIGHT - 3) center font ',8.2' tc rgb MUTED

# gains between 1/2 and 2, and where nothing is lost
set object 1 rect from 0.5, 0.5 to 2, 2 fc rgb 0xDDEFE3 fs solid noborder behind
set arrow 1 from 1, Y_MIN to 1, Y_MAX nohead back dt (6,5) lc rgb 0x777777 lw 1
set arrow 2 from X_MIN, 1 to X_MAX, 1 nohead back dt (6,5) lc rgb 0x777777 lw 1
set arrow 3 from X_MIN, Y_MIN to X_MAX, Y_MAX nohead back lc rgb GREY lw 0.8

do for [i = 1:LABELS] {
    set arrow 10 + i from screen X(END_X[i]), Y(END_Y[i]) to screen X(LABEL_X - 0.8), Y(LABEL_Y[i]) nohead back lc rgb COLOR[i] lw 0.6
    set label 10 + i BOLD(NAME[i]) at screen X(LABEL_X), Y(LABEL_Y[i]) left font ',8.4' tc rgb TEXT[i]
}
plot DATA skip 1 using 3:4:5 with points pt 7 ps 0.6 lc rgb variable
eval END
