/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules and answers about sequences: what time steps do to errors and states, and layers to tokens.
 */
#ifndef FINDING_SEQUENCES_H
#define FINDING_SEQUENCES_H

#include "finder.h"

bool ins_find_vanishing_steps(ins_finder *f, ins_finding *out);
bool ins_find_exploding_steps(ins_finder *f, ins_finding *out);
bool ins_find_growing_state(ins_finder *f, ins_finding *out);
bool ins_find_drowned_tokens(ins_finder *f, ins_finding *out);
bool ins_find_alike_tokens(ins_finder *f, ins_finding *out);
bool ins_find_peaked_attention(ins_finder *f, ins_finding *out);
bool ins_find_uniform_attention(ins_finder *f, ins_finding *out);
bool ins_find_warmup(ins_finder *f, ins_finding *out);

/* How far back recurrent networks see: answers where arms differ in it, and goes before what answer
 * says. */
bool ins_answer_memory(ins_finder *f, ins_finding *answer);

/* Norms before or behind the blocks of attention: likewise, where networks differ in that. */
bool ins_answer_placement(ins_finder *f, ins_finding *answer);

#endif
