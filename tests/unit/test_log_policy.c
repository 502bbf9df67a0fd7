/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* New, force, resume: what is refused with which words, and what is replaced. */
#include <config.h>

#include <sys/stat.h>
#include <unistd.h>

#include "log_fixture.h"

START_TEST(refusals)
{
    mkdir(where, 0777); /* an empty directory is no obstacle */
    ins_log *log = open_log(INS_LOG_NEW, 0);
    append(log, 0, 1);
    ins_log_close(log);
    check_refused(INS_LOG_NEW, identity, INS_OUTPUT,
                  message("%s.partial: an interrupted run with 1 finished trial is here; use "
                          "--resume or --force",
                          where));
    check_refused(INS_LOG_RESUME, "init = zeros\nepochs = 20\nversion = 1\n", INS_USAGE,
                  message("%s.partial: the interrupted run has \"epochs = 2\" (got \"epochs = "
                          "20\")",
                          where));
    check_refused(INS_LOG_RESUME, "init = zeros\nepochs = 2\n", INS_USAGE,
                  message("%s.partial: the interrupted run has \"version = 1\" (got \"\")", where));
    size_t done;
    go_on(&done);
    ck_assert_uint_eq(done, 1);
    check_refused(INS_LOG_NEW, identity, INS_OUTPUT,
                  message("%s: exists and is not empty; use --force to replace it or --resume to "
                          "go on",
                          where));
    check_finished();
}
END_TEST

START_TEST(resume_complete)
{
    ins_log *log = open_log(INS_LOG_NEW, 0);
    append(log, 0, TRIALS);
    finish(log);
    put_text("run/journal", "left by a process that was killed\n");
    log = open_log(INS_LOG_RESUME, 2 * TRIALS); /* a trial of this test has two rows in runs.csv */
    ck_assert_ptr_null(log);
    check_finished();
    check_refused(INS_LOG_RESUME, "init = zeros\nepochs = 20\nversion = 1\n", INS_USAGE,
                  message("%s: the finished run has \"epochs = 2\" (got \"epochs = 20\")", where));
    ck_assert_int_eq(unlink(at("run/schema.json")), 0);
    check_refused(INS_LOG_RESUME, identity, INS_OUTPUT,
                  message("%s: is not a run directory; nothing to resume", where));
}
END_TEST

START_TEST(force)
{
    mkdir(where, 0777);
    put_text("run/old.txt", "old results");
    ins_log *log = open_log(INS_LOG_FORCE, 0);
    append(log, 0, 2);
    ins_log_close(log);
    ck_assert(ins_path_exists(at("run/old.txt"))); /* until the new run is complete */
    size_t done;
    go_on(&done);
    ck_assert_uint_eq(done, 2);
    ck_assert(!ins_path_exists(at("run/old.txt")));
}
END_TEST

/* A directory that fills while a run that may not replace it is interrupted. */
START_TEST(resume_beside_other)
{
    ins_log *log = open_log(INS_LOG_NEW, 0);
    append(log, 0, 2);
    ins_log_close(log);
    mkdir(where, 0777);
    put_text("run/mine.txt", "mine");
    check_refused(INS_LOG_RESUME, identity, INS_OUTPUT,
                  message("%s: exists and is not empty, and so does an interrupted run in "
                          "%s.partial; move one of them away",
                          where, where));
    ck_assert(ins_path_exists(at("run/mine.txt")));
}
END_TEST

START_TEST(lock)
{
    ins_log *log = open_log(INS_LOG_NEW, 0);
    append(log, 0, 1);
    for (ins_log_policy policy = INS_LOG_NEW; policy <= INS_LOG_RESUME; policy++)
        check_refused(policy, identity, INS_OUTPUT,
                      message("%s: locked by process %ld", where, (long)getpid()));
    append(log, 1, TRIALS);
    finish(log);
    check_finished();
}
END_TEST

START_TEST(bad_places)
{
    put_text("run", "a file");
    check_refused(INS_LOG_FORCE, identity, INS_OUTPUT, message("%s: Not a directory", where));
    ck_assert_int_eq(unlink(where), 0);

    mkdir(at("run.partial"), 0777);
    put_text("run.partial/thesis.tex", "not ours");
    check_refused(INS_LOG_NEW, identity, INS_OUTPUT,
                  message("%s.partial: exists and is not an interrupted run; use --force to "
                          "replace it",
                          where));
    ck_assert(ins_path_exists(at("run.partial/thesis.tex")));

    free(where);
    where = ins_path_join(root, "no/such/run");
    check_refused(INS_LOG_NEW, identity, INS_OUTPUT,
                  message("%s.partial: No such file or directory", where));
}
END_TEST

/* Slashes at the end are no part of the name, and "." has none. */
START_TEST(odd_names)
{
    char *plain = where;
    where = ins_path_join(root, "run///");
    ins_log *log = open_log(INS_LOG_NEW, 0);
    ck_assert_str_eq(ins_log_staging(log), at("run.partial"));
    append(log, 0, TRIALS);
    finish(log);
    check_finished();
    free(where);

    mkdir(at("here"), 0777);
    ck_assert_int_eq(chdir(at("here")), 0);
    where = ins_duplicate(".");
    log = open_log(INS_LOG_NEW, 0);
    append(log, 0, TRIALS);
    finish(log);
    ck_assert(ins_path_exists(at("here/schema.json")));
    free(where);
    where = plain;
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("log_policy");
    TCase *tests = tcase_create("policies");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, refusals);
    tcase_add_test(tests, resume_complete);
    tcase_add_test(tests, force);
    tcase_add_test(tests, resume_beside_other);
    tcase_add_test(tests, lock);
    tcase_add_test(tests, bad_places);
    tcase_add_test(tests, odd_names);
    suite_add_tcase(suite, tests);
    return ins_run_suite(suite);
}
