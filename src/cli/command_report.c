/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* initscope report: from run directories to a report. */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "initscope/report.h"

static const char about[] =
    "Reads only the CSV logs in the DIRs, whoever wrote them (epochs.csv and layers.csv are "
    "needed), and writes for each figure a CSV file, a gnuplot script, PNG and SVG, and of all one "
    "PDF for paper and one HTML file for a screen. Without gnuplot, the CSV files and scripts are "
    "written.\n"
    "report.html opens from disk and asks nothing of any server. In it initializers are lit up and "
    "switched off, points and tables are read, sorted and copied, and each figure has its data and "
    "its script with it. Without JavaScript it is all there to be read.";

static const ins_flag rows[] = {
    {.name = "output",
     .letter = 'o',
     .argument = "DIR",
     .help = "where the report is written; an earlier report there is replaced",
     .fallback = "DIR/report of the only run directory",
     .range = "a directory",
     .title = "Options"},
    {.name = "format",
     .argument = "FORMAT...",
     .help = "what is drawn: report.pdf, report.html, figures as PNG and as SVG",
     .fallback = "pdf html png svg",
     .range = "pdf, html, png, svg"},
    {.name = "gnuplot",
     .argument = "PATH",
     .help = "the gnuplot to run",
     .fallback = "$GNUPLOT, else gnuplot from PATH",
     .range = "a program"},
    {.name = "summary",
     .help = "print the table at a glance and the findings as text, and write no report"},
    {.name = "running",
     .help = "take runs that libinitscope has under way as far as they have come"},
    {.name = "quiet", .letter = 'q', .help = "no summary"},
    {.name = "help", .letter = 'h', .help = "this text"},
    {0}};

/* Those that --format lists; 0 without it. */
static unsigned read_formats(const ins_arguments *arguments, ins_arena *arena, ins_error *error)
{
    const char *text = ins_arguments_value(arguments, "format");
    char **words;
    size_t count = text != NULL ? ins_list_split(text, arena, &words) : 0;
    unsigned formats = 0;
    if (text != NULL && count == 0)
        ins_error_add(error, INS_USAGE, "--format: empty; give some of pdf, html, png, svg");
    for (size_t i = 0; i < count; i++) {
        const unsigned format = ins_format_named(words[i]);
        char display[INS_DISPLAY_SIZE];
        if (format == 0)
            ins_error_add(error, INS_USAGE,
                          "--format: no such format (got \"%s\"); there are pdf, html, png, svg",
                          ins_display(display, words[i], strlen(words[i])));
        formats |= format;
    }
    return formats;
}

static void print_document(const ins_report_options *options, const char *name)
{
    char display[1024];
    const char *place = options->output ? options->output : options->directories[0];
    ins_make_safe(display, sizeof display, place, strlen(place));
    fprintf(stderr, " %s%s%s", display, options->output ? "" : "/report", name);
}

/* Where the documents are, or the figures without them. */
static void print_summary(const ins_report_options *options)
{
    const unsigned formats = options->formats != 0 ? options->formats : INS_FORMATS;
    const bool pdf = (formats & INS_FORMAT_PDF) != 0, html = (formats & INS_FORMAT_HTML) != 0;
    fprintf(stderr, "initscope: report of %zu run director%s ->", options->count,
            options->count == 1 ? "y" : "ies");
    if (pdf) print_document(options, "/report.pdf");
    if (html) print_document(options, "/report.html");
    if (!pdf && !html) print_document(options, "");
    fputc('\n', stderr);
}

/* On standard output; in colour when that is a terminal and NO_COLOR is not set. */
static void print_text(const ins_report_options *options, ins_error *error)
{
    const char *no_color = getenv("NO_COLOR");
    bool colour = isatty(STDOUT_FILENO) && (!no_color || !*no_color);
    ins_text text = {0};
    if (options->output) {
        ins_error_add(error, INS_USAGE, "--output: --summary writes no report");
    } else if (ins_report_summary(options, colour, &text, error) == INS_OK) {
        fwrite(text.data, 1, text.length, stdout);
    }
    ins_text_free(&text);
}

/* The report, or its table as text. */
static void write_report(const ins_arguments *arguments, ins_arena *arena, ins_text *warnings,
                         ins_error *error)
{
    ins_report_options options = {.directories = (const char *const *)arguments->operand,
                                  .count = arguments->operands,
                                  .running = ins_arguments_value(arguments, "running") != NULL,
                                  .formats = read_formats(arguments, arena, error),
                                  .output = ins_arguments_value(arguments, "output"),
                                  .gnuplot = ins_arguments_value(arguments, "gnuplot"),
                                  .warnings = warnings};
    if (error->status != INS_OK) return;
    if (options.count == 0) {
        ins_error_add(error, INS_USAGE, "report: no run directory; see `initscope report --help`");
        return;
    }
    if (ins_arguments_value(arguments, "summary")) {
        print_text(&options, error);
        return;
    }
    if (options.count > 1 && !options.output) {
        ins_error_add(error, INS_USAGE,
                      "report: several run directories need an output directory; name it with -o");
        return;
    }
    if (ins_report_write(&options, error) == INS_OK && !ins_arguments_value(arguments, "quiet"))
        print_summary(&options);
}

static void report(const ins_arguments *arguments, ins_arena *arena, ins_error *error)
{
    ins_text warnings = {0};
    write_report(arguments, arena, &warnings, error);
    ins_warnings_print(&warnings);
    ins_text_free(&warnings);
}

const ins_command ins_command_report = {
    .name = "report",
    .usage = "[OPTION]... DIR... [-o DIR]",
    .help = "from the CSV logs in the DIRs: figures, one PDF and one HTML file",
    .about = about,
    .operand = INS_OPERAND_RUNS,
    .rows = rows,
    .run = report};
