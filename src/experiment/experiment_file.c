/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The experiment file: reading one over the defaults, checking settings as a whole, writing the
 * resolved one. */
#include <config.h>

#include <stdint.h>
#include <string.h>

#include "initscope/file.h"
#include "initscope/grid.h"
#include "initscope/ini.h"
#include "initscope/initializer.h"
#include "initscope/loss.h"
#include "initscope/settings.h"

typedef struct reading {
    ins_settings *settings;
    const char *path;
    const char *directory;
    size_t *line; /* of each option, 0: not met yet */
} reading;

/* The keys of ins_facts_write. */
static const char score_key[] = "score", time_key[] = "time", classes_key[] = "classes";

static bool is_fact(const char *key)
{
    return strcmp(key, score_key) == 0 || strcmp(key, time_key) == 0 ||
           strcmp(key, classes_key) == 0;
}

/* With their aliases. */
static const char *const *option_names(ins_arena *arena)
{
    size_t count = 0;
    const char **names = ins_arena_get(arena, 2 * INS_OPTIONS + 1, sizeof *names, "option names");
    for (const ins_option *option = ins_options; option->key; option++) {
        names[count++] = option->key;
        if (option->alias) names[count++] = option->alias;
    }
    return names;
}

static void unknown_key(const reading *state, const char *key, size_t line, ins_error *error)
{
    char display[INS_DISPLAY_SIZE];
    ins_display(display, key, strlen(key));
    const char *nearest = ins_nearest(key, option_names(state->settings->arena));
    if (nearest)
        ins_error_add(error, INS_USAGE, "%s:%zu: unknown key (got \"%s\"); did you mean %s?",
                      state->path, line, display, nearest);
    else
        ins_error_add(error, INS_USAGE,
                      "%s:%zu: unknown key (got \"%s\"); see `initscope run --help`", state->path,
                      line, display);
}

static void take_pair(void *context, const char *key, const char *value, size_t line,
                      ins_error *error)
{
    reading *state = context;
    const ins_option *option = ins_option_find(key);
    if (is_fact(key)) return;
    if (!option) {
        unknown_key(state, key, line, error);
        return;
    }
    size_t *met = &state->line[option - ins_options];
    if (*met) {
        ins_error_add(error, INS_USAGE, "%s:%zu: key given twice, first on line %zu (got \"%s\")",
                      state->path, line, *met, key);
        return;
    }
    *met = line;
    ins_source source = {.where =
                             ins_arena_format(state->settings->arena, "%s:%zu", state->path, line),
                         .directory = state->directory};
    ins_settings_set(state->settings, option, value, &source, error);
}

/* The file's name without directories and ".ini", or ".csv"; a semicolon could begin a comment. */
static const char *stem_of(const char *path, ins_arena *arena)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    size_t length = strlen(name);
    static const char *const endings[] = {".ini", ".csv", NULL};
    for (const char *const *ending = endings; *ending; ending++) {
        size_t tail = strlen(*ending);
        if (length > tail && strcmp(name + length - tail, *ending) == 0) {
            length -= tail;
            break;
        }
    }
    char display[INS_DISPLAY_SIZE];
    ins_display(display, name, length);
    for (char *at = display; (at = strchr(at, ';')); at++) *at = ',';
    const char *start = display + strspn(display, " ");
    length = strlen(start);
    while (length > 0 && start[length - 1] == ' ') length--;
    return ins_arena_copy(arena, start, length);
}

ins_status ins_settings_read(ins_settings *settings, const char *path, ins_error *error)
{
    const char *slash = strrchr(path, '/');
    reading state = {
        .settings = settings,
        .path = path,
        .directory =
            slash ? ins_arena_copy(settings->arena, path, (size_t)(slash - path) + 1) : "./",
        .line = ins_arena_get(settings->arena, INS_OPTIONS, sizeof *state.line, "lines of keys")};
    ins_status status = ins_ini_read(path, take_pair, &state, INS_USAGE, error);
    if (status == INS_OK && settings->title[0] == '\0')
        settings->title = stem_of(path, settings->arena);
    return status;
}

/* An initializer of single layers, or of a part of them. What the run has to find for it stands in
 * the factor alone. */
static ins_status resolve_own(ins_choice *choice, const char *text, const char *where,
                              ins_arena *arena, ins_error *error)
{
    const ins_initializer *row = (const ins_initializer *)choice->entry;
    if (row == NULL) return INS_OK;
    if (row->critical || row->prescribed || row->tied)
        return ins_error_add(error, INS_USAGE, "%s: %s is for all layers: use --init (got \"%s\")",
                             where, row->entry.name, text);
    return ins_gains_resolve(choice, where, arena, error);
}

static ins_status resolve_layers(ins_elements list, const char *where, ins_arena *arena,
                                 ins_error *error)
{
    ins_status status = INS_OK;
    for (size_t i = 0; i < list.count; i++) {
        ins_element *element = (ins_element *)list.item[i]; /* of the settings' arena */
        status = ins_status_first(
            status, resolve_own(&element->weights, element->text, where, arena, error));
        status = ins_status_first(
            status, resolve_own(&element->recurrent, element->text, where, arena, error));
        status = ins_status_first(status, resolve_layers(element->body, where, arena, error));
        status = ins_status_first(status, resolve_layers(element->skip, where, arena, error));
    }
    return status;
}

