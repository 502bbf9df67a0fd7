/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* initscope theory: predictions on standard output. */
#include <config.h>

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "initscope/forecast.h"
#include "initscope/theory_tables.h"

static const char about[] =
    "Prints, without training, what the mean-field theory predicts for every layer before "
    "training: "
    "second moment and variance of weights, preactivations, activations, deltas and gradients, and "
    "the signal, the variance of preactivations within a unit, for each initializer and "
    "activation, "
    "as CSV. A gradient is that of one sample's own loss; nan stands where an initializer promises "
    "nothing.\n"
    "The options of `initscope run` that decide this are taken here too, and so is an experiment "
    "file. With --critical or --phase, only the activations matter.";

/* The options of run that the predictions depend on. */
static const ins_option_id options[] = {
    INS_OPTION_INIT,          INS_OPTION_ACTIVATION,     INS_OPTION_NETWORK,
    INS_OPTION_RESIDUAL_INIT, INS_OPTION_RECURRENT_INIT, INS_OPTION_FORGET_BIAS,
    INS_OPTION_FIRST_INIT,    INS_OPTION_EMBEDDING_INIT, INS_OPTION_OUTPUT_INIT,
    INS_OPTION_BIAS_INIT,     INS_OPTION_DATA,           INS_OPTION_LABEL,
    INS_OPTION_FEATURES,      INS_OPTION_DROP,           INS_OPTION_HEADER,
    INS_OPTION_DELIMITER,     INS_OPTION_CATEGORIES,     INS_OPTION_MISSING,
    INS_OPTION_LOSS,          INS_OPTION_SCALE,          INS_OPTION_TEST_FRACTION,
    INS_OPTION_SPLIT_SEED,    INS_OPTION_PROBE};

#define INPUT_MOMENT_RANGE "a finite number from 0 up"
#define INPUT_CORRELATION_RANGE "a number from -1 to 1"
#define KEEP_RANGE "size or signal"

static const ins_flag switches[] = {
    {.name = "input-moment",
     .argument = "Q",
     .help = "second moment of the inputs, in place of that of the data; positions of a map have "
             "nothing to do with each other then",
     .fallback = "that of the probe rows, scaled",
     .range = INPUT_MOMENT_RANGE,
     .title = "What is printed"},
    {.name = "input-correlation",
     .argument = "C",
     .help = "correlation of two rows of the inputs, their mean product over the second moment, in "
             "place of that of the data, and all of one length: the signal depends on it",
     .fallback = "the mean over pairs of probe rows, scaled",
     .range = INPUT_CORRELATION_RANGE},
    {.name = "critical",
     .help = "the critical line of each activation instead: where sigma_w^2 E[phi'^2] = 1, at "
             "sigma_b from 0 to 1"},
    {.name = "phase",
     .argument = "RANGES",
     .help = "the phase plane of each activation instead: where variance (from 1) and correlation "
             "of signals go with depth",
     .range = ins_plane_range},
    {.name = "solve",
     .help =
         "instead, for each activation the standard deviation of the weights of each layer that "
         "keeps the size of activations at 1 in this very network, and what it is in PyTorch, "
         "Keras and Flax; --init=preserving draws from it"},
    {.name = "keep",
     .argument = "WORD",
     .help = "what --solve keeps: size, E[a^2] of activations, or signal, the variance of "
             "preactivations within a unit over the rows",
     .fallback = "size",
     .range = KEEP_RANGE},
    {.name = "help", .letter = 'h', .help = "this text"}};

enum {
    OPTIONS = sizeof options / sizeof options[0],
    SWITCHES = sizeof switches / sizeof switches[0]
};

static const ins_flag *make_flags(ins_arena *arena)
{
    ins_flag *flags = ins_arena_get(arena, OPTIONS + SWITCHES + 1, sizeof *flags, "options");
    for (size_t i = 0; i < OPTIONS; i++) flags[i] = ins_flag_of(&ins_options[options[i]], arena);
    flags[0].title = "The network and its data";
    memcpy(flags + OPTIONS, switches, sizeof switches);
    return flags;
}

/* The number after one of the switches, if it was given; range completes "must be ...". */
static void read_number(const ins_arguments *arguments, const char *name, double minimum,
                        double maximum, const char *range, double *number, ins_error *error)
{
    const char *text = ins_arguments_value(arguments, name);
    if (text == NULL) return;
    char display[INS_DISPLAY_SIZE];
    double value;
    if (ins_parse_number(text, strlen(text), &value) == INS_NUMBER_FINITE && value >= minimum &&
        value <= maximum)
        *number = value;
    else
        ins_error_add(error, INS_USAGE, "--%s: must be %s (got \"%s\")", name, range,
                      ins_display(display, text, strlen(text)));
}

/* The columns tell of initializer and activation only. */
static ins_status check_one(const ins_settings *settings, ins_option_id id, size_t count,
                            const char *what, ins_error *error)
{
    if (count == 1) return error->status;
    const ins_option *option = &ins_options[id];
    char display[INS_DISPLAY_SIZE];
    ins_text shapes = {0};
    option->kind->write(option, (const char *)settings + option->field, &shapes);
    ins_error_add(error, INS_USAGE, "%s: must be one %s at a time for the theory (got \"%s\")",
                  ins_settings_where(settings, id), what,
                  ins_display(display, shapes.data, shapes.length));
    ins_text_free(&shapes);
    return error->status;
}

