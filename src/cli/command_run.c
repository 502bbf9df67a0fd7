/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* initscope run: the options are the rows of the settings table and a few switches. */
#include <config.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "initscope/settings.h"
#include "initscope/team.h"

static const char about[] =
    "Trains the same network from every listed initializer and seed, and records into DIR what "
    "happens to the variance of weights, activations and gradients in every layer.\n"
    "Every option is also a key of an experiment file (key = value, # comments); the command line "
    "overrides the file. Values of a list are separated by commas or blanks; parameters are given "
    "as random_normal(stddev=0.01). `initscope run DIR/experiment.ini -o DIR2` repeats a run.\n"
    "In an MPI job, `mpirun -n N initscope run ...`, the ranks share the runs of one experiment "
    "and "
    "write one DIR, where the program was built with MPI.";

static const ins_flag switches[] = {
    {.name = "force",
     .help = "replace a non-empty output directory",
     .title = "Switches, on the command line only"},
    {.name = "resume", .help = "go on with an interrupted run; finished runs are not repeated"},
    {.name = "quiet", .letter = 'q', .help = "no progress, warnings or summary"},
    {.name = "verbose", .letter = 'v', .help = "one line for each finished run, no bar"},
    {.name = "help", .letter = 'h', .help = "this text"}};

/* Runs of which it is told before what they will take, where nobody may be looking. */
enum { MANY = 1000 };

enum { SWITCHES = sizeof switches / sizeof switches[0] };

/* The settings' options, then the switches. */
static const ins_flag *make_flags(ins_arena *arena)
{
    const size_t count = INS_OPTIONS;
    ins_flag *flags = ins_arena_get(arena, count + SWITCHES + 1, sizeof *flags, "options");
    for (size_t i = 0; i < count; i++) {
        bool first = i == 0 || ins_options[i].group != ins_options[i - 1].group;
        flags[i] = ins_flag_of(&ins_options[i], arena);
        if (first) flags[i].title = ins_group_titles[ins_options[i].group];
    }
    memcpy(flags + count, switches, sizeof switches);
    return flags;
}

static ins_status read_settings(const ins_arguments *arguments, ins_settings *settings,
                                ins_error *error)
{
    if (ins_arguments_set(arguments, "run", settings, error) != INS_OK) return error->status;
    if (settings->output[0] == '\0')
        return ins_error_add(error, INS_USAGE, "run: no output directory; name one with -o DIR");
    return ins_settings_check(settings, error);
}

static ins_status read_policy(const ins_arguments *arguments, ins_log_policy *policy,
                              ins_error *error)
{
    bool force = ins_arguments_value(arguments, "force"),
         resume = ins_arguments_value(arguments, "resume");
    if (force && resume)
        return ins_error_add(error, INS_USAGE, "run: --force and --resume exclude each other");
    *policy = force ? INS_LOG_FORCE : resume ? INS_LOG_RESUME : INS_LOG_NEW;
    return error->status;
}

/* The words as a shell would take them. */
static const char *command_line(const ins_arguments *arguments, ins_arena *arena)
{
    ins_text line = {0};
    ins_text_add(&line, "initscope");
    for (int i = 0; i < arguments->words; i++) {
        ins_text_add(&line, " ");
        ins_text_add_word(&line, arguments->word[i]);
    }
    const char *copy = ins_arena_copy(arena, line.data, line.length);
    ins_text_free(&line);
    return copy;
}

static void print_summary(const ins_outcome *outcome, const char *output)
{
    char display[1024];
    ins_make_safe(display, sizeof display, output, strlen(output));
    if (outcome->skipped == outcome->trials)
        fprintf(stderr, "initscope: all %zu runs were complete already -> %s\n", outcome->trials,
                display);
    else
        fprintf(stderr, "initscope: %zu runs in %.1f s (%zu diverged) -> %s\n", outcome->done,
                outcome->seconds, outcome->diverged, display);
}

/* Until something is written there is nothing to finish: a signal ends the program at once, also
 * while it waits for data. */
static void tell(void *progress, const ins_event *event)
{
    if (event->kind == INS_EVENT_START) ins_signals_start();
    ins_progress_tell(progress, event);
}

static bool stop(void)
{
    ins_team_poll();
    return ins_signals_stop();
}

static ins_loudness loudness_of(const ins_arguments *arguments)
{
    if (ins_team_rank() > 0 || ins_arguments_value(arguments, "quiet")) return INS_QUIET;
    return ins_arguments_value(arguments, "verbose") ? INS_VERBOSE : INS_NORMAL;
}

static void run_experiment(const ins_arguments *arguments, ins_request *request, ins_error *error)
{
    const ins_loudness loudness = loudness_of(arguments);
    ins_progress *progress = ins_progress_new(loudness);
    ins_outcome outcome = {0};
    request->tell = tell;
    request->context = progress;
    request->stop = stop;
    request->foresee = loudness == INS_QUIET ? 0 : isatty(STDERR_FILENO) ? 1 : MANY;
    ins_status status = ins_run_experiment(request, &outcome, error);
    ins_progress_free(progress);
    if (status == INS_OK && loudness != INS_QUIET)
        print_summary(&outcome, request->settings->output);
}

static void run(const ins_arguments *arguments, ins_arena *arena, ins_error *error)
{
    ins_settings settings;
    ins_settings_start(&settings);
    ins_request request = {.settings = &settings, .command_line = command_line(arguments, arena)};
    if (read_policy(arguments, &request.policy, error) == INS_OK &&
        read_settings(arguments, &settings, error) == INS_OK) {
        ins_team_join();
        run_experiment(arguments, &request, error);
        ins_team_leave();
    }
    ins_settings_free(&settings);
}

const ins_command ins_command_run = {
    .name = "run",
    .usage = "[EXPERIMENT.ini] [OPTION]... -o DIR",
    .help = "train every combination of the factors and seeds, record CSV logs",
    .about = about,
    .operand = INS_OPERAND_EXPERIMENT,
    .flags = make_flags,
    .run = run};
