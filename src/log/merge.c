/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Copies the rows of all trials, in their order, from the shards into one log. */
#include <config.h>

#include "initscope/merge.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "initscope/csv.h"
#include "initscope/file.h"
#include "initscope/memory.h"

#include "shards.h"

typedef int files_of_part[INS_LOG_FILES]; /* descriptors; -1: not open */

typedef struct merging {
    const ins_parts *parts;
    ins_log *log;
    files_of_part *file; /* (parts) */
    size_t open, most;   /* descriptors */
    char *piece;         /* (INS_LOG_PIECE) */
    ins_merge_outcome *outcome;
} merging;

/* --- Descriptors: kept open, as many as there may be ------------------------------------------ */

static size_t descriptors_allowed(void)
{
    enum { OTHERS = 64 };
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return OTHERS;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    getrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur > 2 * OTHERS ? (size_t)limit.rlim_cur - OTHERS : OTHERS;
}

static void close_all(merging *m)
{
    for (size_t i = 0; i < m->parts->count; i++)
        for (ins_log_file file = 0; file < INS_LOG_FILES; file++) {
            if (m->file[i][file] >= 0) close(m->file[i][file]);
            m->file[i][file] = -1;
        }
    m->open = 0;
}

static ins_status open_file(merging *m, size_t part, ins_log_file file, ins_error *error)
{
    if (m->file[part][file] >= 0) return INS_OK;
    char *path = ins_path_join(m->parts->part[part].place, ins_log_tables[file].file);
    m->file[part][file] = ins_log_open_file(path, O_RDONLY);
    m->open++;
    const ins_status status =
        m->file[part][file] >= 0 ? INS_OK : ins_file_problem(path, INS_DATA, error);
    free(path);
    return status;
}

/* --- One trial -------------------------------------------------------------------------------- */

/* Where the rows of the trial are, their files open. */
static ins_status find_rows(merging *m, const ins_trial_place *place, ins_log_source *source,
                            ins_error *error)
{
    const ins_journal_line *before = &m->parts->part[place->part].line[place->line - 1];
    *source = (ins_log_source){.line = before[1], .piece = m->piece};
    if (m->open + INS_LOG_FILES > m->most) close_all(m);
    for (ins_log_file file = 0; file < INS_LOG_FILES; file++) {
        source->start[file] = before->length[file];
        source->line.length[file] -= before->length[file];
        if (source->line.length[file] == 0) continue;
        const ins_status status = open_file(m, place->part, file, error);
        if (status != INS_OK) return status;
    }
    memcpy(source->file, m->file[place->part], sizeof source->file);
    return INS_OK;
}

/* weights/RUN, when there is one. */
static ins_status copy_weights(const merging *m, const ins_trial_place *place, ins_error *error)
{
    ins_text from = {0}, to = {0};
    ins_text_add_format(&from, "%s/weights/%06zu", m->parts->part[place->part].place, place->trial);
    ins_status status = INS_OK;
    if (ins_path_exists(from.data)) {
        ins_text_add_format(&to, "%s/weights", ins_log_staging(m->log));
        status = ins_directory_make(to.data, error);
        ins_text_add_format(&to, "/%06zu", place->trial);
        if (status == INS_OK) status = ins_directory_copy(from.data, to.data, error);
    }
    ins_text_free(&from);
    ins_text_free(&to);
    return status;
}

static ins_status merge_trial(merging *m, const ins_trial_place *place, ins_error *error)
{
    ins_log_source source;
    ins_log_file damaged = INS_LOG_FILES;
    ins_status status = copy_weights(m, place, error);
    if (status == INS_OK) status = find_rows(m, place, &source, error);
    if (status == INS_OK) status = ins_log_copy(m->log, &source, &damaged, error);
    if (damaged == INS_LOG_FILES) return status;
    return ins_error_add(error, INS_DATA, "%s/%s: the rows of run %zu are not as they were written",
                         m->parts->part[place->part].place, ins_log_tables[damaged].file,
                         place->trial);
}

