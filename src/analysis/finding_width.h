/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What is said of networks that differ in their width alone. */
#ifndef FINDING_WIDTH_H
#define FINDING_WIDTH_H

#include "finder.h"

bool ins_find_width(ins_finder *f, ins_finding *out);

/* Whether one learning rate is among the best at every width; false: that was not asked, or there
 * were too few seeds. */
bool ins_answer_rates(ins_finder *f, ins_finding *out);

#endif
