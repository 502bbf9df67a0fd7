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
    "needed), and writes for each figure a CSV file, a gnuplot script, PNG and SVG, and one PDF "
    "of all. Without gnuplot, the CSV files and scripts are written.";

static const ins_flag rows[] = {
    {.name = "output",
     .letter = 'o',
     .argument = "DIR",
     .help = "where the report is written; an earlier report there is replaced",
     .fallback = "DIR/report of the only run directory",
     .range = "a directory",
     .title = "Options"},
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

static void print_summary(const ins_report_options *options)
{
    char display[1024];
    const char *place = options->output ? options->output : options->directories[0];
    ins_make_safe(display, sizeof display, place, strlen(place));
    fprintf(stderr, "initscope: report of %zu run director%s -> %s%s\n", options->count,
            options->count == 1 ? "y" : "ies", display, options->output ? "" : "/report");
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

static void write_report(const ins_arguments *arguments, ins_error *error)
{
    ins_report_options options = {.directories = (const char *const *)arguments->operand,
                                  .count = arguments->operands,
                                  .running = ins_arguments_value(arguments, "running") != NULL,
                                  .output = ins_arguments_value(arguments, "output"),
                                  .gnuplot = ins_arguments_value(arguments, "gnuplot")};
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

static const ins_flag *flags(ins_arena *arena)
{
    (void)arena;
    return rows;
}

static void run(int argc, char **argv, ins_error *error)
{
    ins_arena *arena = ins_arena_new();
    ins_arguments arguments;
    if (ins_arguments_parse(argc, argv, rows, arena, &arguments, error) == INS_OK) {
        if (ins_arguments_value(&arguments, "help"))
            ins_help_print(&ins_command_report, arena);
        else
            write_report(&arguments, error);
    }
    ins_arena_free(arena);
}

const ins_command ins_command_report = {
    .name = "report",
    .usage = "[OPTION]... DIR... [-o DIR]",
    .help = "from the CSV logs in the DIRs: figures, gnuplot scripts and one PDF",
    .about = about,
    .operand = INS_OPERAND_RUNS,
    .flags = flags,
    .run = run};
