/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* A document as one HTML file for a browser: text, tables, figures, their data and scripts, style
 * and script. It asks nothing of any server, and its policy lets nothing run that is not its own.
 * What its names mean is told in reports/web/README.md. */
#ifndef INITSCOPE_SCREEN_H
#define INITSCOPE_SCREEN_H

#include "initscope/document.h"
#include "initscope/error.h"

/* report.html in directory, with what ins_web_figures_write had drawn there (web_figure.h).
 * INS_OUTPUT: it cannot be written, or a file of reports/web/ is missing or would end the element
 * that it stands in; INS_RENDER: a figure was not drawn. */
ins_status ins_screen_write(const ins_document *document, const char *directory, ins_error *error);

#endif
