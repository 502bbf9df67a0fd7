/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The journal of a run that is being written.
 *
 *     initscope journal 2 keep = 90a1...
 *     trial 1 runs.csv 321 8f3e... epochs.csv 1200 77aa... layers.csv ... timing.csv ... = 5d0c...
 *
 * Trials bear their own numbers, which need not follow each other. A line gives the length of every
 * file after the trial and the hash of the bytes that the trial added; after " = " stands the hash
 * of all lines so far. Nothing needs to reach the disk in order: whatever was lost or torn fails
 * its hash, and the run goes on from the trial before. */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "initscope/file.h"
#include "initscope/log_writer.h"
#include "initscope/memory.h"

#include "log_internal.h"

/* What a line ends with: the hash of all before it. */
#define SEAL " = %016llx\n"
enum { SEAL_LENGTH = 20 };

static const char *const first_line[] = {"initscope journal 2 keep", "initscope journal 2 replace"};

/* Ends the line that was begun at byte start of line. */
static void seal(ins_journal *journal, ins_text *line)
{
    journal->chain = ins_hash(journal->chain, line->data, line->length);
    ins_text_add_format(line, SEAL, journal->chain);
    journal->bytes += line->length;
}

/* State before any line: files that hold their headers. */
static ins_journal fresh(void)
{
    ins_journal journal = {.chain = INS_HASH_START};
    ins_text header = {0};
    for (ins_log_file file = 0; file < INS_LOG_FILES; file++) {
        if (!ins_log_tables[file].by_trial) continue;
        ins_text_clear(&header);
        ins_log_header(file, &header);
        journal.length[file] = header.length;
    }
    ins_text_free(&header);
    return journal;
}

void ins_journal_start(ins_journal *journal, bool replace, ins_text *line)
{
    *journal = fresh();
    journal->replace = replace;
    ins_text_add(line, first_line[replace]);
    seal(journal, line);
}

/* The body of a line: it is what a sound line must be, byte for byte. */
static void describe(const ins_journal *journal, size_t trial,
                     const unsigned long long hash[INS_LOG_FILES], ins_text *line)
{
    ins_text_add_format(line, "trial %zu", trial);
    for (ins_log_file file = 0; file < INS_LOG_FILES; file++)
        if (ins_log_tables[file].by_trial)
            ins_text_add_format(line, " %s %zu %016llx", ins_log_tables[file].file,
                                journal->length[file], hash[file]);
}

void ins_journal_add(ins_journal *journal, size_t trial, const ins_text rows[INS_LOG_FILES],
                     ins_text *line)
{
    unsigned long long hash[INS_LOG_FILES] = {0};
    for (ins_log_file file = 0; file < INS_LOG_FILES; file++) {
        if (!ins_log_tables[file].by_trial) continue;
        hash[file] = ins_hash_blocks(INS_HASH_START, rows[file].data, rows[file].length);
        journal->length[file] += rows[file].length;
    }
    journal->trials++;
    describe(journal, trial, hash, line);
    seal(journal, line);
}

void ins_journal_take(ins_journal *journal, const ins_journal_line *added, ins_text *line)
{
    for (ins_log_file file = 0; file < INS_LOG_FILES; file++)
        journal->length[file] += added->length[file];
    journal->trials++;
    describe(journal, added->trial, added->hash, line);
    seal(journal, line);
}

/* Appending. */

/* Appends to a file of the directory, cut to length first. */
static ins_status append(const char *directory, const char *name, size_t length,
                         const ins_text *text, ins_error *error)
{
    char *path = ins_path_join(directory, name);
    ins_status status = INS_OK;
    int file = ins_log_open_file(path, O_WRONLY | O_APPEND);
    if (file < 0 || ins_log_cut(file, length) != 0 ||
        ins_write_all(file, text->data, text->length) != 0) {
        status = ins_file_problem(path, INS_OUTPUT, error);
        if (file >= 0) ins_log_cut(file, length);
    }
    if (file >= 0) close(file);
    free(path);
    return status;
}

ins_status ins_journal_append(const char *directory, ins_journal *journal, size_t trial,
                              const ins_text rows[INS_LOG_FILES], ins_error *error)
{
    ins_journal next = *journal;
    ins_text line = {0};
    ins_status status = INS_OK;
    ins_journal_add(&next, trial, rows, &line);
    for (ins_log_file file = 0; status == INS_OK && file < INS_LOG_FILES; file++)
        if (ins_log_tables[file].by_trial && rows[file].length > 0)
            status = append(directory, ins_log_tables[file].file, journal->length[file],
                            &rows[file], error);
    if (status == INS_OK) status = append(directory, "journal", journal->bytes, &line, error);
    if (status == INS_OK) *journal = next;
    ins_text_free(&line);
    return status;
}

