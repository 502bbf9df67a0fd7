/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Charts of a document as HTML. */
#ifndef INITSCOPE_SCREEN_FIGURE_H
#define INITSCOPE_SCREEN_FIGURE_H

#include <stdbool.h>

#include "initscope/document.h"
#include "initscope/error.h"
#include "initscope/text.h"

/* The figure with its caption, data and script, from what was drawn below directory. Marks that
 * occur are noted in used. INS_RENDER: it was not drawn. */
ins_status ins_screen_figure(ins_text *out, const ins_document *document, const ins_block *chart,
                             const char *directory, bool *used, ins_error *error);

#endif
