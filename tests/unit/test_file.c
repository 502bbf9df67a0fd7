/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that appear whole or not at all. */
#include <config.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "initscope/file.h"

#include "check_tap.h"
#include "scratch.h"

START_TEST(test_join)
{
    static const char *const rows[][3] = {{"a", "b", "a/b"},
                                          {"a/", "b", "a/b"},
                                          {"/", "b", "/b"},
                                          {"", "b", "b"},
                                          {"a/b", "c/d", "a/b/c/d"}};

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *path = ins_path_join(rows[i][0], rows[i][1]);

        ck_assert_str_eq(path, rows[i][2]);
        free(path);
    }
}
END_TEST

START_TEST(test_write_and_read)
{
    ins_error error = {0};
    ins_text text = {0};
    struct stat status;

    umask(022);
    ck_assert_int_eq(ins_file_write(at("x"), "one\n", 4, &error), INS_OK);
    expect_content(at("x"), "one\n");
    ck_assert_int_eq(stat(at("x"), &status), 0);
    ck_assert_int_eq(status.st_mode & 0777, 0644);
    ck_assert_int_eq(ins_file_write(at("x"), "", 0, &error), INS_OK);
    expect_content(at("x"), "");
    ck_assert_int_eq(ins_file_write(at("x"), "a\0b", 3, &error), INS_OK);
    ins_text_add(&text, "what was there before");
    ck_assert_int_eq(ins_file_read(at("x"), &text, INS_DATA, &error), INS_OK);
    ck_assert_uint_eq(text.length, 3);
    ck_assert_mem_eq(text.data, "a\0b\0", 4);
    ins_text_free(&text);
    ck_assert_uint_eq(entries(scratch), 1);
}
END_TEST

/* Counts what is brought to the disk, in place of libc's function of that name. */
static size_t synced_files, synced_directories;

int fsync(int file)
{
    struct stat status;

    ck_assert_int_eq(fstat(file, &status), 0);
    if (S_ISDIR(status.st_mode))
        synced_directories++;
    else
        synced_files++;
    return 0;
}

/* Bytes and name are on the disk when a file is written; one that is staged is synced later, with
 * its directory. */
START_TEST(test_synced)
{
    ck_assert_int_eq(ins_file_stage(at("staged"), "x", 1, NULL), INS_OK);
    ck_assert_uint_eq(synced_files, 0);
    ck_assert_uint_eq(synced_directories, 0);
    ck_assert_int_eq(ins_file_write(at("written"), "x", 1, NULL), INS_OK);
    ck_assert_uint_eq(synced_files, 1);
    ck_assert_uint_eq(synced_directories, 1);
    ck_assert_int_eq(mkdir(at("d"), 0777), 0);
    scratch_file("d/file", "x", 1);
    ck_assert_int_eq(ins_directory_sync_all(at("d"), NULL), INS_OK);
    ck_assert_uint_eq(synced_files, 2);
    ck_assert_uint_eq(synced_directories, 2);
}
END_TEST

START_TEST(test_relative_path)
{
    ins_error error = {0};

    ck_assert_int_eq(chdir(scratch), 0);
    ck_assert_int_eq(ins_file_write("x", "one\n", 4, &error), INS_OK);
    expect_content(at("x"), "one\n");
    ck_assert_int_eq(chdir("/"), 0);
}
END_TEST

START_TEST(test_links_are_replaced)
{
    ins_error error = {0};
    struct stat status;

    scratch_file("target", "old\n", 4);
    ck_assert_int_eq(symlink("target", at("link")), 0);
    ck_assert_int_eq(ins_file_write(at("link"), "new\n", 4, &error), INS_OK);
    ck_assert_int_eq(lstat(at("link"), &status), 0);
    ck_assert(S_ISREG(status.st_mode));
    expect_content(at("link"), "new\n");
    expect_content(at("target"), "old\n");
}
END_TEST

/* A temporary name that is taken, be it by a link, is left alone. */
START_TEST(test_planted_temporary_file)
{
    ins_error error = {0};
    char name[64];

    scratch_file("target", "old\n", 4);
    snprintf(name, sizeof name, "x.%ld.tmp", (long)getpid());
    ck_assert_int_eq(symlink("target", at(name)), 0);
    ck_assert_int_eq(ins_file_write(at("x"), "new\n", 4, &error), INS_OK);
    expect_content(at("x"), "new\n");
    expect_content(at("target"), "old\n");
    ck_assert_uint_eq(entries(scratch), 3);
}
END_TEST

START_TEST(test_write_failures)
{
    ins_error error = {0};

    ins_file_write(at("absent/x"), "new\n", 4, &error);
    expect_problem(&error, INS_OUTPUT, "absent/x", "No such file or directory");
    ck_assert_int_eq(mkdir(at("directory"), 0777), 0);
    ins_file_write(at("directory"), "new\n", 4, &error);
    expect_problem(&error, INS_OUTPUT, "directory", "Is a directory");
    ck_assert_uint_eq(entries(scratch), 1); /* no temporary file is left */
}
END_TEST

