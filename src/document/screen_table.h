/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables of a document as HTML. */
#ifndef INITSCOPE_SCREEN_TABLE_H
#define INITSCOPE_SCREEN_TABLE_H

#include <stdbool.h>

#include "initscope/document.h"
#include "initscope/text.h"

/* The table and its note. One without a caption gets the markup caption, for those who hear it.
 * Marks that occur are noted in used. */
void ins_screen_table(ins_text *out, const ins_document *document, const ins_table_block *table,
                      const char *caption, bool *used);

#endif
