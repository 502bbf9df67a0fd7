/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The rules of the findings, and the answer to an experiment's question. */
#ifndef INITSCOPE_FINDING_H
#define INITSCOPE_FINDING_H

#include "initscope/analysis.h"

/* What the experiment's factors amount to: which initializers learn, which are not told apart from
 * the best, and whether that depends on the setting. */
ins_finding ins_answer_of(const ins_analysis *analysis);

/* All findings, in the order of the table of rules; in the analysis' arena. */
const ins_finding *ins_findings_of(const ins_analysis *analysis, size_t *count);

#endif
