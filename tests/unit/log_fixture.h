/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* A run directory for the tests of the log: trials whose every cell is known, and what a finished
 * run of them must be. */
#ifndef LOG_FIXTURE_H
#define LOG_FIXTURE_H

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check_tap.h"
#include "initscope/csv.h"
#include "initscope/file.h"
#include "initscope/log_writer.h"
#include "initscope/memory.h"

static const char identity[] = "init = zeros\nepochs = 2\nversion = 1\n";
enum { TRIALS = 3 };

static char root[256];
static char *where; /* root/run, which the tests open */
static ins_error problem;

static inline void setup(void)
{
    const char *temporary = getenv("TMPDIR");
    snprintf(root, sizeof root, "%s/initscope-log-XXXXXX", temporary != NULL ? temporary : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(root));
    where = ins_path_join(root, "run");
    ins_error_clear(&problem);
}

static inline void teardown(void)
{
    ins_error ignored = {0};
    ins_directory_remove(root, &ignored);
    free(where);
}

/* "root/name", valid until the next call but three. */
static inline const char *at(const char *name)
{
    static char path[4][512];
    static int next;
    next = (next + 1) % 4;
    snprintf(path[next], sizeof path[next], "%s/%s", root, name);
    return path[next];
}

static inline ins_text contents(const char *name)
{
    ins_text text = {0};
    ins_error error = {0};
    ck_assert_msg(ins_file_read(at(name), &text, INS_DATA, &error) == INS_OK, "%s", error.line[0]);
    return text;
}