/* The disk fills in the middle: write() first takes less than it was given, then nothing. */
START_TEST(test_full_disk)
{
    static char bytes[100000];
    ins_error error = {0};
    struct rlimit before, limit;

    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
    limit = before;
    limit.rlim_cur = 4096;
    scratch_file("x", "old\n", 4);
    signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    ins_file_write(at("x"), bytes, sizeof bytes, &error);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
    expect_problem(&error, INS_OUTPUT, "x", "File too large");
    expect_content(at("x"), "old\n");
    ck_assert_uint_eq(entries(scratch), 1);
}
END_TEST

START_TEST(test_read_failures)
{
    ins_error error = {0};
    ins_text text = {0};

    ins_file_read(at("absent"), &text, INS_USAGE, &error);
    expect_problem(&error, INS_USAGE, "absent", "No such file or directory");
    ck_assert_int_eq(mkdir(at("directory"), 0777), 0);
    ins_file_read(at("directory"), &text, INS_DATA, &error);
    expect_problem(&error, INS_DATA, "directory", "Is a directory");
    ins_text_free(&text);
}
END_TEST

/* Neither a device nor a hole of 4 GB is read into memory. */
START_TEST(test_reading_is_bounded)
{
    static const char too_large[] = "larger than 268435456 bytes";
    ins_error error = {0};
    ins_text text = {0};

    ck_assert_int_eq(symlink("/dev/zero", at("zero")), 0);
    ins_file_read(at("zero"), &text, INS_DATA, &error);
    expect_problem(&error, INS_DATA, "zero", too_large);
    ck_assert(!ins_file_begins_with(at("zero"), "# mine"));
    ins_text_free(&text);
    scratch_file("sparse", "# mine", 6);
    ck_assert_int_eq(truncate(at("sparse"), (off_t)1 << 32), 0);
    ins_file_read(at("sparse"), &text, INS_DATA, &error);
    expect_problem(&error, INS_DATA, "sparse", too_large);
    ck_assert_uint_eq(text.capacity, 0);
    ck_assert(ins_file_begins_with(at("sparse"), "# mine"));
    ck_assert(!ins_file_begins_with(at("sparse"), "# mines"));
    ck_assert(!ins_file_begins_with(at("absent"), "# mine"));
    scratch_file("short", "# m", 3);
    ck_assert(!ins_file_begins_with(at("short"), "# mine"));
}
END_TEST

static void on_signal(int number)
{
    (void)number;
}

/* read() is interrupted before it has got a byte. */
START_TEST(test_signals_while_reading)
{
    struct sigaction action = {.sa_handler = on_signal};
    int status;

    ck_assert_int_eq(sigaction(SIGUSR1, &action, NULL), 0);
    ck_assert_int_eq(mkfifo(at("pipe"), 0666), 0);

    pid_t reader = getpid(), child = fork();

    if (child == 0) {
        FILE *file = fopen(at("pipe"), "w");

        for (int i = 0; i < 5; i++) {
            usleep(20000);
            kill(reader, SIGUSR1);
        }
        fputs("late\n", file);
        _exit(fclose(file));
    }
    expect_content(at("pipe"), "late\n");
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
}
END_TEST

/* This program has no file source-tree beside it: what is not chosen is the installed one's. */
START_TEST(test_bundled)
{
    char *path;

    unsetenv("INITSCOPE_DATA_DIR");
    path = ins_bundled("data/iris.csv");
    if (path) ck_assert_str_eq(path, INS_PKGDATADIR "/data/iris.csv");
    free(path);
    ck_assert_ptr_null(ins_bundled("data/absent.csv"));

    ck_assert_int_eq(mkdir(at("data"), 0777), 0);
    scratch_file("data/iris.csv", "x", 1);
    setenv("INITSCOPE_DATA_DIR", scratch, 1);
    path = ins_bundled("data/iris.csv");
    ck_assert_str_eq(path, at("data/iris.csv"));
    free(path);
    path = ins_bundled("data/wine.csv"); /* not there: the next place */
    if (path) ck_assert_str_eq(path, INS_PKGDATADIR "/data/wine.csv");
    free(path);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("file");
    TCase *files = tcase_create("files");

    tcase_add_checked_fixture(files, scratch_setup, scratch_teardown);
    tcase_add_test(files, test_join);
    tcase_add_test(files, test_write_and_read);
    tcase_add_test(files, test_synced);
    tcase_add_test(files, test_relative_path);
    tcase_add_test(files, test_links_are_replaced);
    tcase_add_test(files, test_planted_temporary_file);
    tcase_add_test(files, test_write_failures);
    tcase_add_test(files, test_full_disk);
    tcase_add_test(files, test_read_failures);
    tcase_add_test(files, test_reading_is_bounded);
    tcase_add_test(files, test_signals_while_reading);
    tcase_add_test(files, test_bundled);
    suite_add_tcase(suite, files);
    return ins_run_suite(suite);
}
