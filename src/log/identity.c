/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What must agree between a run and its resumption: "key = value" a line. */
#include <config.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/file.h"
#include "initscope/log_reader.h"

#include "log_internal.h"

enum { LARGEST = 1 << 24 }; /* bytes of an identity, or of experiment.ini */

static size_t line_length(const char *line)
{
    return strcspn(line, "\n");
}

static ins_status differs(const char *where, const char *what, const char *old, const char *new,
                          ins_error *error)
{
    char was[INS_DISPLAY_SIZE], is[INS_DISPLAY_SIZE];
    return ins_error_add(error, INS_USAGE, "%s: the %s run has \"%s\" (got \"%s\")", where, what,
                         ins_display(was, old, line_length(old)),
                         ins_display(is, new, line_length(new)));
}

static const char shard_key[] = "shard = ", trials_key[] = "trials = ";

/* What the identity of a part has behind a key, NULL where there is no such line. */
static const char *value_behind(const char *identity, const char *key)
{
    const char *line = strstr(identity, key);
    while (line != NULL && line > identity && line[-1] != '\n') line = strstr(line + 1, key);
    return line != NULL ? line + strlen(key) : NULL;
}

void ins_identity_add_shard(const ins_shard *shard, size_t trials, ins_text *identity)
{
    ins_text_add_format(identity, "%s%zu", shard_key, shard->index);
    if (shard->of > 0) ins_text_add_format(identity, "/%zu", shard->of);
    ins_text_add_format(identity, "\n%s%zu\n", trials_key, trials);
}

ins_status ins_identity_check(const char *directory, const char *what, const char *identity,
                              ins_error *error)
{
    char *path = ins_path_join(directory, "identity");
    ins_text text = {0};
    ins_status status = ins_file_read_limited(path, &text, LARGEST, INS_OUTPUT, error);
    free(path);
    if (status == INS_OK) {
        const char *old = text.data, *new = identity;
        while (*old != '\0' && *old == *new) old++, new ++;
        if (*old != *new) {
            while (old > text.data && old[-1] != '\n') old--, new --;
            status = differs(directory, what, old, new, error);
        }
    }
    ins_text_free(&text);
    return status;
}

/* The line of identity that has the key (with its " =") that line begins with, or NULL. */
static const char *same_key(const char *identity, const char *line)
{
    size_t width = strcspn(line, "=\n");
    if (line[width] != '=') return NULL;
    for (const char *p = identity; *p != '\0';) {
        if (strncmp(p, line, width + 1) == 0) return p;
        p += line_length(p);
        p += *p == '\n';
    }
    return NULL;
}

/* What experiment.ini does not tell, a finished run has in environment.csv. */
static ins_status check_environment(const char *directory, const char *identity, ins_error *error)
{
    static const char *const keys[] = {"version", "data_hash"};
    char *path = ins_path_join(directory, ins_log_tables[INS_LOG_ENVIRONMENT].file);
    ins_pairs pairs;
    bool present;
    ins_status status = ins_pairs_read_csv(path, &pairs, &present, error);
    free(path);
    if (status != INS_OK) return status;
    ins_text line = {0};
    for (size_t i = 0; status == INS_OK && i < sizeof keys / sizeof keys[0]; i++) {
        const char *old = ins_pairs_get(&pairs, keys[i]);
        if (old == NULL) continue;
        ins_text_clear(&line);
        ins_text_add_format(&line, "%s = %s", keys[i], old);
        const char *new = same_key(identity, line.data);
        if (new != NULL &&
            (line_length(new) != line.length || strncmp(new, line.data, line.length) != 0))
            status = differs(directory, "finished", line.data, new, error);
    }
    ins_text_free(&line);
    ins_pairs_free(&pairs);
    return status;
}

static ins_status check_experiment(const char *directory, const char *identity, ins_error *error)
{
    char *path = ins_path_join(directory, "experiment.ini");
    ins_text text = {0};
    ins_status status = INS_OK;
    if (ins_path_exists(path))
        status = ins_file_read_limited(path, &text, LARGEST, INS_OUTPUT, error);
    free(path);
    for (const char *old = text.data; status == INS_OK && old != NULL && *old != '\0';) {
        size_t length = line_length(old);
        const char *new = same_key(identity, old);
        if (new != NULL && (line_length(new) != length || strncmp(old, new, length) != 0))
            status = differs(directory, "finished", old, new, error);
        old += length;
        old += *old == '\n';
    }
    ins_text_free(&text);
    return status == INS_OK ? check_environment(directory, identity, error) : status;
}

ins_status ins_identity_check_complete(const char *directory, const char *identity, bool part,
                                       ins_error *error)
{
    if (ins_path_holds(directory, "identity"))
        return ins_identity_check(directory, "finished", identity, error);
    const ins_status status = check_experiment(directory, identity, error);
    if (status != INS_OK || !part) return status;
    return ins_error_add(error, INS_USAGE, "%s: the finished run is no shard", directory);
}

/* The integer at text, up to its end. */
static bool read_size(const char *text, const char *ends, size_t *size)
{
    long long value;
    if (!ins_parse_integer(text, strcspn(text, ends), 0, LLONG_MAX, &value)) return false;
    *size = (size_t)value;
    return true;
}

static bool read_part(ins_identity *identity)
{
    const char *trials = value_behind(identity->text.data, trials_key);
    const char *slash = identity->shard + strcspn(identity->shard, "/\n");
    identity->common = (size_t)(identity->shard - identity->text.data) - strlen(shard_key);
    identity->of = 0;
    return trials != NULL && read_size(trials, "\n", &identity->trials) &&
           read_size(identity->shard, "/\n", &identity->index) &&
           (*slash != '/' || (read_size(slash + 1, "\n", &identity->of) &&
                              identity->of <= INS_SHARDS && identity->index <= identity->of));
}

ins_status ins_identity_read(const char *directory, ins_identity *identity, ins_error *error)
{
    char *path = ins_path_join(directory, "identity");
    ins_identity found = {0};
    ins_status status = INS_OK;
    if (ins_path_exists(path))
        status = ins_file_read_limited(path, &found.text, LARGEST, INS_DATA, error);
    if (found.text.data != NULL) found.shard = value_behind(found.text.data, shard_key);
    if (status == INS_OK && found.shard != NULL && !read_part(&found))
        status = ins_error_add(error, INS_DATA, "%s: is not as it was written", path);
    free(path);
    if (status == INS_OK)
        *identity = found;
    else
        ins_text_free(&found.text);
    return status;
}

ins_status ins_log_check_whole(const char *directory, ins_error *error)
{
    ins_identity identity;
    ins_status status = ins_identity_read(directory, &identity, error);
    if (status != INS_OK) return status;
    if (identity.shard != NULL) {
        char shown[INS_DISPLAY_SIZE];
        status = ins_error_add(
            error, INS_DATA,
            "%s: is shard %s of an experiment, which tells nothing of the whole; `initscope merge` "
            "joins the shards",
            directory, ins_display(shown, identity.shard, line_length(identity.shard)));
    }
    ins_text_free(&identity.text);
    return status;
}
