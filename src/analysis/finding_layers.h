/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules about kinds of layers: norms, borders, fans and pooling. What the text of a network and the
 * logs of its layers tell together. */
#ifndef FINDING_LAYERS_H
#define FINDING_LAYERS_H

#include "finder.h"

bool ins_find_exploding_norm(ins_finder *f, ins_finding *out);
bool ins_find_norm_eps(ins_finder *f, ins_finding *out);
bool ins_find_norm_rows(ins_finder *f, ins_finding *out);
bool ins_find_moving_average(ins_finder *f, ins_finding *out);
bool ins_find_border(ins_finder *f, ins_finding *out);
bool ins_find_fans(ins_finder *f, ins_finding *out);
bool ins_find_pool(ins_finder *f, ins_finding *out);

#endif
