# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
# initscope report style: what all figures and pages share. Colours, fonts, terminals, helpers.
#
# A figure is drawn on its own (FORMAT is png or svg) or on a page of report.pdf (FORMAT is page). It
# gives its places in millimetres from its top left corner; X() and Y() turn them into the screen
# coordinates of whatever it is drawn on.

set encoding utf8
set decimalsign '.'

INK     = 0x222222
MUTED   = 0x666666
AXIS    = 0x444444
GRID    = 0xE6E6E6
GREY    = 0xC8C8C8        # context: the other arms
PALETTE = "set palette defined (-6 '#08306B', -4 '#2171B5', -2 '#6BAED6', -0.7 '#C6DBEF', 0 '#FFFFFF', 0.7 '#FDD0A2', 2 '#FD8D3C', 4 '#D94801', 6 '#7F2704')"

# ---- places

PAD = 4.0                 # white around a figure of its own
X(mm) = FORMAT eq 'page' ? (PAGE_X + mm) / 210.0 : (PAD + mm) / (WIDTH + 2 * PAD)
Y(mm) = FORMAT eq 'page' ? 1 - (PAGE_Y + mm) / 297.0 : 1 - (PAD + mm) / (HEIGHT + 2 * PAD)

# ---- text: names come from data, so markup in them is taken literally

ESCAPE(s) = strlen(s) == 0 ? '' : (strstrt('\{}^_@&~', s[1:1]) ? '\' : '') . s[1:1] . ESCAPE(s[2:])
PLAIN(s)  = ESCAPE(s)
BOLD(s)   = '{/:Bold ' . ESCAPE(s) . '}'
TITLE(s)  = '{/:Bold ' . s . '}'          # our own words, with scripts

# ---- terminals: 10 pt is 10 pt, and lines are as thick, in all of them

PDF = "set terminal pdfcairo size 21.0cm,29.7cm font 'Arial,9.5' fontscale 0.75 linewidth 1 rounded enhanced"
PNG = "set terminal pngcairo size %d,%d font 'Arial,9.5' fontscale 2.0833 pointscale 1.2 linewidth 1.389 rounded enhanced background '#FFFFFF'"
SVG = "set terminal svg size %d,%d font 'Arial,9.5' fontscale 1.3333 linewidth 0.667 rounded enhanced background '#FFFFFF'"

# BEGIN and END enclose a figure: a file of its own, or nothing on a page, which is one already.
BEGIN = "if (FORMAT eq 'png') { eval sprintf(PNG, (WIDTH + 2 * PAD) * 7.874, (HEIGHT + 2 * PAD) * 7.874) }; if (FORMAT eq 'svg') { eval sprintf(SVG, (WIDTH + 2 * PAD) * 3.7795, (HEIGHT + 2 * PAD) * 3.7795) }; if (FORMAT ne 'page') { set output DIR.FIGURE.'.'.FORMAT; set multiplot }"
END   = "if (FORMAT ne 'page') { unset multiplot; set output }"

# ---- panels: every one starts from nothing, for settings outlive a plot

CLEAR = "reset; set datafile separator comma; set datafile commentschars ''; set minussign; unset key; unset border; unset tics; unset colorbox; set format '%g'"
PANEL(left, top, right, bottom) = CLEAR . sprintf("; set lmargin at screen %.6f; set tmargin at screen %.6f; set rmargin at screen %.6f; set bmargin at screen %.6f", X(left), Y(top), X(right), Y(bottom))
CANVAS = CLEAR . "; set lmargin at screen 0; set rmargin at screen 1; set tmargin at screen 1; set bmargin at screen 0; set xrange [0:210]; set yrange [297:0]"

TICS = "font ',7.6' textcolor rgb AXIS"
XTICS(list) = "set xtics nomirror scale 0 offset 0,0.3 (" . list . ") " . TICS
YTICS(list) = "set ytics nomirror out scale 0.4 offset 0.4,0 (" . list . ") " . TICS
