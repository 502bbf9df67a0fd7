/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers to experiments whose networks differ in more than their shape: which of their numbers the
 * factors ask for. */
#ifndef ANSWER_NETWORKS_H
#define ANSWER_NETWORKS_H

#include "finder.h"

/* Answers in the place of what answer says of initializers and settings, where the factors of the
 * experiment ask for something else. */
void ins_answer_networks(ins_finder *f, ins_finding *answer);

#endif