static inline void put(const char *name, const char *bytes, size_t length)
{
    FILE *file = fopen(at(name), "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes, 1, length, file), length);
    ck_assert_int_eq(fclose(file), 0);
}

static inline void put_text(const char *name, const char *text)
{
    put(name, text, strlen(text));
}

/* A value that depends on everything, and that shortest digits must hold exactly. */
static inline double value_of(size_t trial, size_t file, size_t row, size_t column)
{
    return sin((double)(1 + trial * 1000 + file * 100 + row * 30 + column)) *
           pow(10, (double)((trial + row + column) % 40) - 20);
}

/* A value that a column of this type may have. */
static inline double allowed(ins_column_type type, double value)
{
    if (type == INS_COLUMN_NUMBER || isnan(value)) return value;
    value = fabs(value);
    return value > ins_column_rules[type].maximum ? 1 / value : value;
}

static inline void add_cell(ins_text *out, ins_column_type type, size_t trial, size_t file,
                            size_t row, size_t column)
{
    static const char *const texts[] = {"zeros", "random_normal(stddev=0.01)", "a,b", "say \"x\"",
                                        "two\nlines"};
    if (type == INS_COLUMN_TEXT)
        ins_csv_text(out, texts[(trial + column + row) % 5]);
    else if (strcmp(ins_column_rules[type].name, "integer") == 0)
        ins_csv_integer(out, (long long)(trial * 10 + row + 1));
    else
        ins_csv_number(out,
                       allowed(type, (row + column) % 7 != 3 ? value_of(trial, file, row, column)
                                     : (row + column) % 2    ? NAN
                                     : trial % 2             ? INFINITY
                                                             : -INFINITY));
}

/* trial counts from 0. */
static inline void add_rows(ins_log_rows *rows, size_t trial)
{
    for (ins_log_file file = 0; file < INS_LOG_FILES; file++) {
        if (!ins_log_tables[file].by_trial) continue;
        for (size_t row = 0; row < 2 + file; row++) {
            const ins_column *columns = ins_log_tables[file].columns;
            for (size_t c = 0; columns[c].name != NULL; c++)
                add_cell(&rows->file[file], columns[c].type, trial, file, row, c);
            ins_csv_end_row(&rows->file[file]);
        }
    }
}

enum { ROOM = 4 };

static inline ins_log_terms terms_of(ins_log_policy policy, const char *text)
{
    return (ins_log_terms){
        .directory = where, .policy = policy, .identity = text, .shard = {1, 1}, .room = ROOM};
}

/* The trial begins, with all its rows. */
static inline ins_log_entry *begin(ins_log *log, size_t trial)
{
    ck_assert(ins_log_wants(log, trial + 1));
    ins_log_entry *entry = ins_log_begin(log, trial + 1);
    ck_assert_ptr_nonnull(entry);
    ck_assert(!ins_log_wants(log, trial + 1));
    ck_assert_uint_eq(entry->trial, trial + 1);
    ck_assert_uint_lt(entry->place, ROOM);
    add_rows(&entry->rows, trial);
    return entry;
}

static inline ins_log *open_log(ins_log_policy policy, size_t expected)
{
    ins_log *log = NULL;
    size_t finished = 99;
    ins_log_terms terms = terms_of(policy, identity);
    ins_log_open(&terms, &log, &finished, &problem);
    ck_assert_msg(problem.status == INS_OK, "%s", problem.line[0]);
    ck_assert_uint_eq(finished, expected);
    return log;
}

static inline void append(ins_log *log, size_t first, size_t end)
{
    for (size_t trial = first; trial < end; trial++) {
        ins_log_entry *entry = begin(log, trial);
        ck_assert_msg(ins_log_append(log, entry, &problem) == INS_OK, "%s", problem.line[0]);
    }
}

static inline void finish(ins_log *log)
{
    ins_text text = {0};
    ins_text_add(&text, "# resolved\ninit = zeros\nepochs = 2\n");
    ck_assert_int_eq(ins_log_file_write(log, "experiment.ini", &text, &problem), INS_OK);
    ins_text_free(&text);
    ck_assert_msg(ins_log_publish(log, &problem) == INS_OK, "%s", problem.line[0]);
}

/* Everything that a finished run of TRIALS trials is, file by file. */
static inline void check_finished(void)
{
    static const char *const names[] = {"run/journal", "run/identity", "run/lock", "run.partial",
                                        "run/features.csv"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        ck_assert_msg(!ins_path_exists(at(names[i])), "%s is there", names[i]);
    for (ins_log_file file = 0; file < INS_LOG_FILES; file++) {
        if (!ins_log_tables[file].by_trial) continue;
        char name[64];
        snprintf(name, sizeof name, "run/%s", ins_log_tables[file].file);
        ins_text expected = {0}, text = contents(name);
        ins_log_header(file, &expected);
        for (size_t trial = 0; trial < TRIALS; trial++) {
            ins_log_rows rows = {0};
            add_rows(&rows, trial);
            ins_text_add_bytes(&expected, rows.file[file].data, rows.file[file].length);
            ins_log_rows_free(&rows);
        }
        ck_assert_uint_gt(expected.length, 100);
        ck_assert_str_eq(text.data, expected.data);
        ins_text_free(&expected);
        ins_text_free(&text);
    }
}

static inline void check_refused(ins_log_policy policy, const char *text, ins_status status,
                                 const char *message)
{
    ins_log *log = (ins_log *)&problem;
    size_t finished = 99;
    ins_error error = {0};
    ins_log_terms terms = terms_of(policy, text);
    ck_assert_int_eq(ins_log_open(&terms, &log, &finished, &error), status);
    ck_assert_ptr_eq(log, (ins_log *)&problem); /* out-parameters are as they were */
    ck_assert_uint_eq(finished, 99);
    ck_assert_uint_eq(error.count, 1);
    ck_assert_str_eq(error.line[0], message);
}

static inline const char *message(const char *format, ...) __attribute__((format(printf, 1, 2)));
static inline const char *message(const char *format, ...)
{
    static char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return text;
}

static inline void interrupted(size_t done)
{
    ins_log *log = open_log(INS_LOG_FORCE, 0);
    append(log, 0, done);
    ins_log_close(log);
}

/* Goes on with the interrupted run, which may have lost trials; *done of them are left. */
static inline void go_on(size_t *done)
{
    ins_log *log = NULL;
    ins_log_terms terms = terms_of(INS_LOG_RESUME, identity);
    ins_log_open(&terms, &log, done, &problem);
    ck_assert_msg(problem.status == INS_OK, "%s", problem.line[0]);
    ck_assert_uint_le(*done, TRIALS);
    append(log, *done, TRIALS);
    finish(log);
    check_finished();
}

#endif
