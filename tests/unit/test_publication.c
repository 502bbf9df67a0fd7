/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Publications: whole or not at all, of a directory and of its entries. */
#include <config.h>

#include <string.h>

#include <sys/stat.h>
#include <unistd.h>

#include "initscope/file.h"
#include "initscope/publication.h"

#include "check_tap.h"
#include "scratch.h"

/* Staging holds "new"; final, when old is true, holds "old". */
static void stage(bool old)
{
    ck_assert_int_eq(mkdir(at("staging"), 0777), 0);
    scratch_file("staging/file", "new", 3);
    if (!old) return;
    ck_assert_int_eq(mkdir(at("final"), 0777), 0);
    scratch_file("final/file", "old", 3);
}

static ins_status recover(ins_publication_kind kind)
{
    ins_publication publication = {at("staging"), at("final"), kind};

    return ins_publication_recover(&publication, NULL);
}

static ins_status publish(const char *staging, const char *final, ins_publication_kind kind,
                          ins_error *error)
{
    ins_publication publication = {at(staging), at(final), kind};

    return ins_publication_exchange(&publication, error);
}

START_TEST(test_publish)
{
    ins_error error = {0};

    stage(false);
    ck_assert_int_eq(publish("staging", "final", INS_PUBLISH_NEW, &error), INS_OK);
    expect_content(at("final/file"), "new");
    ck_assert_uint_eq(entries(scratch), 1);
}
END_TEST

START_TEST(test_publish_on_empty)
{
    ins_error error = {0};

    stage(false);
    ck_assert_int_eq(mkdir(at("final"), 0777), 0);
    ck_assert_int_eq(publish("staging", "final/", INS_PUBLISH_NEW, &error), INS_OK);
    expect_content(at("final/file"), "new");
    ck_assert_uint_eq(entries(scratch), 1);
}
END_TEST

START_TEST(test_publish_on_link)
{
    ins_error error = {0};

    stage(false);
    ck_assert_int_eq(mkdir(at("target"), 0777), 0);
    ck_assert_int_eq(symlink("target", at("final")), 0);
    ck_assert_int_eq(publish("staging", "final", INS_PUBLISH_NEW, &error), INS_OK);
    expect_content(at("final/file"), "new");
    ck_assert_uint_eq(entries(at("target")), 0);
}
END_TEST

START_TEST(test_publish_refuses)
{
    ins_error error = {0};

    stage(true);
    publish("staging", "final", INS_PUBLISH_NEW, &error);
    expect_problem(&error, INS_OUTPUT, "final", "Directory not empty");
    expect_content(at("final/file"), "old");
    expect_content(at("staging/file"), "new");
}
END_TEST

START_TEST(test_publish_replaces)
{
    ins_error error = {0};

    stage(true);
    ck_assert_int_eq(publish("staging", "final/", INS_PUBLISH_REPLACE, &error), INS_OK);
    expect_content(at("final/file"), "new");
    ck_assert_uint_eq(entries(scratch), 1);
    ck_assert_int_eq(mkdir(at("staging"), 0777), 0);
    ck_assert_int_eq(publish("staging", "other", INS_PUBLISH_REPLACE, &error), INS_OK);
    ck_assert_uint_eq(entries(scratch), 2);
}
END_TEST

START_TEST(test_publish_nothing)
{
    ins_error error = {0};

    stage(true);
    publish("absent", "final", INS_PUBLISH_REPLACE, &error);
    expect_problem(&error, INS_OUTPUT, "absent", "No such file or directory");
    /* The rename fails after the old results were moved: a directory cannot be moved into itself.
     */
    publish("final", "final", INS_PUBLISH_REPLACE, &error);
    ck_assert_int_eq(error.status, INS_OUTPUT);
    expect_content(at("final/file"), "old");
    ck_assert_uint_eq(entries(scratch), 2);
}
END_TEST

