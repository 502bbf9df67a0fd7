/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The journal of a run that was killed, and the files that it vouches for. What recovery believes
 * is there, and believing it twice makes no difference; a report on runs under way is written or
 * the log is refused.
 *
 * The files of an input are their rows alone. A line of its journal gets its seal, and "*" in it is
 * the hash that the bytes have: what is invented reaches what is behind both. */
#include <config.h>

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/log/log_internal.h"
#include "fuzz.h"
#include "initscope/file.h"
#include "initscope/log_writer.h"
#include "initscope/memory.h"
#include "initscope/report.h"

static ins_text read_file(const char *name)
{
    char path[64];
    ins_text text = {0};
    snprintf(path, sizeof path, "logs/%s", name);
    if (!ins_path_exists(fuzz_path(path)) ||
        ins_file_read(fuzz_path(path), &text, INS_OUTPUT, NULL) != INS_OK)
        ins_text_add(&text, "");
    return text;
}

static void write_file(const char *name, const ins_text *text)
{
    char path[64];
    snprintf(path, sizeof path, "logs/%s", name);
    fuzz_file(path, text->data, text->length);
}

static void add_headers(void)
{
    for (ins_log_file file = 0; file < INS_LOG_FILES; file++) {
        if (!ins_log_tables[file].by_trial) continue;
        ins_text rows = read_file(ins_log_tables[file].file), whole = {0};
        ins_log_header(file, &whole);
        ins_text_add_bytes(&whole, rows.data, rows.length);
        write_file(ins_log_tables[file].file, &whole);
        ins_text_free(&rows);
        ins_text_free(&whole);
    }
}

/* The hash of bytes [from, to) of a file, as far as it has them. */
static unsigned long long hash_of(ins_log_file file, size_t from, size_t to)
{
    ins_text bytes = read_file(ins_log_tables[file].file);
    if (to > bytes.length) to = bytes.length;
    const unsigned long long hash =
        ins_hash(INS_HASH_START, bytes.data + (from < to ? from : to), from < to ? to - from : 0);
    ins_text_free(&bytes);
    return hash;
}

static ins_log_file file_named(const char *word)
{
    ins_log_file file = 0;
    while (file < INS_LOG_FILES && strcmp(ins_log_tables[file].file, word) != 0) file++;
    return file;
}

/* A line "... FILE LENGTH * ..." with the hashes of what lies between the last lengths and these.
 */
static void add_line(const char *line, size_t length[INS_LOG_FILES], ins_text *out)
{
    char *words = ins_duplicate(line), *rest = NULL;
    ins_log_file file = INS_LOG_FILES;
    size_t from = 0;
    bool first = true;
    for (char *word = strtok_r(words, " ", &rest); word != NULL;
         word = strtok_r(NULL, " ", &rest)) {
        long long end;
        if (!first) ins_text_add(out, " ");
        first = false;
        if (file_named(word) < INS_LOG_FILES) {
            file = file_named(word);
            from = length[file];
        } else if (file < INS_LOG_FILES &&
                   ins_parse_integer(word, strlen(word), 0, LLONG_MAX, &end)) {
            length[file] = (size_t)end;
        }
        if (strcmp(word, "*") == 0 && file < INS_LOG_FILES)
            ins_text_add_format(out, "%016llx", hash_of(file, from, length[file]));
        else
            ins_text_add(out, word);
    }
    free(words);
}

static void seal_journal(void)
{
    ins_text journal = read_file("journal"), sealed = {0}, line = {0};
    unsigned long long chain = INS_HASH_START;
    size_t length[INS_LOG_FILES] = {0};
    char *rest = NULL;
    for (ins_log_file file = 0; file < INS_LOG_FILES; file++) {
        ins_text header = {0};
        ins_log_header(file, &header);
        length[file] = header.length;
        ins_text_free(&header);
    }
    ins_text_add(&sealed, "");
    for (char *at = strtok_r(journal.data, "\n", &rest); at != NULL;
         at = strtok_r(NULL, "\n", &rest)) {
        ins_text_clear(&line);
        ins_text_add(&line, "");
        add_line(at, length, &line);
        chain = ins_hash(chain, line.data, line.length);
        ins_text_add_format(&sealed, "%s = %016llx\n", line.data, chain);
    }
    write_file("journal", &sealed);
    ins_text_free(&journal);
    ins_text_free(&sealed);
    ins_text_free(&line);
}

static void check_recovery(void)
{
    ins_journal journal = {0}, again = {0};
    ins_trial_set finished = {0}, same = {0};
    ins_error error = {0};
    size_t length[INS_LOG_FILES], trials;
    const ins_status status = ins_journal_recover(fuzz_path("logs"), &journal, &finished, &error);
    fuzz_expect(status == INS_OK || status == INS_OUTPUT, "a journal is read or refused");
    fuzz_expect((status == INS_OK) == (error.count == 0), "a refusal has a message");
    fuzz_expect(journal.trials == finished.count, "a trial is finished once");
    for (ins_log_file file = 0; file < INS_LOG_FILES && journal.bytes > 0; file++) {
        ins_text bytes = read_file(ins_log_tables[file].file);
        fuzz_expect(!ins_log_tables[file].by_trial || journal.length[file] <= bytes.length,
                    "what is vouched for is there");
        ins_text_free(&bytes);
    }
    again = journal;
    for (size_t i = 0; i < finished.count; i++) ins_trial_set_add(&same, finished.trial[i]);
    fuzz_expect(ins_journal_recover(fuzz_path("logs"), &again, &same, &error) == status &&
                    again.trials == journal.trials && again.bytes == journal.bytes &&
                    same.count == finished.count,
                "recovery goes on from where it was");
    if (ins_journal_lengths(fuzz_path("logs"), length, &trials))
        fuzz_expect(trials >= journal.trials, "what is sound is sealed");
    ins_trial_set_free(&finished);
    ins_trial_set_free(&same);
}

static void check_report(void)
{
    char *directory = ins_duplicate(fuzz_path("logs"));
    const char *const directories[] = {directory};
    const ins_report_options options = {
        .directories = directories, .count = 1, .running = true, .gnuplot = "/nonexistent/gnuplot"};
    ins_error error = {0};
    const ins_status status = ins_report_write(&options, &error);
    fuzz_expect(status == INS_RENDER || status == INS_DATA,
                "all is written but the PDF, or the logs are refused");
    free(directory);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_logs(data, size);
    add_headers();
    seal_journal();
    check_recovery();
    check_report();
    return 0;
}
