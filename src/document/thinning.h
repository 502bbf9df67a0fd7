/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Curves of more points than can be seen. */
#ifndef THINNING_H
#define THINNING_H

#include <stddef.h>

#include "initscope/chart.h"

/* Leaves of every curve what draws the same picture when the chart is width millimetres wide: in
 * each column of an eighth of a millimetre, which is a pixel of a PNG, the first and the last
 * point, the lowest and the highest, the ends of the band, and where the curve breaks off (Jugel et
 * al., "M4: A Visualization-Oriented Time Series Data Aggregation", 2014). Curves whose points do
 * not stand in the order of x stay as they are. Returns how many points were taken out. */
size_t ins_thin_chart(ins_chart *chart, double width);

#endif
