/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* The log: what is written is read back, a run directory appears whole or not at all, and an
 * interrupted run ends with the same bytes as an uninterrupted one, whatever byte was lost. The
 * oracle of every resumption is the directory that was written without interruption. */
#include <config.h>

#include <math.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "initscope/log_reader.h"

#include "log_fixture.h"

START_TEST(uninterrupted)
{
    ins_log *log = open_log(INS_LOG_NEW, 0);
    append(log, 0, TRIALS);
    ck_assert(!ins_path_exists(where));
    ck_assert_str_eq(ins_log_staging(log), at("run.partial"));
    finish(log);
    check_finished();
    ck_assert(ins_path_exists(at("run/schema.json")));
}
END_TEST

/* Read into columns and written again, a log is the same bytes. */
START_TEST(write_read_write)
{
    ins_log *log = open_log(INS_LOG_NEW, 0);
    append(log, 0, TRIALS);
    finish(log);
    for (ins_log_file file = 0; file < INS_LOG_FILES; file++) {
        if (!ins_log_tables[file].by_trial) continue;
        ins_table table;
        bool present;
        ck_assert_int_eq(ins_table_read(where, file, false, &table, &present, &problem), INS_OK);
        ck_assert(present);
        ck_assert_uint_eq(table.rows, TRIALS * (2 + (size_t)file));
        ins_text again = {0};
        ins_log_header(file, &again);
        for (size_t r = 0; r < table.rows; r++) {
            for (size_t c = 0; c < table.columns; c++)
                if (table.text[c] != NULL)
                    ins_csv_text(&again, table.text[c][r]);
                else
                    ins_csv_number(&again, table.number[c][r]);
            ins_csv_end_row(&again);
        }
        char name[64];
        snprintf(name, sizeof name, "run/%s", ins_log_tables[file].file);
        ins_text text = contents(name);
        ck_assert_str_eq(again.data, text.data);
        ins_text_free(&again);
        ins_text_free(&text);
        ins_table_free(&table);
    }
}
END_TEST

/* Interrupted after every number of trials; a close is as good as a kill. */
START_TEST(resume)
{
    for (size_t done = 1; done <= TRIALS; done++) {
        ins_log *log = open_log(INS_LOG_RESUME, 0);
        append(log, 0, done);
        ins_log_close(log);
        ck_assert(!ins_path_exists(where));
        log = open_log(INS_LOG_RESUME, done);
        append(log, done, TRIALS);
        finish(log);
        check_finished();
        ck_assert_int_eq(ins_directory_remove(where, &problem), INS_OK);
    }
}
END_TEST

/* A byte of a file that is wrong, or the last: the run loses trials, never its bytes. */
static void damage_everywhere(const char *name, bool cut)
{
    interrupted(2);
    ins_text sound = contents(name);
    size_t lost = 0, step = 1 + sound.length / 40;
    for (size_t i = 0; i < sound.length; i += step) {
        interrupted(2);
        if (!cut) sound.data[i] ^= 4;
        put(name, sound.data, cut ? i : sound.length);
        if (!cut) sound.data[i] ^= 4;
        size_t done;
        go_on(&done);
        ck_assert_uint_lt(done, 2);
        lost += 2 - done;
        ck_assert_int_eq(ins_directory_remove(where, &problem), INS_OK);
    }
    ck_assert_uint_gt(lost, 0);
    ins_text_free(&sound);
}

START_TEST(damage)
{
    static const char *const names[] = {"run.partial/journal", "run.partial/runs.csv",
                                        "run.partial/layers.csv"};
    damage_everywhere(names[_i / 2], _i % 2 == 1);
}
END_TEST

