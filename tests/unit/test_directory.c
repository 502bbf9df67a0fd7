/* Directories: made, removed, published whole or not at all. */
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

START_TEST(test_empty_directory)
{
    ins_error error = {0};

    ck_assert(ins_directory_is_empty(scratch, &error));
    ck_assert(ins_directory_is_empty(at("absent"), &error));
    scratch_file("file", "x", 1);
    ck_assert(!ins_directory_is_empty(scratch, &error));
    ck_assert(!ins_directory_is_empty(at("file"), &error));
    ck_assert_int_eq(symlink("nowhere", at("link")), 0);
    ck_assert(!ins_directory_is_empty(at("link"), &error));
    ck_assert(!ins_path_exists(at("link")));
    ck_assert_int_eq(error.status, INS_OK);
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

/* Staging holds "new"; final, when old is true, holds "old". */
static void stage(bool old)
{
    ck_assert_int_eq(mkdir(at("staging"), 0777), 0);
    scratch_file("staging/file", "new", 3);
    if (!old) return;
    ck_assert_int_eq(mkdir(at("final"), 0777), 0);
    scratch_file("final/file", "old", 3);
}

START_TEST(test_publish)
{
    ins_error error = {0};

    stage(false);
    ck_assert_int_eq(ins_directory_publish(at("staging"), at("final"), false, &error), INS_OK);
    expect_content(at("final/file"), "new");
    ck_assert_uint_eq(entries(scratch), 1);
}
END_TEST

START_TEST(test_publish_on_empty)
{
    ins_error error = {0};

    stage(false);
    ck_assert_int_eq(mkdir(at("final"), 0777), 0);
    ck_assert_int_eq(ins_directory_publish(at("staging"), at("final/"), false, &error), INS_OK);
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
    ck_assert_int_eq(ins_directory_publish(at("staging"), at("final"), false, &error), INS_OK);
    expect_content(at("final/file"), "new");
    ck_assert_uint_eq(entries(at("target")), 0);
}
END_TEST

START_TEST(test_publish_refuses)
{
    ins_error error = {0};

    stage(true);
    ins_directory_publish(at("staging"), at("final"), false, &error);
    expect_problem(&error, INS_OUTPUT, "final", "Directory not empty");
    expect_content(at("final/file"), "old");
    expect_content(at("staging/file"), "new");
}
END_TEST

START_TEST(test_publish_replaces)
{
    ins_error error = {0};

    stage(true);
    ck_assert_int_eq(ins_directory_publish(at("staging"), at("final/"), true, &error), INS_OK);
    expect_content(at("final/file"), "new");
    ck_assert_uint_eq(entries(scratch), 1);
    ck_assert_int_eq(mkdir(at("staging"), 0777), 0);
    ck_assert_int_eq(ins_directory_publish(at("staging"), at("other"), true, &error), INS_OK);
    ck_assert_uint_eq(entries(scratch), 2);
}
END_TEST

START_TEST(test_publish_nothing)
{
    ins_error error = {0};

    stage(true);
    ins_directory_publish(at("absent"), at("final"), true, &error);
    expect_problem(&error, INS_OUTPUT, "absent", "No such file or directory");
    /* The rename fails after the old results were moved: a directory cannot be moved into itself.
     */
    ins_directory_publish(at("final"), at("final"), true, &error);
    ck_assert_int_eq(error.status, INS_OUTPUT);
    expect_content(at("final/file"), "old");
    ck_assert_uint_eq(entries(scratch), 2);
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
    tcase_add_test(directories, test_publish);
    tcase_add_test(directories, test_publish_on_empty);
    tcase_add_test(directories, test_publish_on_link);
    tcase_add_test(directories, test_publish_refuses);
    tcase_add_test(directories, test_publish_replaces);
    tcase_add_test(directories, test_publish_nothing);
    suite_add_tcase(suite, directories);
    return ins_run_suite(suite);
}
