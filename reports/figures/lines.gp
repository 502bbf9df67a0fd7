# Curves on one panel: a band, a line with points, and a label at the end of each.
# DATA: column 1 is x; curve i has its middle in column 3i-1 and its band in 3i and 3i+1. If THEORY
# is 1, its prediction stands in column 1+3*CURVES+i and is drawn dashed over the paler line.

eval BEGIN
eval PANEL(LEFT, TOP, RIGHT, BOTTOM)

set xrange [X_MIN:X_MAX]
set yrange [Y_MIN:Y_MAX]
if (Y_LOG) { set logscale y }
eval XTICS(X_TICS)
eval YTICS(Y_TICS)
set border 2 lc rgb 0x888888 lw 0.8
set grid ytics back lt 1 lc rgb GRID lw 0.8

# titles: horizontal, above and below the panel
set label 1 TITLE(Y_TITLE) at screen X(0), Y(1.6) left font ',8.8' tc rgb INK
set label 2 X_TITLE at screen X((LEFT + RIGHT) / 2), Y(HEIGHT - 2.6) center font ',8.2' tc rgb MUTED

if (REFERENCE == REFERENCE) {
    set arrow 1 from X_MIN, REFERENCE to X_MAX, REFERENCE nohead front dt (7,5) lc rgb AXIS lw 1.0
}

# direct labels: a connector from the end of the curve, unless it left the panel, to its name
do for [i = 1:CURVES] {
    if (END_X[i] == END_X[i]) { set arrow 10 + i from screen X(END_X[i]), Y(END_Y[i]) to screen X(LABEL_X - 0.8), Y(LABEL_Y[i]) nohead lc rgb COLOR[i] lw 0.7 }
    set label 10 + i BOLD(NAME[i]) at screen X(LABEL_X), Y(LABEL_Y[i]) left font ',8.4' tc rgb TEXT[i]
}

PALER = THEORY ? 0x70000000 : 0
plot for [i = 1:CURVES] DATA skip 1 using 1:3*i:3*i+1 with filledcurves lc rgb COLOR[i] fs transparent solid 0.16 noborder, \
     for [i = 1:CURVES] DATA skip 1 using 1:3*i-1 with lines lc rgb PALER + COLOR[i] lw (THEORY ? 3.4 : 2.4), \
     for [i = 1:CURVES] DATA skip 1 using 1:3*i-1 with points lc rgb COLOR[i] pt 7 ps 0.42, \
     for [i = 1:CURVES * THEORY] DATA skip 1 using 1:1+3*CURVES+i with lines dt (7,4) lc rgb TEXT[i] lw 1.4
eval END