/* --- The files that are written whole --------------------------------------------------------- */

static ins_status copy_file(const merging *m, const ins_part *part, const char *name,
                            const char *more, ins_error *error)
{
    ins_text text = {0};
    char *path = ins_path_join(part->place, name);
    ins_status status = INS_OK;
    if (ins_path_exists(path)) {
        status = ins_file_read(path, &text, INS_DATA, error);
        ins_text_add(&text, more);
        if (status == INS_OK) status = ins_log_file_write(m->log, name, &text, error);
    }
    free(path);
    ins_text_free(&text);
    return status;
}

/* They are the same in all shards, the environment apart: that of the first trial is taken, and how
 * many shards there were. */
static ins_status copy_files(const merging *m, ins_error *error)
{
    const ins_part *part = &m->parts->part[m->parts->place[0].part];
    ins_text shards = {0};
    ins_csv_text(&shards, "shards");
    ins_csv_integer(&shards, (long long)m->parts->count);
    ins_csv_end_row(&shards);
    ins_status status = copy_file(m, part, "experiment.ini", "", error);
    for (ins_log_file file = 0; status == INS_OK && file < INS_LOG_FILES; file++)
        if (!ins_log_tables[file].by_trial && file != INS_LOG_MANIFEST)
            status = copy_file(m, part, ins_log_tables[file].file,
                               file == INS_LOG_ENVIRONMENT ? shards.data : "", error);
    ins_text_free(&shards);
    return status;
}

/* --- All -------------------------------------------------------------------------------------- */

static ins_status merge_all(merging *m, ins_error *error)
{
    ins_status status = copy_files(m, error);
    for (size_t i = 0; status == INS_OK && i < m->parts->places; i++)
        if (ins_log_wants(m->log, m->parts->place[i].trial))
            status = merge_trial(m, &m->parts->place[i], error);
    return status;
}

static ins_status merge_parts(const ins_merge_terms *terms, const ins_parts *parts,
                              ins_error *error)
{
    const ins_identity *identity = &parts->part[0].identity;
    ins_text common = {0};
    ins_text_add_bytes(&common, identity->text.data, identity->common);
    const ins_log_terms log = {.directory = terms->output,
                               .policy = terms->policy,
                               .identity = common.data,
                               .shard = {1, 1},
                               .trials = parts->trials,
                               .room = 1};
    merging m = {.parts = parts};
    size_t finished;
    ins_status status = ins_log_open(&log, &m.log, &finished, error);
    ins_text_free(&common);
    if (status != INS_OK || m.log == NULL) return status;
    m.file = ins_allocate(parts->count, sizeof *m.file, "shards");
    m.piece = ins_reserve(INS_LOG_PIECE, 1, "rows");
    m.most = descriptors_allowed();
    memset(m.file, -1, parts->count * sizeof *m.file);
    status = merge_all(&m, error);
    close_all(&m);
    free(m.file);
    free(m.piece);
    if (status == INS_OK) return ins_log_publish(m.log, error);
    ins_log_close(m.log);
    return status;
}

ins_status ins_merge(const ins_merge_terms *terms, ins_merge_outcome *outcome, ins_error *error)
{
    ins_parts parts;
    ins_text missing = {0};
    ins_status status =
        ins_parts_read(terms->directory, terms->directories, terms->partial, &parts, error);
    if (status == INS_OK) ins_parts_missing(&parts, &missing);
    if (missing.length > 0 && (!terms->partial || parts.places == 0))
        status = ins_error_add_lines(error, INS_DATA, "", missing.data);
    if (status == INS_OK) status = merge_parts(terms, &parts, error);
    if (status == INS_OK)
        *outcome =
            (ins_merge_outcome){.shards = parts.count, .trials = parts.places, .missing = missing};
    else
        ins_text_free(&missing);
    ins_parts_free(&parts);
    return status;
}
