/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* .npy files as NumPy writes and reads them. The byte strings were made by numpy 1.24.2:
 * numpy.save(f, numpy.array(...)). */
#include <config.h>

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "initscope/file.h"
#include "initscope/npy.h"

#include "check_tap.h"

static char directory[] = "/tmp/initscope-npy-XXXXXX";
static char path[64];

static void setup(void)
{
    strcpy(directory + sizeof directory - 7, "XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/a.npy", directory);
}

static void teardown(void)
{
    unlink(path);
    rmdir(directory);
}

/* A version 1.0 file with this dictionary, as numpy pads it, and these elements. */
static void write_file(const char *dictionary, const void *elements, size_t size)
{
    char header[128];
    memset(header, ' ', sizeof header);
    memcpy(header, "\x93NUMPY\x01\x00\x76\x00", 10);
    memcpy(header + 10, dictionary, strlen(dictionary));
    header[127] = '\n';
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(header, 1, sizeof header, file), sizeof header);
    ck_assert_uint_eq(fwrite(elements, 1, size, file), size);
    ck_assert_int_eq(fclose(file), 0);
}

static void expect_refusal(size_t rows, size_t columns, const char *message)
{
    real x[16];
    ins_error error = {0};
    char whole[512];
    ck_assert_int_eq(
        ins_npy_read(path, (const size_t[]){rows, columns}, columns > 0 ? 2 : 1, x, &error),
        INS_DATA);
    snprintf(whole, sizeof whole, "%s: %s", path, message);
    ck_assert_str_eq(error.line[0], whole);
}

START_TEST(written_array_is_numpys_bytes)
{
    const real x[] = {1, 2, 3, 4, 5, (real)-0.1};
    ins_error error = {0};
    ins_text file = {0};
    ck_assert_int_eq(ins_npy_write(path, x, (const size_t[]){2, 3}, 2, &error), INS_OK);
    ck_assert_int_eq(ins_file_read(path, &file, INS_DATA, &error), INS_OK);
    /* numpy.save of numpy.array([[1, 2, 3], [4, 5, -0.1]], "<f4"): 128 bytes of header. */
    const char *header = "\x93NUMPY\x01\x00\x76\x00{'descr': '<f4', 'fortran_order': False, "
                         "'shape': (2, 3), }";
    ck_assert_uint_eq(file.length, 128 + 24);
    ck_assert_mem_eq(file.data, "\x93NUMPY\x01\x00\x76\x00", 10);
    ck_assert_mem_eq(file.data + 10, header + 10, strlen(header + 10));
    ck_assert_int_eq(file.data[127], '\n');
    ck_assert_mem_eq(file.data + 128, "\0\0\x80\x3f\0\0\0\x40", 8);
    ck_assert_mem_eq(file.data + 148, "\xcd\xcc\xcc\xbd", 4);
    ins_text_free(&file);
}
END_TEST

START_TEST(vector_reads_back)
{
    const real x[] = {0, (real)0.5, -2};
    real y[3];
    ins_error error = {0};
    ck_assert_int_eq(ins_npy_write(path, x, (const size_t[]){3}, 1, &error), INS_OK);
    ck_assert_int_eq(ins_npy_read(path, (const size_t[]){3}, 1, y, &error), INS_OK);
    ck_assert_mem_eq(x, y, sizeof x);
}
END_TEST

START_TEST(doubles_in_fortran_order)
{
    const double stored[] = {1, 4, 2, 5, 3, 6}; /* [[1, 2, 3], [4, 5, 6]] by columns */
    real x[6];
    ins_error error = {0};
    write_file("{'descr': '<f8', 'fortran_order': True, 'shape': (2, 3), }", stored, sizeof stored);
    ck_assert_int_eq(ins_npy_read(path, (const size_t[]){2, 3}, 2, x, &error), INS_OK);
    for (size_t i = 0; i < 6; i++) ck_assert(x[i] == (real)(i + 1));
}
END_TEST

/* Version 2.0, which numpy chooses for a header above 65535 bytes: four bytes of length. */
START_TEST(long_header)
{
    enum { LENGTH = 0x11174 };
    static const char dictionary[] = "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }";
    const float stored[] = {1, -2, 3};
    char *header = malloc(LENGTH);
    real x[3];
    ins_error error = {0};
    ck_assert_ptr_nonnull(header);
    memset(header, ' ', LENGTH);
    memcpy(header, dictionary, sizeof dictionary - 1);
    header[LENGTH - 1] = '\n';
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    fwrite("\x93NUMPY\x02\x00\x74\x11\x01\x00", 1, 12, file);
    fwrite(header, 1, LENGTH, file);
    fwrite(stored, 1, sizeof stored, file);
    ck_assert_int_eq(fclose(file), 0);
    free(header);
    ck_assert_int_eq(ins_npy_read(path, (const size_t[]){3}, 1, x, &error), INS_OK);
    for (size_t i = 0; i < 3; i++) ck_assert(x[i] == (real)stored[i]);
}
END_TEST

START_TEST(refusals_say_what_was_expected)
{
    const float stored[6] = {0};
    write_file("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", stored,
               sizeof stored);
    expect_refusal(3, 2, "expected an array of shape (3, 2) (got \"(2, 3)\")");
    expect_refusal(6, 0, "expected an array of shape (6,) (got \"(2, 3)\")");
    write_file("{'descr': '<i4', 'fortran_order': False, 'shape': (2, 3), }", stored,
               sizeof stored);
    expect_refusal(2, 3, "expected little-endian float32 or float64 elements (got \"<i4\")");
    write_file("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", stored, 20);
    expect_refusal(2, 3, "expected 24 bytes of elements (got \"20\")");
    write_file("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3, ", stored, 24);
    expect_refusal(2, 3, "not a NumPy .npy file");
    write_file("{'descr': '<f4', 'shape': (2, 3), }", stored, 24);
    expect_refusal(2, 3, "not a NumPy .npy file");
    ck_assert_int_eq(truncate(path, 9), 0);
    expect_refusal(2, 3, "not a NumPy .npy file");
    ck_assert_int_eq(unlink(path), 0);
    expect_refusal(2, 3, "No such file or directory");
}
END_TEST

/* No more is read than the header promises: neither of a device nor of a hole of 4 GB. */
START_TEST(reading_is_bounded)
{
    const float stored[6] = {0};
    ck_assert_int_eq(symlink("/dev/zero", path), 0);
    expect_refusal(2, 3, "not a NumPy .npy file");
    ck_assert_int_eq(unlink(path), 0);
    write_file("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", stored,
               sizeof stored);
    ck_assert_int_eq(truncate(path, (off_t)1 << 32), 0);
    expect_refusal(2, 3, "expected 24 bytes of elements (got \"4294967168\")");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("npy");
    TCase *cases = tcase_create("files");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_test(cases, written_array_is_numpys_bytes);
    tcase_add_test(cases, vector_reads_back);
    tcase_add_test(cases, doubles_in_fortran_order);
    tcase_add_test(cases, long_header);
    tcase_add_test(cases, refusals_say_what_was_expected);
    tcase_add_test(cases, reading_is_bounded);
    suite_add_tcase(suite, cases);
    return ins_run_suite(suite);
}
