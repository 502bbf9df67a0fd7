/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* From run directories to a directory with the report. */
#include <config.h>

#include "initscope/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <gsl/gsl_version.h>

#include "initscope/coverage.h"
#include "initscope/file.h"
#include "initscope/gnuplot.h"
#include "initscope/paper.h"
#include "initscope/place.h"
#include "initscope/rendered.h"
#include "initscope/screen.h"
#include "initscope/web_figure.h"

#include "pages.h"

static void write_table(const ins_analysis *analysis, const char *output, const char *name,
                        void (*make)(const ins_analysis *, ins_text *), ins_error *error)
{
    ins_text text = {0};
    make(analysis, &text);
    char *path = ins_path_join(output, name);
    ins_file_stage(path, text.length > 0 ? text.data : "", text.length, error);
    free(path);
    ins_text_free(&text);
}

/* summary.csv and its sisters; "2-summary.csv" for the second of several experiments. */
static void write_tables(const ins_experiment *experiment, const char *output, size_t number,
                         ins_error *error)
{
    static const struct {
        const char *name;
        void (*make)(const ins_analysis *, ins_text *);
    } tables[] = {{"summary.csv", ins_analysis_summary},
                  {"comparisons.csv", ins_analysis_comparisons},
                  {"findings.csv", ins_analysis_findings}};
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        char name[64];
        if (number == 0) {
            snprintf(name, sizeof name, "%s", tables[i].name);
        } else {
            snprintf(name, sizeof name, "%zu-%s", number, tables[i].name);
        }
        write_table(&experiment->analysis, output, name, tables[i].make, error);
    }
}

/* The footer: what made this report, and a hash of the experiments. */
static const char *footer_of(const ins_experiment *experiments, size_t count, const char *gnuplot,
                             const char *output, ins_arena *arena)
{
    unsigned long long hash = INS_HASH_START;
    for (size_t e = 0; e < count; e++) {
        const ins_pairs *pairs = &experiments[e].study.experiment;
        for (size_t i = 0; i < pairs->count; i++) {
            hash = ins_hash(hash, pairs->key[i], strlen(pairs->key[i]) + 1);
            hash = ins_hash(hash, pairs->value[i], strlen(pairs->value[i]) + 1);
        }
    }
    ins_text version = {0};
    if (gnuplot != NULL) ins_gnuplot_version(gnuplot, output, &version);
    const char *footer =
        ins_arena_format(arena, "initscope %s · config %08llx · GSL %s%s%s", PACKAGE_VERSION,
                         hash >> 32, GSL_VERSION, version.length > 0 ? " · gnuplot " : "",
                         version.length > 0 ? version.data : "");
    ins_text_free(&version);
    return footer;
}

static ins_status not_rendered(ins_error *error, const char *what, const char *output)
{
    ins_text place = {0};
    ins_text_add_word(&place, output);
    ins_error_add(error, INS_RENDER, "gnuplot %s; render with: cd %s && gnuplot report.gp", what,
                  place.data);
    ins_text_free(&place);
    return error->status;
}

/* "20261123174020" of SOURCE_DATE_EPOCH, else of the first experiment's date, else NULL: then the
 * PDF carries the time at which it was made. */
static const char *date_of(const ins_experiment *experiments, ins_arena *arena)
{
    const char *epoch = getenv("SOURCE_DATE_EPOCH");
    const char *recorded = ins_pairs_get(&experiments[0].study.environment, "date");
    long long seconds;
    if (epoch != NULL && ins_parse_integer(epoch, strlen(epoch), 0, 253402300799, &seconds)) {
        char digits[32];
        struct tm utc;
        time_t time = (time_t)seconds;
        if (gmtime_r(&time, &utc) == NULL) return NULL;
        strftime(digits, sizeof digits, "%Y%m%d%H%M%S", &utc);
        return ins_arena_copy(arena, digits, strlen(digits));
    }
    char *date = ins_arena_get(arena, 15, 1, "date");
    size_t count = 0;
    for (; recorded != NULL && *recorded != '\0' && count < 14; recorded++) {
        if (*recorded >= '0' && *recorded <= '9') date[count++] = *recorded;
    }
    return count == 14 ? date : NULL;
}

/* Title, date, bookmarks and links; a PDF that cannot be decorated stays as it is. */
static ins_status decorate(const ins_paper *paper, const char *date, const char *path,
                           ins_error *error)
{
    ins_text pdf = {0};
    ins_status status = ins_file_read(path, &pdf, INS_RENDER, error);
    if (status == INS_OK) {
        ins_paper_decorate(paper, date, &pdf);
        status = ins_file_stage(path, pdf.data, pdf.length, error);
    }
    ins_text_free(&pdf);
    return status;
}