/* Rows after the last journal line, half a journal line and half a file are dropped. */
START_TEST(torn)
{
    static const char *const names[] = {"run.partial/layers.csv", "run.partial/journal"};
    for (size_t i = 0; i < 2; i++) {
        interrupted(2);
        ins_text text = contents(names[i]);
        ins_text_add(&text, i == 0 ? "3,zeros,1,0,0,wei" : "trial 3 runs.csv 1");
        put(names[i], text.data, text.length);
        ins_text_free(&text);
        mkdir(at("run.partial/weights"), 0777);
        put_text("run.partial/schema.json.99.tmp", "{");
        put_text("run.partial/weights/epoch0000.layer01.W.npy.99.tmp", "");
        put_text("run.partial/weights/epoch0000.layer01.b.npy", "whole");
        size_t done;
        go_on(&done);
        ck_assert_uint_eq(done, 2);
        ck_assert(!ins_path_exists(at("run/schema.json.99.tmp")));
        ck_assert(!ins_path_exists(at("run/weights/epoch0000.layer01.W.npy.99.tmp")));
        ck_assert(ins_path_exists(at("run/weights/epoch0000.layer01.b.npy")));
        ck_assert_int_eq(ins_directory_remove(where, &problem), INS_OK);
    }
}
END_TEST

START_TEST(nothing_finished)
{
    ins_log *log = open_log(INS_LOG_NEW, 0);
    ck_assert(ins_path_exists(at("run.partial")));
    ins_log_close(log);
    ck_assert(!ins_path_exists(at("run.partial")));
    ins_log_close(NULL);

    pid_t child = fork(); /* killed before its first trial was complete */
    if (child == 0) {
        open_log(INS_LOG_NEW, 0);
        _exit(0);
    }
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(ins_path_exists(at("run.partial/journal")));
    log = open_log(INS_LOG_NEW, 0);
    append(log, 0, TRIALS);
    finish(log);
    check_finished();
}
END_TEST

/* A file that cannot grow stands for a full disk: whole trials stay, and can be resumed. */
START_TEST(full_disk)
{
    struct rlimit before, small;
    struct stat size;
    ins_log *log = open_log(INS_LOG_NEW, 0);
    append(log, 0, 2);
    ck_assert_int_eq(stat(at("run.partial/layers.csv"), &size), 0);
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = (rlim_t)size.st_size + 10;
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
    ins_log_entry *entry = begin(log, 2), *next = begin(log, 3);
    ins_error error = {0};
    ins_status first = ins_log_append(log, entry, &error);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, handler);
    ck_assert_int_eq(first, INS_OUTPUT);
    ck_assert_str_eq(error.line[0], message("%s.partial/layers.csv: File too large", where));
    struct stat after;
    ck_assert_int_eq(stat(at("run.partial/layers.csv"), &after), 0);
    ck_assert_int_eq(after.st_size, size.st_size);

    ck_assert_int_eq(ins_log_append(log, next, &error), INS_OUTPUT); /* not trusted any more */
    ck_assert_ptr_null(ins_log_begin(log, 5));
    ck_assert_int_eq(ins_log_publish(log, &error), INS_OUTPUT);
    ck_assert(!ins_path_exists(where));
    size_t done;
    go_on(&done);
    ck_assert_uint_eq(done, 2);
}
END_TEST

/* Links planted in place of files are replaced, not followed. */
START_TEST(planted_link)
{
    put_text("precious", "do not touch");
    interrupted(1);
    ck_assert_int_eq(unlink(at("run.partial/epochs.csv")), 0);
    ck_assert_int_eq(symlink(at("precious"), at("run.partial/epochs.csv")), 0);
    size_t done;
    go_on(&done);
    ck_assert_uint_eq(done, 0);
    ins_text text = contents("precious");
    ck_assert_str_eq(text.data, "do not touch");
    ins_text_free(&text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("log");
    TCase *tests = tcase_create("writer");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, uninterrupted);
    tcase_add_test(tests, write_read_write);
    tcase_add_test(tests, resume);
    tcase_add_loop_test(tests, damage, 0, 6);
    tcase_add_test(tests, torn);
    tcase_add_test(tests, nothing_finished);
    tcase_add_test(tests, full_disk);
    tcase_add_test(tests, planted_link);
    suite_add_tcase(suite, tests);
    return ins_run_suite(suite);
}
