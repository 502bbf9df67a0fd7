/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of arrays as data. The files are written here byte by byte, the archives by libzip. */
#include <config.h>

#include <stdlib.h>

#include <sys/stat.h>
#include <unistd.h>

#include "../../src/data/array_files.h"

#include "array_fixture.h"
#include "check_tap.h"

#define B(bytes) bytes, sizeof bytes - 1

static const char images[] = "\0\0\x08\3\0\0\0\2\0\0\0\1\0\0\0\2\1\2\3\4";
static const char labels[] = "\0\0\x08\1\0\0\0\2\7\5";

static void expect_numbers(const double *x, size_t count, const double *expected)
{
    for (size_t i = 0; i < count; i++) ck_assert(x[i] == expected[i]);
}

static void save(const char *name, const char *type, const char *shape, const char *bytes,
                 size_t size)
{
    ins_text text = npy_bytes(type, "False", shape, bytes, size);

    scratch_file(name, text.data, text.length);
    ins_text_free(&text);
}

static void expect_refusal(const char *name, const char *label, const char *where, const char *what)
{
    ins_arrays arrays = {.rows = 77};
    ins_error error = {0};

    ck_assert_int_eq(ins_array_files_read(at(name), label ? at(label) : NULL, &arrays, &error),
                     INS_DATA);
    ck_assert_uint_eq(arrays.rows, 77);
    expect_problem(&error, INS_DATA, where, what);
}

START_TEST(idx_pair)
{
    ins_arrays arrays;
    ins_error error = {0};

    scratch_file("images", B(images));
    scratch_file("labels", B(labels));
    ck_assert(ins_is_array_file(at("images")) && ins_is_array_file(at("labels")));
    ck_assert_int_eq(ins_array_files_read(at("images"), at("labels"), &arrays, &error), INS_OK);
    ck_assert_uint_eq(arrays.rows, 2);
    ck_assert_uint_eq(arrays.features, 2);
    ck_assert_uint_eq(arrays.targets, 1);
    ck_assert_uint_eq(arrays.test_rows, 0);
    ck_assert(arrays.classes);
    expect_numbers(arrays.x, 4, (double[]){1, 2, 3, 4});
    expect_numbers(arrays.y, 2, (double[]){7, 5});
    ins_arrays_free(&arrays);
}
END_TEST

/* gzip.compress(images, mtime=0) */
START_TEST(packed_pair)
{
    static const char packed[] =
        "\037\213\010\000\000\000\000\000\002\003\143\140\340\140\146\140\140\140\002\142\106\020"
        "\315\310\304\314\002\000\274\270\201\321\024\000\000\000";
    ins_arrays arrays;
    ins_error error = {0};

    scratch_file("images.gz", B(packed));
    save("y.npy", "<f4", "(2, 2)", B("\0\0\x80\x3f\0\0\0\xc0\0\0\0\0\0\0\0\x3f"));
    ck_assert(ins_is_array_file(at("images.gz")));
    ck_assert_int_eq(ins_array_files_read(at("images.gz"), at("y.npy"), &arrays, &error), INS_OK);
    ck_assert_uint_eq(arrays.targets, 2);
    ck_assert(!arrays.classes);
    expect_numbers(arrays.x, 4, (double[]){1, 2, 3, 4});
    expect_numbers(arrays.y, 4, (double[]){1, -2, 0, 0.5});
    ins_arrays_free(&arrays);
}
END_TEST

START_TEST(archive_with_a_test_set)
{
    ins_arrays arrays;
    ins_error error = {0};

    zip_array("a.npz", "y_test.npy", "|u1", "(1,)", B("\3"));
    zip_array("a.npz", "x_train.npy", "|u1", "(2, 2, 1)", B("\1\2\3\4"));
    zip_array("a.npz", "y_train.npy", "<i4", "(2, 1)", B("\7\0\0\0\5\0\0\0"));
    zip_array("a.npz", "x_test.npy", "|u1", "(1, 2, 1)", B("\5\6"));
    ck_assert(ins_is_array_file(at("a.npz")));
    ck_assert_msg(ins_array_files_read(at("a.npz"), NULL, &arrays, &error) == INS_OK, "%s",
                  error.line[0]);
    ck_assert_uint_eq(arrays.rows, 3);
    ck_assert_uint_eq(arrays.test_rows, 1);
    ck_assert_uint_eq(arrays.features, 2);
    ck_assert(arrays.classes);
    expect_numbers(arrays.x, 6, (double[]){1, 2, 3, 4, 5, 6});
    expect_numbers(arrays.y, 3, (double[]){7, 5, 3});
    ins_arrays_free(&arrays);
}
END_TEST

