/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Figures of a page: what gnuplot draws for it, and beside it what it was drawn from. */
#include <config.h>

#include "screen_figure.h"

#include "canvas.h"
#include "html.h"
#include "initscope/web_figure.h"

/* Data have so many digits, and are part of the page, as scripts are, up to so many bytes. */
enum { DIGITS = 4, MOST_DATA = 20000, MOST_SCRIPT = 10000 };

static size_t rows_of(const ins_block *chart)
{
    return ins_chart_rows(chart->chart, INS_TEXT_WIDTH);
}

/* Name, lengths and commands: what stands behind DATA in a script. */
static void add_commands(ins_text *out, const ins_block *chart, const char *name)
{
    size_t rows = rows_of(chart);
    ins_text_add_format(out, "FIGURE = '%s'\nWIDTH = %.1f\nHEIGHT = %.1f\n", name, INS_TEXT_WIDTH,
                        ins_chart_row_height(chart->chart) * (double)rows);
    ins_chart_script(chart->chart, INS_TEXT_WIDTH, 0, rows, out);
}

/* What stands in a file beside the page, to be unfolded; of more than most bytes the file is named.
 */
static void add_details(ins_text *out, const char *summary, const char *extension, const char *name,
                        const ins_text *text, size_t most)
{
    if (text->length > most) {
        ins_text_add_format(out, "<span>%s: figures/%s.%s</span>", summary, name, extension);
        return;
    }
    ins_text_add_format(out, "<details><summary>%s</summary><pre class=\"%s\" tabindex=\"0\">\n",
                        summary, extension);
    ins_html_text(out, text->data);
    ins_text_add(out, "</pre></details>");
}

static void add_tools(ins_text *out, const ins_block *chart, const char *name)
{
    ins_text data = {0}, script = {0};
    ins_chart_data_short(chart->chart, DIGITS, &data);
    ins_text_add_format(&script, "# Figure %zu. %s\n", chart->number, chart->chart->title);
    add_commands(&script, chart, name);
    ins_text_add(out, "<div class=\"tools\">");
    add_details(out, "data", "csv", name, &data, MOST_DATA);
    add_details(out, "script", "gp", name, &script, MOST_SCRIPT);
    ins_text_add_format(out, "<a href=\"#%s\">link</a></div>", chart->slug);
    ins_text_free(&data);
    ins_text_free(&script);
}

ins_status ins_screen_figure(ins_text *out, const ins_document *document, const ins_block *chart,
                             const char *directory, bool *used, ins_error *error)
{
    ins_arena *arena = ins_arena_new();
    const char *name = ins_arena_format(arena, "%02zu-%s", chart->number, chart->chart->name);
    ins_text_add_format(out, "<figure id=\"%s\" data-name=\"%s\"><div class=\"plot\">", chart->slug,
                        name);
    ins_status status = ins_web_figure(document, chart, directory, out, error);
    ins_text_add_format(out, "</div><figcaption><b>Figure %zu.</b> ", chart->number);
    ins_html_markup(out, document, chart->text, used);
    ins_text_add(out, "</figcaption>");
    add_tools(out, chart, name);
    ins_text_add(out, "</figure>\n");
    ins_arena_free(arena);
    return status;
}
