/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Directories: made, cleared, removed. */
#include <config.h>

#include <string.h>

#include <sys/stat.h>
#include <unistd.h>

#include "initscope/file.h"

#include "check_tap.h"
#include "scratch.h"

START_TEST(test_make_directory)
{
    ins_error error = {0};

    ck_assert_int_eq(ins_directory_make(at("a"), &error), INS_OK);
    ck_assert_int_eq(ins_directory_make(at("a"), &error), INS_OK);
    ck_assert(ins_path_exists(at("a")));
    ins_directory_make(at("b/c"), &error);
    expect_problem(&error, INS_OUTPUT, "b/c", "No such file or directory");
    scratch_file("file", "x", 1);
    ins_directory_make(at("file"), &error);
    expect_problem(&error, INS_OUTPUT, "file", "Not a directory");
}
END_TEST

static bool is_empty(const char *path)
{
    bool empty = false;

    ck_assert_int_eq(ins_directory_is_empty(path, &empty, NULL), INS_OK);
    return empty;
}

START_TEST(test_empty_directory)
{
    ck_assert(is_empty(scratch));
    ck_assert(is_empty(at("absent")));
    scratch_file("file", "x", 1);
    ck_assert(!is_empty(scratch));
    ck_assert(!is_empty(at("file")));
    ck_assert_int_eq(symlink("nowhere", at("link")), 0);
    ck_assert(!is_empty(at("link")));
    ck_assert(!ins_path_exists(at("link")));
}
END_TEST

START_TEST(test_clear)
{
    ins_error error = {0};

    ck_assert_int_eq(ins_directory_clear(at("absent"), "kept", &error), INS_OK);
    ck_assert_int_eq(mkdir(at("d"), 0777), 0);
    ck_assert_int_eq(mkdir(at("d/below"), 0777), 0);
    scratch_file("d/below/kept", "x", 1);
    scratch_file("d/kept", "x", 1);
    scratch_file("d/other", "x", 1);
    ck_assert_int_eq(ins_directory_clear(at("d"), "kept", &error), INS_OK);
    ck_assert_uint_eq(entries(at("d")), 1);
    ck_assert(ins_path_exists(at("d/kept")));
}
END_TEST

START_TEST(test_remove)
{
    ins_error error = {0};

    ck_assert_int_eq(mkdir(at("kept"), 0777), 0);
    scratch_file("kept/file", "x", 1);
    ck_assert_int_eq(mkdir(at("gone"), 0777), 0);
    ck_assert_int_eq(mkdir(at("gone/deep"), 0777), 0);
    ck_assert_int_eq(mkdir(at("gone/deep/deeper"), 0777), 0);
    for (int i = 0; i < 300; i++) {
        char name[64];

        snprintf(name, sizeof name, "gone/deep/%d", i);
        scratch_file(name, "x", 1);
    }
    ck_assert_int_eq(symlink("../kept", at("gone/link")), 0);
    ck_assert_int_eq(ins_directory_remove(at("gone"), &error), INS_OK);
    ck_assert(!ins_path_exists(at("gone")));
    ck_assert(ins_path_exists(at("kept/file")));
    ck_assert_int_eq(symlink("kept", at("link")), 0);
    ck_assert_int_eq(ins_directory_remove(at("link"), &error), INS_OK);
    ck_assert(ins_path_exists(at("kept/file")));
    ck_assert_int_eq(ins_directory_remove(at("kept/file"), &error), INS_OK);
    ck_assert_int_eq(ins_directory_remove(at("absent"), &error), INS_OK);
    ck_assert_uint_eq(entries(scratch), 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("directory");
    TCase *directories = tcase_create("directories");

    tcase_add_checked_fixture(directories, scratch_setup, scratch_teardown);
    tcase_add_test(directories, test_make_directory);
    tcase_add_test(directories, test_empty_directory);
    tcase_add_test(directories, test_clear);
    tcase_add_test(directories, test_remove);
    suite_add_tcase(suite, directories);
    return ins_run_suite(suite);
}
