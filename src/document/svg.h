/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* gnuplot's SVG as the content of an <svg> that a style sheet paints. */
#ifndef INITSCOPE_SVG_H
#define INITSCOPE_SVG_H

#include "initscope/document.h"
#include "initscope/error.h"
#include "initscope/text.h"

typedef struct ins_svg {
    unsigned width, height; /* of the viewBox, which begins at 0 0 */
    ins_text content;       /* elements path, g, text and tspan, as web_figure.h tells */
} ins_svg;

/* Rewrites what gnuplot's terminal svg has drawn of a chart that was marked with the document's
 * marks. INS_RENDER, and nothing to free, for an element, a symbol, a colour or a form of a path
 * that is not known, or what is no XML; the problem names figure. Free the content. */
ins_status ins_svg_rewrite(const ins_document *document, const char *figure, const char *svg,
                           ins_svg *out, ins_error *error);

#endif
