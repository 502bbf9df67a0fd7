/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* initscope data: a table column by column, and the command line that reads it. */
#include <config.h>

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "initscope/generator.h"
#include "initscope/survey.h"
#include "initscope/utf8.h"

static const char about[] =
    "Shows what `initscope run` would make of a table: one line a column, what is to be predicted, "
    "how the rows are split, and what is odd. The last line is the command that reads it, with the "
    "options that help where it cannot be read as it is (then the exit status is 3).\n"
    "FILE is all that the option data of `initscope run` takes.";

enum { SHOWN_CLASSES = 8 };

static const ins_flag *make_flags(ins_arena *arena)
{
    ins_flag *flags = ins_arena_get(arena, INS_OPTIONS + 2, sizeof *flags, "options");
    size_t count = 0;
    for (const ins_option *option = ins_options; option->key; option++)
        if (option->group == INS_GROUP_DATA && option != &ins_options[INS_OPTION_DATA])
            flags[count++] = ins_flag_of(option, arena);
    flags[0].title = ins_group_titles[INS_GROUP_DATA];
    flags[count] = (ins_flag){.name = "help", .letter = 'h', .help = "this text"};
    return flags;
}

/* "5.84", "2501"; nothing for what is none. */
static const char *number_of(double x, ins_arena *arena)
{
    const bool large = fabs(x) >= 1000 && fabs(x) < 1e7;
    return isnan(x) ? "" : ins_arena_format(arena, large ? "%.0f" : "%.3g", x);
}

/* A name in most columns of a terminal. */
static const char *fitted(const char *name, size_t most, ins_arena *arena)
{
    ins_text out = {0};
    ins_text_shorten(&out, name, most);
    const char *copy = ins_arena_copy(arena, out.data, out.length);
    ins_text_free(&out);
    return copy;
}

enum { COLUMNS = 9, NARROWEST_NAME = 12, GAP = 2 };

/* What the other columns leave to the names on a terminal; all of it elsewhere. */
static void fit_names(ins_listing *listing, ins_arena *arena)
{
    const size_t room = ins_terminal_columns(STDOUT_FILENO);
    size_t widest[COLUMNS] = {0}, others = 0;
    for (size_t i = 0; i < listing->rows * COLUMNS; i++) {
        const size_t width = ins_text_columns(listing->cell[i]);
        if (width > widest[i % COLUMNS]) widest[i % COLUMNS] = width;
    }
    for (size_t c = 1; c < COLUMNS; c++) others += widest[c] + GAP;
    if (room == 0) return;
    const size_t most = room > others + NARROWEST_NAME ? room - others : NARROWEST_NAME;
    for (size_t i = 0; i < listing->rows; i++)
        listing->cell[i * COLUMNS] = fitted(listing->cell[i * COLUMNS], most, arena);
}

static const char *name_of(const char *name, ins_arena *arena)
{
    char shown[INS_DISPLAY_SIZE];
    if (name[0] == '\0') return "(no name)";
    return ins_arena_format(arena, "%s", ins_display(shown, name, strlen(name)));
}

static void print_columns(const ins_survey *survey, ins_arena *arena)
{
    ins_listing listing = {.columns = COLUMNS};
    ins_listing_add(&listing, arena,
                    (const char *[]){"column", "type", "missing", "values", "mean", "sd", "min",
                                     "max", "becomes"});
    for (size_t j = 0; j < survey->columns; j++) {
        const ins_survey_column *c = &survey->column[j];
        ins_listing_add(
            &listing, arena,
            (const char *[]){
                name_of(c->name, arena), c->type, ins_arena_format(arena, "%zu", c->missing),
                c->different < SIZE_MAX ? ins_arena_format(arena, "%zu", c->different) : "",
                number_of(c->mean, arena), number_of(c->deviation, arena),
                number_of(c->minimum, arena), number_of(c->maximum, arena), c->becomes});
    }
    fit_names(&listing, arena);
    ins_listing_print(&listing);
}

/* A piece of a line that began at *width characters; the next line where it has no room. */
static void print_piece(const char *piece, size_t *width)
{
    enum { LINE = 80 };
    const size_t length = ins_text_columns(piece);
    if (*width > 0 && *width + 1 + length > LINE) {
        printf("\n ");
        *width = 1;
    }
    *width += length + (size_t)printf("%s", *width > 0 ? " " : "");
    printf("%s", piece);
}

static void print_classes(const ins_dataset *dataset)
{
    size_t *rows = ins_allocate(dataset->classes, sizeof *rows, "class sizes");
    char shown[INS_DISPLAY_SIZE];
    for (size_t i = 0; i < dataset->rows; i++) rows[dataset->y[i]]++;
    ins_text piece = {0};
    size_t width = 0;
    ins_text_add_format(&piece, "%zu classes of %s:", dataset->classes,
                        ins_display(shown, dataset->label_name, strlen(dataset->label_name)));
    print_piece(piece.data, &width);
    for (size_t k = 0; k < dataset->classes && k < SHOWN_CLASSES; k++) {
        const char *name = dataset->class_names[k];
        ins_text_clear(&piece);
        ins_text_add_format(&piece, "%s %zu (%.1f %%)%s", ins_display(shown, name, strlen(name)),
                            rows[k], 100 * (double)rows[k] / (double)dataset->rows,
                            k + 1 < dataset->classes && k + 1 < SHOWN_CLASSES ? "," : "");
        print_piece(piece.data, &width);
    }
    if (dataset->classes > SHOWN_CLASSES) {
        ins_text_clear(&piece);
        ins_text_add_format(&piece, "and %zu more", dataset->classes - SHOWN_CLASSES);
        print_piece(piece.data, &width);
    }
    putchar('\n');
    ins_text_free(&piece);
    free(rows);
}