/* Checks the PDF and completes it, or removes it. */
static ins_status finish_pdf(const ins_paper *paper, const char *date, const ins_place *place,
                             ins_error *error)
{
    char *pdf = ins_path_join(place->staging, "report.pdf");
    if (error->status == INS_OK && !ins_is_pdf(pdf, ins_paper_pages(paper))) {
        ins_error_add(error, INS_RENDER,
                      "%s/report.pdf: not a whole PDF with text; is a font installed, and the disk "
                      "not full?",
                      ins_place_of_scripts(place));
    }
    if (error->status == INS_OK) decorate(paper, date, pdf, error);
    if (error->status != INS_OK) remove(pdf);
    free(pdf);
    return error->status;
}

static ins_status check_figures(const ins_paper *paper, unsigned formats, const ins_place *place,
                                ins_error *error)
{
    for (size_t i = 0; i < ins_paper_figures(paper); i++) {
        ins_text name = {0};
        const char *figure = ins_paper_figure(paper, i);
        ins_text_add_format(&name, "%s/figures/%s.png", place->staging, figure);
        bool drawn = (formats & INS_FORMAT_PNG) == 0 || ins_is_png(name.data);
        ins_text_clear(&name);
        ins_text_add_format(&name, "%s/figures/%s.svg", place->staging, figure);
        drawn = drawn && ((formats & INS_FORMAT_SVG) == 0 || ins_is_svg(name.data));
        if (!drawn)
            ins_error_add(error, INS_RENDER, "%s/figures/%s.gp: not rendered as PNG and SVG",
                          ins_place_of_scripts(place), figure);
        ins_text_free(&name);
    }
    return error->status;
}

/* What is drawn of a document. */
typedef struct drawing {
    const ins_document *document;
    const ins_paper *paper;
    unsigned formats;
    const char *date, *gnuplot;
} drawing;

/* Seconds after which gnuplot is taken to hang, on a machine that others use as well. */
static unsigned patience(const ins_document *document)
{
    const size_t least = 120, points_a_second = 1000, most = 24 * 3600;
    size_t seconds = least;
    for (size_t s = 0; s < document->sections.count; s++) {
        const ins_section *section = ins_section_at(document, s);
        const ins_block *blocks = section->blocks.items;
        for (size_t b = 0; b < section->blocks.count; b++)
            if (blocks[b].kind == INS_BLOCK_CHART)
                seconds += ins_chart_points(blocks[b].chart) / points_a_second;
    }
    return (unsigned)(seconds < most ? seconds : most);
}

static void run_jobs(const drawing *of, const ins_place *place, ins_error *error)
{
    static const struct {
        unsigned format;
        ins_gnuplot_job job;
    } rows[] = {{INS_FORMAT_PDF, {NULL, "report.gp"}},
                {INS_FORMAT_PNG, {"FORMATS='png'", "figures.gp"}},
                {INS_FORMAT_SVG, {"FORMATS='svg'", "figures.gp"}},
                {INS_FORMAT_HTML, {NULL, INS_WEB_SCRIPT}}};
    enum { MOST = sizeof rows / sizeof rows[0] };
    ins_gnuplot_job jobs[MOST];
    size_t count = 0;
    ins_text messages = {0};
    for (size_t i = 0; i < MOST; i++)
        if ((of->formats & rows[i].format) != 0) jobs[count++] = rows[i].job;
    ins_gnuplot_run_all(of->gnuplot, place->staging, jobs, count, patience(of->document), &messages,
                        error);
    ins_text_free(&messages);
}

static ins_status render(const drawing *of, const ins_place *place, ins_error *error)
{
    const char *scripts = ins_place_of_scripts(place);
    if (of->gnuplot == NULL) return not_rendered(error, "not found", scripts);
    run_jobs(of, place, error);
    if ((of->formats & INS_FORMAT_PDF) != 0) finish_pdf(of->paper, of->date, place, error);
    if (error->status == INS_OK) check_figures(of->paper, of->formats, place, error);
    if (error->status == INS_OK && (of->formats & INS_FORMAT_HTML) != 0)
        ins_screen_write(of->document, place->staging, error);
    if (error->status == INS_RENDER) not_rendered(error, "failed", scripts);
    return error->status;
}

/* --- The document ------------------------------------------------------------------ */

static const char *subtitle_of(const ins_experiment *experiments, size_t count, ins_arena *arena)
{
    size_t runs = 0, arms = 0;
    for (size_t e = 0; e < count; e++) {
        runs += experiments[e].study.runs;
        arms += experiments[e].study.arms;
    }
    if (count == 1)
        return ins_arena_format(arena, "%s · %s · every number is measured in these runs",
                                experiments[0].title, ins_say_count(arena, runs, "run"));
    return ins_arena_format(arena,
                            "%s · %zu initializers in settings · %s · every number is "
                            "measured in these runs",
                            ins_say_count(arena, count, "experiment"), arms,
                            ins_say_count(arena, runs, "run"));
}

