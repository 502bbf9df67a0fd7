/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Text as HTML. */
#ifndef INITSCOPE_HTML_H
#define INITSCOPE_HTML_H

#include <stdbool.h>

#include "initscope/document.h"
#include "initscope/text.h"

/* plain as text or as the value of a quoted attribute: & < > " ' as references, control characters
 * but the newline as blanks. What is not ours to write passes through here. */
void ins_html_text(ins_text *out, const char *plain);

/* Markup as elements b, sub and sup, and marks by their whole names: <span class="n c5"
 * data-a="2">he_normal</span>, data-a being ins_mark.same. Those that occur are noted in used, by
 * their numbers; it may be NULL. */
void ins_html_markup(ins_text *out, const ins_document *document, const char *markup, bool *used);

/* The same for where no element may stand. */
void ins_html_plain(ins_text *out, const ins_document *document, const char *markup);

#endif