START_TEST(archive_of_two)
{
    ins_arrays arrays;
    ins_error error = {0};
    ins_text y = npy_bytes("|b1", "False", "(2,)", "\0\1", 2);

    zip_array("a.npz", "X.npy", "|i1", "(2,)", B("\1\xff"));
    zip_put("a.npz", "Y.npy", &y, false); /* stored, as numpy.savez does */
    ins_text_free(&y);
    ck_assert_msg(ins_array_files_read(at("a.npz"), NULL, &arrays, &error) == INS_OK, "%s",
                  error.line[0]);
    ck_assert_uint_eq(arrays.features, 1);
    ck_assert(arrays.classes);
    expect_numbers(arrays.x, 2, (double[]){1, -1});
    expect_numbers(arrays.y, 2, (double[]){0, 1});
    ins_arrays_free(&arrays);
}
END_TEST

/* Numbers are targets, and so are several whole numbers a row, which might be one-hot. */
START_TEST(classes_are_one_whole_number)
{
    ins_arrays arrays;
    ins_error error = {0};

    zip_array("a.npz", "x.npy", "|u1", "(2,)", B("\1\2"));
    zip_array("a.npz", "y.npy", "|u1", "(2, 2)", B("\1\0\0\1"));
    ck_assert_int_eq(ins_array_files_read(at("a.npz"), NULL, &arrays, &error), INS_OK);
    ck_assert(!arrays.classes && arrays.targets == 2);
    ins_arrays_free(&arrays);
    zip_array("b.npz", "x.npy", "|u1", "(2,)", B("\1\2"));
    zip_array("b.npz", "y.npy", "<f2", "(2,)", B("\0\x3c\0\x3c"));
    ck_assert_int_eq(ins_array_files_read(at("b.npz"), NULL, &arrays, &error), INS_OK);
    ck_assert(!arrays.classes && arrays.targets == 1);
    ins_arrays_free(&arrays);
}
END_TEST

START_TEST(what_is_no_file_of_arrays)
{
    ins_text text = {0};

    scratch_file("a.csv", B("a,b\n1,2\n"));
    ck_assert(!ins_is_array_file(at("a.csv")));
    ins_text_add(&text, "<worksheet/>");
    zip_put("a.xlsx", "xl/workbook.xml", &text, true);
    ins_text_free(&text);
    ck_assert(!ins_is_array_file(at("a.xlsx")));
    ck_assert(!ins_is_array_file(at("absent")));
    ck_assert(!ins_is_array_file(scratch));
    ck_assert(!ins_is_array_file("/dev/zero"));
    ck_assert_int_eq(mkfifo(at("pipe"), 0600), 0);
    ck_assert(!ins_is_array_file(at("pipe"))); /* and does not wait for a writer */
}
END_TEST

START_TEST(refusals)
{
    scratch_file("images", B(images));
    scratch_file("three", B("\0\0\x08\1\0\0\0\3\7\5\1"));
    scratch_file("y.csv", B("y\n1\n2\n"));
    save("nan.npy", "<f4", "(2, 1)", B("\0\0\x80\x3f\0\0\xc0\x7f"));
    save("none.npy", "|u1", "(0, 4)", "", 0);
    save("number.npy", "|u1", "()", B("\1"));
    expect_refusal("images", NULL, "images",
                   "an array of inputs alone: give the file of the labels, .npy or IDX, with "
                   "--label FILE");
    expect_refusal("images", "absent", "absent", "No such file or directory");
    expect_refusal("images", "y.csv", "y.csv",
                   "labels of arrays are an .npy or IDX file, and this is none");
    expect_refusal("nan.npy", "three", "nan.npy",
                   "elements that are not finite: 1, the first in row 2");
    expect_refusal("none.npy", "three", "none.npy", "needs rows, each of one number or more");
    expect_refusal("number.npy", "three", "number.npy", "needs rows, each of one number or more");
    ins_error error = {0};
    ins_arrays arrays;
    char what[1200];

    ins_array_files_read(at("images"), at("three"), &arrays, &error);
    snprintf(what, sizeof what, "needs the 2 rows of %s (got \"3\")", at("images"));
    expect_problem(&error, INS_DATA, "three", what);
}
END_TEST

START_TEST(refused_archives)
{
    static const char needs[] =
        "needs the arrays x_train and y_train, or x and y (got \"images, x\")";
    ins_error error = {0};
    ins_arrays arrays;

    zip_array("a.npz", "images.npy", "|u1", "(2,)", B("\1\2"));
    zip_array("a.npz", "x.npy", "|u1", "(2,)", B("\1\2"));
    expect_refusal("a.npz", NULL, "a.npz", needs);
    zip_array("a.npz", "y.npy", "|O", "(2,)", B("\1\2"));
    ins_array_files_read(at("a.npz"), NULL, &arrays, &error);
    ck_assert_ptr_nonnull(strstr(error.line[0], "a.npz(y.npy): its elements are Python objects"));
    ins_error_clear(&error);
    zip_array("b.npz", "x_train.npy", "|u1", "(2,)", B("\1\2"));
    zip_array("b.npz", "y_train.npy", "|u1", "(2,)", B("\1\2"));
    zip_array("b.npz", "x_test.npy", "|u1", "(1, 2)", B("\1\2"));
    expect_refusal("b.npz", NULL, "b.npz", "has x_test but no y_test");
    zip_array("b.npz", "y_test.npy", "|u1", "(1,)", B("\1"));
    ins_array_files_read(at("b.npz"), NULL, &arrays, &error);
    ck_assert_ptr_nonnull(strstr(error.line[0], "b.npz(x_test.npy): needs rows of 1 numbers, as "));
    ins_error_clear(&error);
    ins_array_files_read(at("b.npz"), "y", &arrays, &error);
    expect_problem(&error, INS_DATA, "b.npz",
                   "an archive has its labels itself; leave out --label (got \"y\")");
}
END_TEST