static ins_status check_shapes(const ins_settings *settings, ins_error *error)
{
    check_one(settings, INS_OPTION_NETWORK, settings->network.count, "network", error);
    check_one(settings, INS_OPTION_RESIDUAL_INIT, settings->residual_init.count, "start", error);
    check_one(settings, INS_OPTION_RECURRENT_INIT, settings->recurrent_init.count, "initializer",
              error);
    return check_one(settings, INS_OPTION_FORGET_BIAS, settings->forget_bias.count, "start", error);
}

/* What --solve is to keep; true: it was said, or is not asked for. */
static bool read_keep(const ins_arguments *arguments, ins_keep *keep, ins_error *error)
{
    const char *word = ins_arguments_value(arguments, "keep");
    char display[INS_DISPLAY_SIZE];
    *keep = INS_KEEP_SIZE;
    if (word == NULL || strcmp(word, "size") == 0) return true;
    *keep = INS_KEEP_SIGNAL;
    if (strcmp(word, "signal") == 0) return true;
    ins_error_add(error, INS_USAGE, "--keep: must be %s (got \"%s\")", KEEP_RANGE,
                  ins_display(display, word, strlen(word)));
    return false;
}

/* For each activation of the grid: its other networks differ in their initializers alone. */
static void print_solutions(const ins_grid *grid, const ins_samples *probe,
                            const ins_inputs *inputs, ins_keep keep)
{
    const ins_choice *last = NULL;
    for (size_t i = 0; i < ins_grid_networks(grid); i++) {
        const ins_trial trial = ins_grid_network_trial(grid, i);
        if (trial.activation == last || trial.residual != grid->settings->residual_init.item)
            continue;
        if (last != NULL) putchar('\n');
        last = trial.activation;
        ins_solution solution = ins_solution_new(&trial, probe, inputs, keep);
        ins_solution_print(&solution, trial.activation, keep, grid->settings->arena);
        ins_solution_free(&solution);
    }
}

static void predict_layers(const ins_arguments *arguments, ins_settings *settings, ins_text *out,
                           ins_error *error)
{
    double square = NAN, correlation = NAN;
    ins_keep keep;
    ins_grid grid;
    ins_dataset dataset = {0};
    ins_prepared data = {0};
    read_number(arguments, "input-moment", 0, DBL_MAX, INPUT_MOMENT_RANGE, &square, error);
    read_number(arguments, "input-correlation", -1, 1, INPUT_CORRELATION_RANGE, &correlation,
                error);
    if (read_keep(arguments, &keep, error) && check_shapes(settings, error) == INS_OK &&
        ins_settings_check(settings, error) == INS_OK &&
        ins_grid_new(settings, &grid, error) == INS_OK &&
        ins_data_load(settings, &dataset, &data, error) == INS_OK &&
        ins_networks_check(settings, &data, &dataset.warnings, error) == INS_OK) {
        ins_samples probe = ins_probe_of(settings, &data.train);
        ins_inputs inputs = ins_inputs_of(&probe);
        ins_warnings_print(&dataset.warnings);
        if (!isnan(square)) {
            inputs.square = square;
            inputs.white = true;
        }
        if (!isnan(correlation)) {
            inputs.apart = 1 - correlation;
            inputs.lengths = 0;
        }
        if (ins_arguments_value(arguments, "solve"))
            print_solutions(&grid, &probe, &inputs, keep);
        else
            ins_layers_table(&grid, &probe, &inputs, out);
    }
    ins_prepared_free(&data);
    ins_dataset_free(&dataset);
}

static void predict(const ins_arguments *arguments, ins_settings *settings, ins_text *out,
                    ins_error *error)
{
    const char *phase = ins_arguments_value(arguments, "phase");
    bool critical = ins_arguments_value(arguments, "critical");
    ins_plane plane;
    if (critical && phase)
        ins_error_add(error, INS_USAGE, "theory: --critical and --phase exclude each other");
    else if ((critical || phase) && ins_arguments_value(arguments, "solve"))
        ins_error_add(error, INS_USAGE, "theory: --solve excludes --critical and --phase");
    else if (ins_arguments_value(arguments, "keep") && !ins_arguments_value(arguments, "solve"))
        ins_error_add(error, INS_USAGE, "theory: --keep belongs to --solve");
    else if (critical)
        ins_critical_table(&settings->activation, out);
    else if (!phase)
        predict_layers(arguments, settings, out, error);
    else if (ins_plane_parse(phase, "--phase", &plane, error) == INS_OK)
        ins_phase_table(&settings->activation, &plane, out);
}

static void run(const ins_arguments *arguments, ins_arena *arena, ins_error *error)
{
    (void)arena;
    ins_settings settings;
    ins_settings_start(&settings);
    ins_text out = {0};
    if (ins_arguments_set(arguments, "theory", &settings, error) == INS_OK)
        predict(arguments, &settings, &out, error);
    if (error->status == INS_OK && out.length > 0) fwrite(out.data, 1, out.length, stdout);
    ins_text_free(&out);
    ins_settings_free(&settings);
}

const ins_command ins_command_theory = {
    .name = "theory",
    .usage = "[EXPERIMENT.ini] [OPTION]...",
    .help = "the predicted variance of every layer, without training, as CSV",
    .about = about,
    .operand = INS_OPERAND_EXPERIMENT,
    .flags = make_flags,
    .run = run};