/* A process that was killed between the two renamings: what was replaced goes back. */
START_TEST(test_recover_directory)
{
    stage(true);
    ck_assert_int_eq(recover(INS_PUBLISH_REPLACE), INS_OK);
    expect_content(at("final/file"), "old");
    ck_assert_int_eq(rename(at("final"), at("staging/" INS_REPLACED)), 0);
    ck_assert_int_eq(recover(INS_PUBLISH_REPLACE), INS_OK);
    expect_content(at("final/file"), "old");
    expect_content(at("staging/file"), "new");
    ck_assert(!ins_path_exists(at("staging/" INS_REPLACED)));
}
END_TEST

/* Two entries, of which final has the first already, and something else. */
static void stage_entries(void)
{
    stage(true);
    scratch_file("staging/second", "new", 3);
    scratch_file("final/other", "mine", 4);
}

START_TEST(test_entries)
{
    ins_error error = {0};

    stage_entries();
    ck_assert_int_eq(publish("staging", "final", INS_PUBLISH_ENTRIES, &error), INS_OK);
    expect_content(at("final/file"), "new");
    expect_content(at("final/second"), "new");
    expect_content(at("final/other"), "mine");
    ck_assert_uint_eq(entries(at("final")), 3);

    /* Nothing goes back once all have moved. */
    ck_assert_int_eq(recover(INS_PUBLISH_ENTRIES), INS_OK);
    expect_content(at("final/file"), "new");
}
END_TEST

/* An entry that cannot move takes those that have moved back with it. */
START_TEST(test_entries_refused)
{
    ins_error error = {0};

    stage_entries();
    ck_assert_int_eq(mkdir(at("staging/" INS_REPLACED), 0777), 0);
    ck_assert_int_eq(mkdir(at("staging/" INS_REPLACED "/other"), 0777), 0);
    scratch_file("staging/" INS_REPLACED "/other/x", "x", 1);
    scratch_file("staging/other", "new", 3);
    ck_assert_int_eq(publish("staging", "final", INS_PUBLISH_ENTRIES, &error), INS_OUTPUT);
    expect_problem(&error, INS_OUTPUT, "final/other", "Is a directory");
    expect_content(at("final/file"), "old");
    expect_content(at("final/other"), "mine");
    ck_assert(!ins_path_exists(at("final/second")));
    expect_content(at("staging/file"), "new");
    expect_content(at("staging/second"), "new");
    expect_content(at("staging/other"), "new");
}
END_TEST

/* Killed when the first entry had moved, and when only what it replaces had. */
START_TEST(test_recover_entries)
{
    stage_entries();
    ck_assert_int_eq(mkdir(at("staging/" INS_REPLACED), 0777), 0);
    for (int moved = 0; moved < 2; moved++) {
        ck_assert_int_eq(rename(at("final/file"), at("staging/" INS_REPLACED "/file")), 0);
        if (moved) ck_assert_int_eq(rename(at("staging/file"), at("final/file")), 0);
        ck_assert_int_eq(recover(INS_PUBLISH_ENTRIES), INS_OK);
        expect_content(at("final/file"), "old");
        expect_content(at("staging/file"), "new");
        expect_content(at("final/other"), "mine");
        ck_assert_uint_eq(entries(at("staging/" INS_REPLACED)), 0);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("publication");
    TCase *tests = tcase_create("publications");

    tcase_add_checked_fixture(tests, scratch_setup, scratch_teardown);
    tcase_add_test(tests, test_publish);
    tcase_add_test(tests, test_publish_on_empty);
    tcase_add_test(tests, test_publish_on_link);
    tcase_add_test(tests, test_publish_refuses);
    tcase_add_test(tests, test_publish_replaces);
    tcase_add_test(tests, test_publish_nothing);
    tcase_add_test(tests, test_recover_directory);
    tcase_add_test(tests, test_entries);
    tcase_add_test(tests, test_entries_refused);
    tcase_add_test(tests, test_recover_entries);
    suite_add_tcase(suite, tests);
    return ins_run_suite(suite);
}