static void print_target(const ins_dataset *dataset, size_t k)
{
    const double n = (double)dataset->rows, first = dataset->target[k];
    double sum = 0, square = 0, least = first, most = first;
    char shown[INS_DISPLAY_SIZE];
    for (size_t i = 0; i < dataset->rows; i++) {
        const double x = dataset->target[i * dataset->targets + k];
        sum += (x - first) / n;
        square += (x - first) * (x - first) / n;
        least = fmin(least, x);
        most = fmax(most, x);
    }
    printf("number to predict: %s, mean %.4g, sd %.4g, from %.4g to %.4g\n",
           ins_display(shown, dataset->target_names[k], strlen(dataset->target_names[k])),
           first + sum, sqrt(fmax(0, square - sum * sum)), least, most);
}

/* What is predicted, and from what. */
static void print_dataset(const ins_dataset *dataset)
{
    if (dataset->task == INS_TASK_CLASSES) print_classes(dataset);
    for (size_t k = 0; dataset->target != NULL && k < dataset->targets && k < SHOWN_CLASSES; k++)
        print_target(dataset, k);
    if (dataset->target != NULL && dataset->targets > SHOWN_CLASSES)
        printf("and %zu numbers more\n", dataset->targets - SHOWN_CLASSES);
    if (dataset->task == INS_TASK_INPUTS)
        printf("the %zu inputs themselves are predicted\n", dataset->features);
}

static void print_rows(const ins_dataset *dataset, const ins_prepared *data)
{
    printf("%zu inputs; %zu rows: %zu for training, ", dataset->features, dataset->rows,
           data->train.rows);
    if (data->test.x == data->train.x)
        printf("and the same for testing\n");
    else
        printf("%zu for testing%s\n", data->test.rows,
               dataset->test_rows > 0 ? ", a set of their own" : "");
}

/* The options of the split and the scaling that were given. */
static void add_other_options(const ins_settings *settings, ins_text *out)
{
    static const ins_option_id others[] = {INS_OPTION_SCALE, INS_OPTION_TEST_FRACTION,
                                           INS_OPTION_SPLIT, INS_OPTION_SPLIT_SEED};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        const ins_option *option = &ins_options[others[i]];
        if (ins_settings_is_default(settings, others[i])) continue;
        ins_text_add_format(out, " --%s ", option->key);
        option->kind->write(option, (const char *)settings + option->field, out);
    }
}

static void print_command(const ins_settings *settings, const ins_reading *reading)
{
    ins_text out = {0};
    ins_text_add(&out, "initscope run --data ");
    ins_text_add_word(&out, settings->data.name);
    ins_reading_options(reading, &out);
    add_other_options(settings, &out);
    printf("%s -o OUT\n", out.data);
    ins_text_free(&out);
}

/* The problems stand before the command, which is last. */
static void show(const ins_settings *settings, const ins_survey *survey, ins_error *error)
{
    ins_prepared data = {0};
    ins_text warnings = {0};
    const ins_preparation how = ins_preparation_of(settings, settings->seed);
    print_columns(survey, settings->arena);
    fflush(stdout);
    ins_problems_print(error);
    error->count = 0;
    if (survey->readable) {
        print_dataset(&survey->dataset);
        if (ins_prepare_copy(&survey->dataset, &how, &data, &warnings, error) == INS_OK)
            print_rows(&survey->dataset, &data);
        fflush(stdout);
        ins_warnings_print(&survey->dataset.warnings);
        ins_warnings_print(&warnings);
        print_command(settings, &survey->remedied);
    }
    ins_text_free(&warnings);
    ins_prepared_free(&data);
}

static void survey_file(ins_settings *settings, ins_error *error)
{
    ins_survey survey;
    const ins_reading reading = ins_reading_of(settings);
    if (settings->data.generator.entry != NULL) {
        ins_arrays arrays;
        ins_generate(&settings->data.generator, &arrays);
        ins_survey_of_arrays(&arrays, &reading, &survey, error);
        ins_arrays_free(&arrays);
    } else {
        ins_survey_make(&reading, &survey, error);
    }
    if (survey.columns > 0) show(settings, &survey, error);
    ins_survey_free(&survey);
}

static void run(const ins_arguments *arguments, ins_arena *arena, ins_error *error)
{
    (void)arena;
    const ins_source source = {.where = "data"};
    ins_settings settings;
    ins_settings_start(&settings);
    if (arguments->operands != 1)
        ins_error_add(error, INS_USAGE, "data: takes one file (got \"%zu\")", arguments->operands);
    else if (ins_settings_set(&settings, &ins_options[INS_OPTION_DATA], arguments->operand[0],
                              &source, error) == INS_OK &&
             ins_arguments_set_options(arguments, &settings, error) == INS_OK &&
             ins_settings_check(&settings, error) == INS_OK)
        survey_file(&settings, error);
    ins_settings_free(&settings);
}

const ins_command ins_command_data = {
    .name = "data",
    .usage = "[OPTION]... FILE",
    .help = "a table column by column, and the command line that reads it",
    .about = about,
    .operand = INS_OPERAND_DATA,
    .flags = make_flags,
    .run = run};
