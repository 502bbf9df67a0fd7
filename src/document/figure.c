/* Figures: parameters and data from here, drawing from reports/figures. */
#include <config.h>

#include "initscope/figure.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/csv.h"
#include "initscope/file.h"

void ins_script_string(ins_text *out, const char *text)
{
    bool octal = false; /* gnuplot reads on through digits that follow \ooo */
    ins_text_add(out, "\"");
    for (const char *c = text; *c != '\0'; c++) {
        bool letter = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z');
        bool digit = *c >= '0' && *c <= '9';
        if (letter || strchr(" .,_+/:-", *c) != NULL || (digit && !octal)) {
            ins_text_add_bytes(out, c, 1);
            octal = false;
        } else {
            ins_text_add_format(out, "\\%03o", (unsigned)(unsigned char)*c);
            octal = true;
        }
    }
    ins_text_add(out, "\"");
}

static void add_number(ins_text *out, double value)
{
    char digits[INS_NUMBER_SIZE];
    if (!isfinite(value)) {
        ins_text_add(out, "NaN");
        return;
    }
    snprintf(digits, sizeof digits, "%.6g", value);
    ins_text_add(out, digits);
    /* 1/2 is 0 in gnuplot; 1.0/2 is not. */
    if (strpbrk(digits, ".e") == NULL) ins_text_add(out, ".0");
}

void ins_figure_begin(ins_figure *figure, const char *title)
{
    ins_text *out = &figure->parameters;
    ins_text_add_format(out,
                        "# Figure %zu. %s\n"
                        "#\n"
                        "#   gnuplot %s.gp\n"
                        "#\n"
                        "# draws %s.png and .svg from %s.csv; colours, fonts and helpers are in "
                        "style.gp.\n"
                        "# Lengths are millimetres from the top left of the figure.\n\n",
                        figure->number, title, figure->name, figure->name, figure->name);
    ins_text_add_format(out,
                        "FIGURE = '%s'\n"
                        "if (!exists(\"FORMAT\")) {\n"
                        "    do for [FORMAT in \"png svg\"] { load FIGURE.'.gp' }\n"
                        "    exit\n"
                        "}\n"
                        "if (!exists(\"DIR\")) {\n"
                        "    DIR = ''\n"
                        "    load 'style.gp'\n"
                        "}\n"
                        "DATA = DIR.FIGURE.'.csv'\n",
                        figure->name);
    ins_figure_number(figure, "WIDTH", figure->width);
    ins_figure_number(figure, "HEIGHT", figure->height);
}

void ins_figure_number(ins_figure *figure, const char *name, double value)
{
    ins_text_add_format(&figure->parameters, "%s = ", name);
    add_number(&figure->parameters, value);
    ins_text_add(&figure->parameters, "\n");
}

void ins_figure_count(ins_figure *figure, const char *name, size_t count)
{
    ins_text_add_format(&figure->parameters, "%s = %zu\n", name, count);
}

/* gnuplot has no empty arrays: one of no elements gets an unused one. */
static void begin_array(ins_text *out, const char *name, size_t count)
{
    ins_text_add_format(out, "array %s[%zu] = [", name, count > 0 ? count : 1);
    if (count == 0) ins_text_add(out, "0");
}

/* Long lists are broken for the reader. */
static void separate(ins_text *out, size_t index, size_t per_line)
{
    if (index == 0) return;
    ins_text_add(out, index % per_line == 0 ? ", \\\n    " : ", ");
}

void ins_figure_numbers(ins_figure *figure, const char *name, const double *values, size_t count)
{
    begin_array(&figure->parameters, name, count);
    for (size_t i = 0; i < count; i++) {
        separate(&figure->parameters, i, 10);
        add_number(&figure->parameters, values[i]);
    }
    ins_text_add(&figure->parameters, "]\n");
}

void ins_figure_colours(ins_figure *figure, const char *name, const unsigned *rgb, size_t count)
{
    begin_array(&figure->parameters, name, count);
    for (size_t i = 0; i < count; i++) {
        separate(&figure->parameters, i, 8);
        ins_text_add_format(&figure->parameters, "0x%06X", rgb[i]);
    }
    ins_text_add(&figure->parameters, "]\n");
}

static void add_words(ins_text *out, const char *words)
{
    for (const char *c = words; *c != '\0'; c++) {
        bool harmless = (unsigned char)*c >= ' ' && *c != '\'' && *c != '\\' && *c != '`' &&
                        *c != '"' && *c != '\177';
        ins_text_add_bytes(out, harmless ? c : " ", 1);
    }
}

double ins_figure_alone(const double *values, size_t count, size_t stride)
{
    size_t finite = 0;
    for (size_t i = 0; i < count; i++) finite += isfinite(values[i * stride]) != 0;
    return finite == 1;
}

void ins_figure_words(ins_figure *figure, const char *name, const char *words)
{
    ins_text_add_format(&figure->parameters, "%s = '", name);
    add_words(&figure->parameters, words);
    ins_text_add(&figure->parameters, "'\n");
}

void ins_figure_names(ins_figure *figure, const char *name, const char *const *names, size_t count)
{
    begin_array(&figure->parameters, name, count);
    for (size_t i = 0; i < count; i++) {
        separate(&figure->parameters, i, 4);
        ins_script_string(&figure->parameters, names[i]);
    }
    ins_text_add(&figure->parameters, "]\n");
}

void ins_figure_tics(ins_figure *figure, const char *name, const char *const *labels,
                     const double *positions, size_t count)
{
    ins_text *out = &figure->parameters;
    ins_text_add_format(out, "%s = \"", name);
    for (size_t i = 0; i < count; i++) {
        ins_text_add(out, i == 0 ? "'" : ", '");
        for (const char *c = labels[i]; *c != '\0'; c++) {
            char one[2] = {*c, '\0'};
            ins_text_add(out, *c == '%' ? "%" : ""); /* a tic label is a format */
            add_words(out, one);
        }
        ins_text_add(out, "' ");
        add_number(out, positions[i]);
    }
    ins_text_add(out, "\"\n");
}

void ins_figure_value(ins_figure *figure, double value)
{
    const double limit = 1e300; /* beyond it gnuplot's own arithmetic overflows */
    if (isfinite(value)) value = value > limit ? limit : value < -limit ? -limit : value;
    ins_csv_number(&figure->data, isfinite(value) ? value : (double)NAN);
}

ins_status ins_figure_script(const ins_figure *figure, ins_text *out, ins_error *error)
{
    ins_text name = {0}, body = {0};
    ins_text_add_format(&name, "reports/figures/%s.gp", figure->kind);
    char *path = ins_bundled(name.data);
    ins_status status;
    if (path == NULL) {
        status = ins_error_add(error, INS_OUTPUT,
                               "%s: not found; set INITSCOPE_DATA_DIR to the directory that has it",
                               name.data);
    } else if ((status = ins_file_read(path, &body, INS_OUTPUT, error)) == INS_OK) {
        ins_text_clear(out);
        ins_text_add(out, figure->parameters.data);
        ins_text_add(out, "\n");
        ins_text_add_bytes(out, body.data, body.length);
    }
    free(path);
    ins_text_free(&name);
    ins_text_free(&body);
    return status;
}

void ins_figure_free(ins_figure *figure)
{
    ins_text_free(&figure->parameters);
    ins_text_free(&figure->data);
}