/* Reading back. */

/* Takes a whole line that is sealed as it must be into the chain; its length, 0 when it is another.
 */
static size_t sealed_line(unsigned long long *chain, const char *line)
{
    char seal[SEAL_LENGTH + 1];
    const char *newline = strchr(line, '\n');
    const size_t length = newline != NULL ? (size_t)(newline - line) + 1 : 0;
    if (length <= SEAL_LENGTH) return 0;
    const unsigned long long next = ins_hash(*chain, line, length - SEAL_LENGTH);
    snprintf(seal, sizeof seal, SEAL, next);
    if (memcmp(newline + 1 - SEAL_LENGTH, seal, SEAL_LENGTH) != 0) return 0;
    *chain = next;
    return length;
}

/* Reads the digits from text to the next blank; returns the blank, NULL when there are other bytes.
 */
static const char *read_size(const char *text, size_t *size)
{
    const char *blank = strchr(text, ' ');
    long long value;
    if (blank == NULL || !ins_parse_integer(text, (size_t)(blank - text), 0, LLONG_MAX, &value))
        return NULL;
    *size = (size_t)value;
    return blank;
}

/* Reads the hash from text to the next blank; returns the blank, NULL when there are other bytes.
 */
static const char *read_hash(const char *text, unsigned long long *hash)
{
    char *end;
    *hash = strtoull(text, &end, 16);
    return end > text && *end == ' ' ? end : NULL;
}

/* What a line claims, read from its body; false when it is none of ours. */
static bool read_line(const char *body, ins_journal_line *line)
{
    const char *p = strchr(body, ' ');
    if (p != NULL) p = read_size(p + 1, &line->trial);
    for (ins_log_file file = 0; file < INS_LOG_FILES; file++) {
        if (!ins_log_tables[file].by_trial) continue;
        const char *name = ins_log_tables[file].file;
        size_t width = strlen(name);
        if (p == NULL || strncmp(p + 1, name, width) != 0 || p[1 + width] != ' ') return false;
        p = read_size(p + 1 + width + 1, &line->length[file]);
        if (p != NULL) p = read_hash(p + 1, &line->hash[file]);
    }
    return p != NULL;
}

/* The files that the lines vouch for. */
typedef struct log_files {
    int file[INS_LOG_FILES]; /* descriptors; -1 when there is no such file */
    int reason;              /* errno of the first that could not be read, or 0 */
    ins_log_file unread;     /* that file */
} log_files;

/* Hash of the bytes [start, end) of a file; false when it is shorter, or cannot be read. */
static bool hash_of_bytes(log_files *in, ins_log_file file, size_t start, size_t end,
                          unsigned long long *hash)
{
    char piece[4 * INS_HASH_BLOCK];
    *hash = INS_HASH_START;
    while (start < end) {
        const size_t wanted = end - start < sizeof piece ? end - start : sizeof piece;
        const ptrdiff_t count = ins_read_all(in->file[file], piece, wanted, start);
        if (count < 0 && in->file[file] >= 0) {
            in->reason = errno;
            in->unread = file;
        }
        if (count < 0 || (size_t)count < wanted) return false;
        *hash = ins_hash_blocks(*hash, piece, wanted);
        start += wanted;
    }
    return true;
}

/* Makes the line of the next trial, which is none of those before it, from the files' own bytes and
 * compares it with what stands in the journal. On success journal is the state after it. */
static bool line_is_sound(ins_journal *journal, ins_trial_set *finished, log_files *in,
                          const char *text)
{
    ins_journal next = *journal;
    unsigned long long hash[INS_LOG_FILES] = {0};
    ins_journal_line claimed = {0};
    if (!read_line(text, &claimed) || ins_trial_set_has(finished, claimed.trial)) return false;
    memcpy(next.length, claimed.length, sizeof next.length);
    for (ins_log_file file = 0; file < INS_LOG_FILES; file++) {
        if (!ins_log_tables[file].by_trial) continue;
        if (next.length[file] < journal->length[file]) return false;
        if (!hash_of_bytes(in, file, journal->length[file], next.length[file], &hash[file]))
            return false;
    }
    next.trials++;
    ins_text line = {0};
    describe(&next, claimed.trial, hash, &line);
    seal(&next, &line);
    bool same = strncmp(text, line.data, line.length) == 0;
    ins_text_free(&line);
    if (same) {
        *journal = next;
        ins_trial_set_add(finished, claimed.trial);
    }
    return same;
}

