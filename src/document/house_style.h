/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The files of reports/ that say how reports look, which a house style may replace. */
#ifndef INITSCOPE_HOUSE_STYLE_H
#define INITSCOPE_HOUSE_STYLE_H

#include "initscope/error.h"
#include "initscope/text.h"

/* reports/NAME into text (replacing it). INS_OUTPUT: not found, or it cannot be read. */
ins_status ins_house_style(const char *name, ins_text *text, ins_error *error);

#endif