/* A book has answers first, then how to read it, a chapter an experiment, and the method once; a
 * report on one experiment is its chapter and the method. */
static void write_document(ins_document *document, const ins_experiment *experiments, size_t count)
{
    bool book = count > 1;
    ins_tell *tells = ins_arena_get(document->arena, count, sizeof *tells, "report");
    for (size_t e = 0; e < count; e++) tells[e] = ins_tell_new(document, &experiments[e], book);
    if (book) {
        ins_chapter_begin(document, ins_document_slug(document, "answers"), "Answers");
        ins_write_answers(document, tells, count);
        ins_write_reading(document, tells, count);
    }
    for (size_t e = 0; e < count; e++) {
        ins_chapter_begin(document, tells[e].slug, experiments[e].title);
        ins_write_chapter(&tells[e]);
    }
    if (book) ins_chapter_begin(document, ins_document_slug(document, "method"), "Method");
    ins_write_method(document, tells, count);
    if (book) ins_write_dictionary(document);
}

/* The files of the report, in the staging directory. */
static void write_files(const ins_experiment *experiments, size_t count, unsigned formats,
                        const ins_place *place, const ins_coverage *coverage, const char *gnuplot,
                        ins_arena *arena, ins_error *error)
{
    for (size_t e = 0; e < count; e++) {
        write_tables(&experiments[e], place->staging, count == 1 ? 0 : e + 1, error);
    }
    const char *title = count > 1 ? "Weight initialization, measured" : experiments[0].title;
    ins_document *document =
        ins_document_new(title, subtitle_of(experiments, count, arena),
                         footer_of(experiments, count, gnuplot, place->staging, arena), coverage);
    write_document(document, experiments, count);
    ins_paper *paper = ins_paper_new(document);
    drawing of = {document, paper, formats, date_of(experiments, arena), gnuplot};
    if (error->status == INS_OK) ins_paper_write(paper, place->staging, error);
    if (error->status == INS_OK) ins_web_figures_write(document, place->staging, error);
    if (error->status == INS_OK) render(&of, place, error);
    ins_web_figures_remove(place->staging, error);
    ins_paper_free(paper);
    ins_document_free(document);
}

static ins_status write_report(const ins_experiment *experiments, size_t count, unsigned formats,
                               const char *output, const ins_coverage *coverage,
                               const char *gnuplot, ins_arena *arena, ins_error *error)
{
    ins_place place;
    ins_status status = ins_place_open(&place, output, error);
    if (status != INS_OK) return status;
    write_files(experiments, count, formats, &place, coverage, gnuplot, arena, error);
    return ins_place_close(&place, error);
}

unsigned ins_format_named(const char *name)
{
    static const struct {
        const char *name;
        unsigned format;
    } rows[] = {{"pdf", INS_FORMAT_PDF},
                {"html", INS_FORMAT_HTML},
                {"png", INS_FORMAT_PNG},
                {"svg", INS_FORMAT_SVG}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(rows[i].name, name) == 0) return rows[i].format;
    return 0;
}

ins_status ins_report_write(const ins_report_options *options, ins_error *error)
{
    if (options->count == 0) return ins_error_add(error, INS_USAGE, "report: no run directory");
    if (options->count > 1 && options->output == NULL) {
        return ins_error_add(error, INS_USAGE, "report: -o is needed for several directories");
    }
    ins_arena *arena = ins_arena_new();
    ins_experiment *experiments = ins_allocate(options->count, sizeof *experiments, "report");
    char *gnuplot = ins_gnuplot_find(options->gnuplot);
    ins_coverage *coverage = gnuplot != NULL ? ins_coverage_ask() : NULL;
    ins_status status = INS_OK;
    for (size_t e = 0; e < options->count && status == INS_OK; e++) {
        status = ins_experiment_read(options->directories[e], options->running, coverage, arena,
                                     &experiments[e], error);
        if (status == INS_OK) ins_study_warn(&experiments[e].study, options->warnings);
    }
    if (status == INS_OK) {
        char *output = options->output != NULL ? ins_duplicate(options->output)
                                               : ins_path_join(options->directories[0], "report");
        status = write_report(experiments, options->count,
                              options->formats != 0 ? options->formats : INS_FORMATS, output,
                              coverage, gnuplot, arena, error);
        free(output);
    }
    ins_coverage_free(coverage);
    free(gnuplot);
    for (size_t e = 0; e < options->count; e++) ins_experiment_free(&experiments[e]);
    free(experiments);
    ins_arena_free(arena);
    return status;
}
