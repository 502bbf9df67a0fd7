/* From run directories to a directory with the report. */
#include <config.h>

#include "initscope/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <gsl/gsl_version.h>

#include "closing.h"
#include "initscope/book.h"
#include "initscope/coverage.h"
#include "initscope/file.h"
#include "initscope/gnuplot.h"
#include "initscope/place.h"
#include "initscope/rendered.h"
#include "pages.h"
#include "part.h"

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
static ins_status decorate(ins_book *book, const ins_experiment *experiments, const char *path,
                           ins_error *error)
{
    ins_text pdf = {0};
    ins_decoration decoration = {
        .title =
            book->parts.count > 1 ? "Weight initialization, measured" : experiments[0].part.title,
        .creator = book->footer,
        .date = date_of(experiments, book->arena),
        .link = book->links.items,
        .links = book->links.count,
    };
    decoration.bookmark = ins_book_bookmarks(book, &decoration.bookmarks);
    if (ins_file_read(path, &pdf, INS_RENDER, error) == INS_OK &&
        ins_pdf_decorate(&pdf, &decoration)) {
        ins_file_stage(path, pdf.data, pdf.length, error);
    }
    ins_text_free(&pdf);
    return error->status;
}

/* Checks the PDF and completes it, or removes it. */
static ins_status finish_pdf(ins_book *book, const ins_experiment *experiments,
                             const ins_place *place, ins_error *error)
{
    char *pdf = ins_path_join(place->staging, "report.pdf");
    if (error->status == INS_OK && !ins_is_pdf(pdf, book->sheets.count)) {
        ins_error_add(error, INS_RENDER,
                      "%s/report.pdf: not a whole PDF with text; is a font installed, and the disk "
                      "not full?",
                      ins_place_of_scripts(place));
    }
    if (error->status == INS_OK) decorate(book, experiments, pdf, error);
    if (error->status != INS_OK) remove(pdf);
    free(pdf);
    return error->status;
}

static ins_status check_figures(const ins_book *book, const ins_place *place, ins_error *error)
{
    for (size_t i = 0; i < book->figures.count; i++) {
        ins_text name = {0};
        const char *figure = ((ins_figure *const *)book->figures.items)[i]->name;
        ins_text_add_format(&name, "%s/figures/%s.png", place->staging, figure);
        bool png = ins_is_png(name.data);
        ins_text_clear(&name);
        ins_text_add_format(&name, "%s/figures/%s.svg", place->staging, figure);
        if (!png || !ins_is_svg(name.data)) {
            ins_error_add(error, INS_RENDER, "%s/figures/%s.gp: not rendered as PNG and SVG",
                          ins_place_of_scripts(place), figure);
        }
        ins_text_free(&name);
    }
    return error->status;
}

static ins_status render(ins_book *book, const ins_experiment *experiments, const char *gnuplot,
                         const ins_place *place, ins_error *error)
{
    static const ins_gnuplot_job jobs[] = {
        {NULL, "report.gp"}, {"FORMATS='png'", "figures.gp"}, {"FORMATS='svg'", "figures.gp"}};
    const unsigned seconds = 120;
    const char *scripts = ins_place_of_scripts(place);
    if (gnuplot == NULL) return not_rendered(error, "not found", scripts);
    ins_text messages = {0};
    ins_gnuplot_run_all(gnuplot, place->staging, jobs, sizeof jobs / sizeof jobs[0], seconds,
                        &messages, error);
    finish_pdf(book, experiments, place, error);
    if (error->status == INS_OK) check_figures(book, place, error);
    if (error->status == INS_RENDER) not_rendered(error, "failed", scripts);
    ins_text_free(&messages);
    return error->status;
}

/* The files of the report, in the staging directory. */
static void write_files(const ins_experiment *experiments, size_t count, const ins_place *place,
                        const ins_coverage *coverage, const char *gnuplot, ins_error *error)
{
    ins_book book = {.arena = ins_arena_new(), .coverage = coverage};
    for (size_t e = 0; e < count; e++) {
        write_tables(&experiments[e], place->staging, count == 1 ? 0 : e + 1, error);
    }
    ins_flow flow = {.book = &book, .arena = book.arena};
    book.footer = footer_of(experiments, count, gnuplot, place->staging, book.arena);
    if (count > 1) ins_draw_cover(&flow, experiments, count);
    for (size_t e = 0; e < count; e++) ins_draw_part(&flow, &experiments[e].part);
    if (count > 1) ins_draw_closing(&flow, experiments, count);
    ins_book_finish(&book);
    if (error->status == INS_OK && ins_book_write(&book, place->staging, error) == INS_OK) {
        render(&book, experiments, gnuplot, place, error);
    }
    ins_book_free(&book);
    ins_arena_free(book.arena);
}

static ins_status write_report(const ins_experiment *experiments, size_t count, const char *output,
                               const ins_coverage *coverage, const char *gnuplot, ins_error *error)
{
    ins_place place;
    if (ins_place_open(&place, output, error) != INS_OK) return error->status;
    write_files(experiments, count, &place, coverage, gnuplot, error);
    return ins_place_close(&place, error);
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
    for (size_t e = 0; e < options->count && error->status == INS_OK; e++) {
        ins_experiment_read(options->directories[e], arena, coverage, &experiments[e], error);
        experiments[e].part.pages = ins_page_table;
    }
    if (error->status == INS_OK) {
        experiments[options->count - 1].part.last = true;
        char *output = options->output != NULL ? ins_duplicate(options->output)
                                               : ins_path_join(options->directories[0], "report");
        write_report(experiments, options->count, output, coverage, gnuplot, error);
        free(output);
    }
    ins_coverage_free(coverage);
    free(gnuplot);
    for (size_t e = 0; e < options->count; e++) ins_experiment_free(&experiments[e]);
    free(experiments);
    ins_arena_free(arena);
    return error->status;
}
