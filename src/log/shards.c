/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Which shards there are, what they have, and whether they belong together. */
#include <config.h>

#include "shards.h"

#include <stdlib.h>
#include <string.h>

#include "initscope/file.h"
#include "initscope/log_reader.h"
#include "initscope/manifest.h"
#include "initscope/memory.h"

/* What numbers may depend on, beside what the identity tells. */
static const char *const arithmetic[] = {"blas", "gsl", "libc", "compiler", "flush_to_zero"};

enum { ARITHMETIC = sizeof arithmetic / sizeof arithmetic[0] };

/* --- One shard -------------------------------------------------------------------------------- */

/* The directory that has the journal, directory or directory.partial; NULL: neither. */
static char *find_place(const char *directory)
{
    ins_text partial = {0};
    size_t length = strlen(directory);
    while (length > 1 && directory[length - 1] == '/') length--;
    ins_text_add_bytes(&partial, directory, length);
    if (!ins_path_holds(partial.data, "journal")) ins_text_add(&partial, ".partial");
    if (ins_path_holds(partial.data, "journal")) return partial.data;
    ins_text_free(&partial);
    return NULL;
}

/* A listener of the journal. */
static void take_line(void *context, const ins_journal_line *line)
{
    ins_part *part = context;
    if ((part->lines & (part->lines - 1)) == 0)
        part->line = ins_reallocate(part->line, part->lines > 0 ? 2 * part->lines : 1,
                                    sizeof *part->line, "a journal");
    part->line[part->lines++] = *line;
}

static ins_status read_part(const char *directory, ins_part *part, ins_error *error)
{
    part->place = find_place(directory);
    ins_status status = INS_OK;
    if (part->place != NULL) status = ins_identity_read(part->place, &part->identity, error);
    if (status != INS_OK) return status;
    if (part->identity.shard == NULL || !ins_journal_walk(part->place, take_line, part))
        return ins_error_add(error, INS_DATA, "%s: is no shard of an experiment", directory);
    return INS_OK;
}

/* A finished shard is as it was written, the rows of its trials apart, which are looked at when
 * they are copied. */
static ins_status is_unchanged(const ins_part *part, ins_error *error)
{
    ins_text changes = {0};
    ins_status status = ins_manifest_compare(part->place, INS_MANIFEST_OTHER, &changes, error);
    if (status == INS_OK) status = ins_manifest_refuse(part->place, &changes, error);
    ins_text_free(&changes);
    return status;
}

/* --- All of them ------------------------------------------------------------------------------ */

static ins_status same_identity(const ins_part *first, const ins_part *other, ins_error *error)
{
    const char *is = first->identity.text.data, *was = other->identity.text.data;
    const size_t length = first->identity.common;
    if (length == other->identity.common && memcmp(is, was, length) == 0) return INS_OK;
    size_t same = 0, line = 0;
    for (; is[same] == was[same]; same++)
        if (is[same] == '\n') line = same + 1;
    char one[INS_DISPLAY_SIZE], another[INS_DISPLAY_SIZE];
    return ins_error_add(error, INS_DATA,
                         "%s: is of another experiment: %s has \"%s\" (got \"%s\")", other->place,
                         first->place, ins_display(one, is + line, strcspn(is + line, "\n")),
                         ins_display(another, was + line, strcspn(was + line, "\n")));
}

static ins_status read_environment(const ins_part *part, ins_pairs *pairs, ins_error *error)
{
    bool present;
    char *path = ins_path_join(part->place, ins_log_tables[INS_LOG_ENVIRONMENT].file);
    const ins_status status = ins_pairs_read_csv(path, pairs, &present, error);
    free(path);
    return status;
}

/* Last digits follow the kernel of the matrix product, and so the CPU. */
static ins_status same_arithmetic(const ins_part *first, const ins_pairs *known,
                                  const ins_part *other, ins_error *error)
{
    ins_pairs pairs;
    ins_status status = read_environment(other, &pairs, error);
    if (status != INS_OK) return status;
    for (size_t i = 0; i < ARITHMETIC; i++) {
        const char *is = ins_pairs_get(known, arithmetic[i]);
        const char *was = ins_pairs_get(&pairs, arithmetic[i]);
        char one[INS_DISPLAY_SIZE], another[INS_DISPLAY_SIZE];
        if (is == NULL || was == NULL || strcmp(is, was) == 0) continue;
        const char *remedy = strcmp(arithmetic[i], "blas") == 0
                                 ? "; OPENBLAS_CORETYPE gives all machines one kernel"
                                 : "";
        status = ins_error_add(
            error, INS_DATA,
            "%s: %s differs, and with it the last digits: %s has \"%s\" (got \"%s\")%s",
            other->place, arithmetic[i], first->place, ins_display(one, is, strlen(is)),
            ins_display(another, was, strlen(was)), remedy);
    }
    ins_pairs_free(&pairs);
    return status;
}

static ins_status belong_together(const ins_parts *parts, ins_error *error)
{
    ins_pairs known;
    ins_status status = read_environment(&parts->part[0], &known, error);
    if (status != INS_OK) return status;
    for (size_t i = 1; i < parts->count; i++) {
        const ins_status same = same_identity(&parts->part[0], &parts->part[i], error);
        status = ins_status_first(status, same);
        if (same == INS_OK)
            status = ins_status_first(
                status, same_arithmetic(&parts->part[0], &known, &parts->part[i], error));
    }
    ins_pairs_free(&known);
    return status;
}