/* Changes one byte after another of a sound archive: it is read or refused, with one message, and a
 * change of an element is found by the check sum. */
START_TEST(damaged_archive)
{
    char bytes[4096];
    size_t length, refused = 0;

    zip_array("a.npz", "x.npy", "|u1", "(2,)", B("\1\2"));
    zip_array("a.npz", "y.npy", "|u1", "(2,)", B("\1\2"));

    FILE *file = fopen(at("a.npz"), "rb");

    ck_assert_ptr_nonnull(file);
    length = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    ck_assert_uint_gt(length, 300);
    ck_assert_uint_lt(length, sizeof bytes);
    for (size_t i = 0; i < length; i++) {
        ins_arrays arrays = {0};
        ins_error error = {0};

        bytes[i] = (char)(bytes[i] ^ 0x41);
        scratch_file("b.npz", bytes, length);
        bytes[i] = (char)(bytes[i] ^ 0x41);
        if (ins_array_files_read(at("b.npz"), at("absent"), &arrays, &error) != INS_OK)
            ins_error_clear(&error);
        if (ins_array_files_read(at("b.npz"), NULL, &arrays, &error) == INS_OK) {
            expect_numbers(arrays.x, 2, (double[]){1, 2});
            expect_numbers(arrays.y, 2, (double[]){1, 2});
            ins_arrays_free(&arrays);
        } else {
            ck_assert_uint_eq(error.count, 1);
            refused++;
        }
    }
    ck_assert_uint_gt(refused, length / 3);
}
END_TEST

/* 16 MB of zeros behind a promise of 2 bytes: refused before they are unpacked. A member that
 * declares more than it can hold is refused, too. */
START_TEST(bombs)
{
    enum { SIZE = 1 << 24 };
    static char zeros[SIZE];
    ins_error error = {0};
    ins_arrays arrays;
    char bytes[1 << 16];

    zip_array("a.npz", "x.npy", "|u1", "(2,)", zeros, SIZE);
    zip_array("a.npz", "y.npy", "|u1", "(2,)", B("\1\2"));
    ins_array_files_read(at("a.npz"), NULL, &arrays, &error);
    ck_assert_ptr_nonnull(strstr(error.line[0], "(x.npy): expected 2 bytes of elements (got "
                                                "\"16777216\")"));
    ins_error_clear(&error);

    FILE *file = fopen(at("a.npz"), "rb");
    size_t length = fread(bytes, 1, sizeof bytes, file), changed = 0;

    fclose(file);
    ck_assert_uint_lt(length, sizeof bytes);
    /* The size in the local header, 22 bytes from its start, and in the directory, 24. */
    for (size_t i = 0; i + 28 < length; i++) {
        size_t place = memcmp(bytes + i, "PK\3\4", 4) == 0 ? 22 : 24;

        if (memcmp(bytes + i, "PK\3\4", 4) != 0 && memcmp(bytes + i, "PK\1\2", 4) != 0) continue;
        memcpy(bytes + i + place, "\xff\xff\xff\x7f", 4);
        changed++;
    }
    ck_assert_uint_eq(changed, 4);
    scratch_file("b.npz", bytes, length);
    ins_array_files_read(at("b.npz"), NULL, &arrays, &error);
    ck_assert_uint_eq(error.count, 1);
    ck_assert_ptr_nonnull(
        strstr(error.line[0], "declares more bytes than its packed ones can hold"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("array_files");
    TCase *cases = tcase_create("files");

    tcase_add_checked_fixture(cases, scratch_setup, scratch_teardown);
    tcase_add_test(cases, idx_pair);
    tcase_add_test(cases, packed_pair);
    tcase_add_test(cases, archive_with_a_test_set);
    tcase_add_test(cases, archive_of_two);
    tcase_add_test(cases, classes_are_one_whole_number);
    tcase_add_test(cases, what_is_no_file_of_arrays);
    tcase_add_test(cases, refusals);
    tcase_add_test(cases, refused_archives);
    tcase_add_test(cases, damaged_archive);
    tcase_add_test(cases, bombs);
    suite_add_tcase(suite, cases);
    return ins_run_suite(suite);
}
