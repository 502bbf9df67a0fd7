# Lower triangle of a matrix: one cell a pair, row minus column.
# DATA: row, column, rgb of the cell, distinct (1: told apart, in bold), difference, interval.

eval BEGIN
eval PANEL(LEFT, TOP, RIGHT, BOTTOM)
set xrange [0.5:SIZE + 0.5]
set yrange [SIZE + 1.5:1.5]
do for [i = 1:SIZE + 1] {
    if (i > 1) { set label i BOLD(NAME[i]) at screen X(LEFT - 2), Y(TOP + (i - 1.5) * (BOTTOM - TOP) / SIZE) right font ',8' tc rgb TEXT[i] }
    # a column's name stands in the empty place on the diagonal above its cells
    if (i <= SIZE) { set label 100 + i BOLD(HEAD[i]) at screen X(LEFT + (i - 0.5) * (RIGHT - LEFT) / SIZE), Y(TOP + (i - 1) * (BOTTOM - TOP) / SIZE - 2.6) center font ',7.4' tc rgb TEXT[i] }
}
# gnuplot 5.4 cannot draw labels of which none is defined: an empty kind is left out
HALF = 0.5 - 0.02
plot DATA skip 1 using 2:1:($2 - HALF):($2 + HALF):($1 - HALF):($1 + HALF):3 with boxxyerror fs solid 1 noborder lc rgb variable, \
     for [k = 1:(SAME > 0)] DATA skip 1 using ($4 == 0 ? $2 : NaN):($1 - SHIFT):5 with labels center noenhanced font sprintf(',%g', BIG) tc rgb INK, \
     for [k = 1:(DISTINCT > 0)] DATA skip 1 using ($4 == 1 ? $2 : NaN):($1 - SHIFT):5 with labels center noenhanced font sprintf('Arial:Bold,%g', BIG) tc rgb INK, \
     DATA skip 1 using 2:($1 + 0.2):6 with labels center noenhanced font sprintf(',%g', SMALL) tc rgb MUTED
eval END