static bool headers_are_sound(log_files *in)
{
    bool sound = true;
    ins_text header = {0};
    for (ins_log_file file = 0; sound && file < INS_LOG_FILES; file++) {
        if (!ins_log_tables[file].by_trial) continue;
        unsigned long long hash;
        ins_text_clear(&header);
        ins_log_header(file, &header);
        sound = hash_of_bytes(in, file, 0, header.length, &hash) &&
                hash == ins_hash_blocks(INS_HASH_START, header.data, header.length);
    }
    ins_text_free(&header);
    return sound;
}

static void recover_from(const char *text, log_files *in, ins_journal *journal,
                         ins_trial_set *finished)
{
    ins_text line = {0};
    for (int replace = 0; replace < 2 && journal->bytes == 0; replace++) {
        ins_journal start;
        ins_text_clear(&line);
        ins_journal_start(&start, replace, &line);
        if (strncmp(text, line.data, line.length) == 0) *journal = start;
    }
    ins_text_free(&line);
    if (journal->bytes == 0 || (journal->trials == 0 && !headers_are_sound(in))) return;
    while (line_is_sound(journal, finished, in, text + journal->bytes)) continue;
}

static void open_files(const char *staging, log_files *in)
{
    *in = (log_files){0};
    for (ins_log_file file = 0; file < INS_LOG_FILES; file++) {
        in->file[file] = -1;
        if (!ins_log_tables[file].by_trial || in->reason != 0) continue;
        char *path = ins_path_join(staging, ins_log_tables[file].file);
        in->file[file] = ins_log_open_file(path, O_RDONLY);
        bool absent = in->file[file] < 0 && (errno == ENOENT || errno == ELOOP);
        if (in->file[file] < 0 && !absent) {
            in->reason = errno;
            in->unread = file;
        }
        free(path);
    }
}

/* Whether what is known of the journal is how its text begins, by the seal of the last line. */
static bool continues(const ins_journal *known, const ins_text *text)
{
    char seal[SEAL_LENGTH + 1];
    if (known->bytes == 0) return true;
    snprintf(seal, sizeof seal, SEAL, known->chain);
    return text->length >= known->bytes &&
           memcmp(text->data + known->bytes - SEAL_LENGTH, seal, SEAL_LENGTH) == 0;
}

ins_status ins_journal_recover(const char *staging, ins_journal *journal, ins_trial_set *finished,
                               ins_error *error)
{
    char *path = ins_path_join(staging, "journal");
    ins_text text = {0};
    ins_status status = INS_OK;
    if (ins_path_exists(path)) status = ins_file_read(path, &text, INS_OUTPUT, error);
    free(path);
    if (status == INS_OK && !continues(journal, &text))
        status = ins_error_add(error, INS_OUTPUT, "%s: the log was replaced by another meanwhile",
                               staging);
    if (status == INS_OK && text.data != NULL) {
        log_files in;
        open_files(staging, &in);
        if (in.reason == 0) recover_from(text.data, &in, journal, finished);
        for (ins_log_file file = 0; file < INS_LOG_FILES; file++)
            if (in.file[file] >= 0) close(in.file[file]);
        /* Finished trials are not to be given up because a file cannot be read just now. */
        if (in.reason != 0) {
            path = ins_path_join(staging, ins_log_tables[in.unread].file);
            errno = in.reason;
            status = ins_file_problem(path, INS_OUTPUT, error);
            free(path);
        }
    }
    ins_text_free(&text);
    return status;
}

bool ins_journal_walk(const char *directory, ins_journal_listener *take, void *context)
{
    char *path = ins_path_join(directory, "journal");
    ins_text text = {0};
    const bool ours = ins_file_begins_with(path, "initscope journal ") &&
                      ins_file_read(path, &text, INS_DATA, NULL) == INS_OK;
    free(path);
    ins_journal journal = fresh();
    size_t width = ours ? sealed_line(&journal.chain, text.data) : 0;
    const bool sound = width > 0;
    ins_journal_line claimed = {0};
    memcpy(claimed.length, journal.length, sizeof claimed.length);
    if (sound) take(context, &claimed);
    for (const char *line = text.data; width > 0;) {
        line += width;
        width = sealed_line(&journal.chain, line);
        if (width == 0 || !read_line(line, &claimed)) break;
        take(context, &claimed);
    }
    ins_text_free(&text);
    return sound;
}

/* What the last line of a walk says. */
typedef struct last_line {
    ins_journal_line line;
    size_t lines;
} last_line;

static void keep_last(void *context, const ins_journal_line *line)
{
    last_line *last = context;
    last->line = *line;
    last->lines++;
}

bool ins_journal_lengths(const char *directory, size_t length[INS_LOG_FILES], size_t *trials)
{
    last_line last = {0};
    if (!ins_journal_walk(directory, keep_last, &last)) return false;
    memcpy(length, last.line.length, sizeof last.line.length);
    *trials = last.lines - 1;
    return true;
}