static ins_status resolve_inits(ins_settings *settings, ins_error *error)
{
    ins_choice *init = ins_arena_get(settings->arena, settings->init.count, sizeof *init, "gains");
    const char *where = ins_settings_where(settings, INS_OPTION_INIT);
    ins_status status = INS_OK;
    for (size_t i = 0; i < settings->init.count; i++) {
        init[i] = settings->init.item[i];
        status =
            ins_status_first(status, ins_gains_resolve(&init[i], where, settings->arena, error));
    }
    settings->init.item = init;
    return status;
}

static ins_status resolve_recurrent(ins_settings *settings, ins_error *error)
{
    const size_t count = settings->recurrent_init.count;
    ins_choice *init = ins_arena_get(settings->arena, count, sizeof *init, "gains");
    const char *where = ins_settings_where(settings, INS_OPTION_RECURRENT_INIT);
    ins_status status = INS_OK;
    for (size_t i = 0; i < count; i++) {
        init[i] = settings->recurrent_init.item[i];
        status = ins_status_first(
            status, resolve_own(&init[i], init[i].label, where, settings->arena, error));
    }
    settings->recurrent_init.item = init;
    return status;
}

static ins_status resolve_gains(ins_settings *settings, ins_error *error)
{
    ins_status status = resolve_inits(settings, error);
    status = ins_status_first(status, resolve_recurrent(settings, error));
    const char *where = ins_settings_where(settings, INS_OPTION_NETWORK);
    for (size_t i = 0; i < settings->network.count; i++)
        status = ins_status_first(status, resolve_layers(settings->network.item[i].layers, where,
                                                         settings->arena, error));
    ins_choice *others[] = {&settings->output_init, &settings->first_init,
                            &settings->embedding_init, &settings->bias_init};
    static const ins_option_id options[] = {INS_OPTION_OUTPUT_INIT, INS_OPTION_FIRST_INIT,
                                            INS_OPTION_EMBEDDING_INIT, INS_OPTION_BIAS_INIT};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        where = ins_settings_where(settings, options[i]);
        if (others[i]->entry != NULL)
            status = ins_status_first(status,
                                      ins_gains_resolve(others[i], where, settings->arena, error));
    }
    return status;
}

/* The first and the last one, of a split for each seed. */
static ins_status check_split_seeds(const ins_settings *settings, ins_error *error)
{
    size_t first = settings->split_seed + settings->seed, last = first + settings->seeds - 1;
    if (settings->split == INS_SPLIT_FIXED || (first >= 1 && last - 1 <= UINT32_MAX)) return INS_OK;
    return ins_error_add(error, INS_USAGE,
                         "%s: split-seed + seed - 1 must lie in [0, %lu] for every seed (got "
                         "\"%zu\")",
                         ins_settings_where(settings, INS_OPTION_SPLIT_SEED),
                         (unsigned long)UINT32_MAX, settings->split_seed);
}

ins_status ins_settings_check(ins_settings *settings, ins_error *error)
{
    ins_status status = INS_OK;
    if (settings->seeds - 1 > UINT32_MAX - settings->seed)
        status = ins_error_add(error, INS_USAGE,
                               "%s: %zu seeds from %zu on pass the largest seed, %lu (got \"%zu\")",
                               ins_settings_where(settings, INS_OPTION_SEED), settings->seeds,
                               settings->seed, (unsigned long)UINT32_MAX, settings->seed);
    status = ins_status_first(status, check_split_seeds(settings, error));
    if (!settings->data.path)
        status = ins_status_first(
            status,
            ins_error_add(
                error, INS_DATA,
                "%s: the bundled data set is not installed; INITSCOPE_DATA_DIR may name the "
                "directory that holds data/%s.csv (got \"%s\")",
                ins_settings_where(settings, INS_OPTION_DATA), settings->data.name,
                settings->data.name));
    status = ins_status_first(status, resolve_gains(settings, error));
    if (settings->title[0] == '\0') settings->title = stem_of(settings->data.name, settings->arena);
    return status;
}

void ins_settings_write(const ins_settings *settings, ins_text *out)
{
    for (const ins_option *option = ins_options; option->key; option++) {
        if (option->local) continue;
        ins_text value = {0};
        option->kind->write(option, (const char *)settings + option->field, &value);
        ins_text_add_format(out, "%s =%s", option->key, value.length > 0 ? " " : "");
        ins_text_add_bytes(out, value.data, value.length);
        ins_text_add(out, "\n");
        ins_text_free(&value);
    }
}

void ins_facts_write(const ins_samples *samples, ins_text *out)
{
    const ins_loss *loss = ins_loss_for(samples->label != NULL);
    ins_text_add_format(out, "%s = %s\n%s = epoch\n", score_key, loss->score, time_key);
    if (loss->classes) ins_text_add_format(out, "%s = %zu\n", classes_key, samples->outputs);
}
