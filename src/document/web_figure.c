/* The web's own scripts of charts, and what gnuplot drew with them. */
#include <config.h>

#include "initscope/web_figure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/file.h"

/* Millimetres: of a chart, as wide as on paper, so that text has one relation to what is drawn; and
 * around it. */
static const double chart_width = 170, padding = 0.6;

/* What replaces reports/style.gp's SVG: no background, and numbers that WIDTH and HEIGHT fill in.
 */
static const char terminal[] = "set terminal svg size %d,%d font 'Arial,9.5' fontscale 1.3333 "
                               "linewidth 0.667 rounded enhanced";

static ins_status write_file(const char *directory, const char *name, const ins_text *text,
                             ins_error *error)
{
    char *path = ins_path_join(directory, name);
    ins_status status = ins_file_stage(path, text->data, text->length, error);
    free(path);
    return status;
}

/* One chart: its data, and the commands that draw all of its rows. */
static ins_status write_chart(const ins_block *block, const char *directory, ins_text *script,
                              ins_error *error)
{
    ins_chart marked = *block->chart;
    marked.marked = true;
    size_t rows = ins_chart_rows(&marked, chart_width);
    ins_text_add_format(script,
                        "\nFIGURE = '%zu'\nDATA = DIR.FIGURE.'.csv'\nWIDTH = %.1f\nHEIGHT = %.1f\n",
                        block->number, chart_width, ins_chart_row_height(&marked) * (double)rows);
    ins_chart_script(&marked, chart_width, 0, rows, script);
    ins_text name = {0}, data = {0};
    ins_text_add_format(&name, INS_WEB_FOLDER "/%zu.csv", block->number);
    ins_chart_data(&marked, &data);
    ins_status status = write_file(directory, name.data, &data, error);
    ins_text_free(&name);
    ins_text_free(&data);
    return status;
}

ins_status ins_web_figures_write(const ins_document *document, const char *directory,
                                 ins_error *error)
{
    char *folder = ins_path_join(directory, INS_WEB_FOLDER);
    ins_status status = ins_directory_make(folder, error);
    ins_text script = {0};
    ins_text_add_format(&script,
                        "load 'figures/style.gp'\nPAD = %.1f\nSVG = \"%s\"\nFORMAT = 'svg'\n"
                        "DIR = '" INS_WEB_FOLDER "/'\n",
                        padding, terminal);
    for (size_t s = 0; s < document->sections.count; s++) {
        const ins_section *section = ins_section_at(document, s);
        const ins_block *blocks = section->blocks.items;
        for (size_t b = 0; b < section->blocks.count && status == INS_OK; b++)
            if (blocks[b].kind == INS_BLOCK_CHART)
                status = write_chart(&blocks[b], directory, &script, error);
    }
    if (status == INS_OK) status = write_file(directory, INS_WEB_SCRIPT, &script, error);
    ins_text_free(&script);
    free(folder);
    return status;
}

ins_status ins_web_figures_remove(const char *directory, ins_error *error)
{
    char *folder = ins_path_join(directory, INS_WEB_FOLDER);
    ins_status status = ins_directory_remove(folder, error);
    free(folder);
    return status;
}

ins_status ins_web_figure(const ins_document *document, const ins_block *block,
                          const char *directory, ins_text *out, ins_error *error)
{
    (void)document;
    ins_text name = {0}, svg = {0};
    ins_text_add_format(&name, INS_WEB_FOLDER "/%zu.svg", block->number);
    char *path = ins_path_join(directory, name.data);
    ins_status status = ins_file_read(path, &svg, INS_RENDER, error);
    const char *start = status == INS_OK ? strstr(svg.data, "<svg") : NULL;
    if (start != NULL) ins_text_add(out, start);
    free(path);
    ins_text_free(&name);
    ins_text_free(&svg);
    return status;
}