static int by_trial(const void *left, const void *right)
{
    const ins_trial_place *a = left, *b = right;
    return (a->trial > b->trial) - (a->trial < b->trial);
}

static ins_status place_trials(ins_parts *parts, ins_error *error)
{
    size_t places = 0;
    for (size_t i = 0; i < parts->count; i++) places += parts->part[i].lines - 1;
    parts->place = ins_allocate(places + 1, sizeof *parts->place, "the trials");
    for (size_t i = 0; i < parts->count; i++)
        for (size_t line = 1; line < parts->part[i].lines; line++)
            parts->place[parts->places++] =
                (ins_trial_place){parts->part[i].line[line].trial, i, line};
    qsort(parts->place, parts->places, sizeof *parts->place, by_trial);
    for (size_t i = 1; i < parts->places; i++) {
        const ins_trial_place *one = &parts->place[i - 1], *other = &parts->place[i];
        if (one->trial == other->trial)
            return ins_error_add(error, INS_DATA, "%s: run %zu is in %s as well",
                                 parts->part[other->part].place, other->trial,
                                 parts->part[one->part].place);
    }
    return INS_OK;
}

ins_status ins_parts_read(const char *const *directory, size_t directories, bool partial,
                          ins_parts *parts, ins_error *error)
{
    *parts = (ins_parts){.part = ins_allocate(directories + 1, sizeof *parts->part, "shards")};
    ins_status status = INS_OK;
    for (size_t i = 0; i < directories; i++) {
        char *place = find_place(directory[i]);
        const bool absent = place == NULL && !ins_path_exists(directory[i]);
        free(place);
        if (absent && partial) continue;
        status = ins_status_first(
            status,
            absent ? ins_error_add(error, INS_DATA, "%s: there is no such directory", directory[i])
                   : read_part(directory[i], &parts->part[parts->count], error));
        parts->count++;
    }
    if (status == INS_OK && parts->count == 0)
        status = ins_error_add(error, INS_DATA, "there are no shards");
    if (status != INS_OK) return status;
    parts->trials = parts->part[0].identity.trials;
    status = belong_together(parts, error);
    for (size_t i = 0; status == INS_OK && i < parts->count; i++)
        status = is_unchanged(&parts->part[i], error);
    return status == INS_OK ? place_trials(parts, error) : status;
}

void ins_parts_free(ins_parts *parts)
{
    for (size_t i = 0; i < parts->count; i++) {
        free(parts->part[i].place);
        free(parts->part[i].line);
        ins_text_free(&parts->part[i].identity.text);
    }
    free(parts->part);
    free(parts->place);
    *parts = (ins_parts){0};
}

/* --- What is missing -------------------------------------------------------------------------- */

/* Adds "3-7" behind what was found before. */
static void add_range(ins_text *out, size_t first, size_t last)
{
    ins_text_add(out, out->length > 0 ? ", " : "");
    ins_text_add_format(out, first == last ? "%zu" : "%zu-%zu", first, last);
}

/* The numbers that no place has; how many they are. */
static size_t list_missing(const ins_parts *parts, ins_text *ranges)
{
    enum { SHOWN = 12 };
    size_t missing = 0, next = 1, shown = 0;
    for (size_t i = 0; i <= parts->places; i++) {
        const size_t trial = i < parts->places ? parts->place[i].trial : parts->trials + 1;
        if (trial > next) {
            if (shown < SHOWN) add_range(ranges, next, trial - 1);
            if (shown == SHOWN) ins_text_add(ranges, ", ...");
            shown++;
            missing += trial - next;
        }
        next = trial + 1;
    }
    return missing;
}

/* The shards are N of one N: those that have fewer runs than they should, and those that are not
 * there. */
static void list_shards(const ins_parts *parts, size_t of, ins_text *lines)
{
    const ins_part **known = ins_allocate(of + 1, sizeof *known, "shards");
    ins_text absent = {0};
    for (size_t i = 0; i < parts->count; i++)
        known[parts->part[i].identity.index] = &parts->part[i];
    const size_t last = of < parts->trials ? of : parts->trials;
    for (size_t index = 1, first = 1; index <= last; index++) {
        const size_t wanted = (parts->trials + of - index) / of;
        if (known[index] != NULL)
            first = index + 1;
        else if (index == last || known[index + 1] != NULL)
            add_range(&absent, first, index);
        if (known[index] != NULL && known[index]->lines - 1 < wanted)
            ins_text_add_line(lines, "%s: shard %zu/%zu has %zu of its %zu runs; --resume goes on",
                              known[index]->place, index, of, known[index]->lines - 1, wanted);
    }
    if (absent.length > 0) ins_text_add_line(lines, "not given: shard %s of %zu", absent.data, of);
    ins_text_free(&absent);
    free(known);
}

void ins_parts_missing(const ins_parts *parts, ins_text *lines)
{
    ins_text ranges = {0};
    const size_t missing = list_missing(parts, &ranges), of = parts->part[0].identity.of;
    if (missing > 0)
        ins_text_add_line(lines, "%zu of %zu runs are missing: %s", missing, parts->trials,
                          ranges.data);
    ins_text_free(&ranges);
    for (size_t i = 0; i < parts->count; i++)
        if (parts->part[i].identity.of != of) return;
    if (missing > 0 && of > 0) list_shards(parts, of, lines);
}
