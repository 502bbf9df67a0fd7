/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Elements of arrays: the bytes of each type are those of IEEE 754 and two's complement. */
#include <config.h>

#include <math.h>

#include <unistd.h>

#include "initscope/elements.h"
#include "initscope/stream.h"

#include "array_fixture.h"
#include "check_tap.h"

typedef ins_status (*array_reader)(const ins_byte_source *source, ins_array *array,
                                   ins_error *error);

static ins_status read_path(array_reader read, const char *path, ins_array *array, ins_error *error)
{
    ins_stream *stream = ins_stream_open(path, error);

    ck_assert_ptr_nonnull(stream);

    ins_byte_source source = ins_stream_source(stream);
    ins_status status = read(&source, array, error);

    ins_stream_close(stream);
    return status;
}

typedef struct npy_case {
    const char *type, *bytes;
    size_t size; /* of bytes */
    double expected[2];
    bool whole;
} npy_case;

#define B(bytes) bytes, sizeof bytes - 1

static const npy_case npy_cases[] = {
    {"|b1", B("\0\1"), {0, 1}, true},
    {"|i1", B("\x80\x7f"), {-128, 127}, true},
    {"|u1", B("\x80\xff"), {128, 255}, true},
    {"<i2", B("\xfe\xff\x00\x01"), {-2, 256}, true},
    {">i2", B("\xff\xfe\x01\x00"), {-2, 256}, true},
    {"<u2", B("\xfe\xff\x00\x01"), {65534, 256}, true},
    {"<i4", B("\0\0\0\x80\1\0\0\0"), {-2147483648.0, 1}, true},
    {">u4", B("\x80\0\0\0\0\0\0\1"), {2147483648.0, 1}, true},
    {"<i8", B("\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\0\1\0\0\0"), {-1, 4294967296.0}, true},
    {"<u8", B("\0\0\0\0\0\0\0\x80\2\0\0\0\0\0\0\0"), {9223372036854775808.0, 2}, true},
    /* 1.5 = 0x3e00, the smallest subnormal half 2^-24; -2 = 0xc000, the largest half 65504 */
    {"<f2", B("\x00\x3e\x01\x00"), {1.5, 0x1p-24}, false},
    {">f2", B("\xc0\x00\x7b\xff"), {-2, 65504}, false},
    {"<f4", B("\0\0\x80\x3f\0\0\0\xc0"), {1, -2}, false},
    {">f4", B("\x3f\x80\0\0\xc0\0\0\0"), {1, -2}, false},
    {"<f8", B("\0\0\0\0\0\0\xf0\x3f\0\0\0\0\0\0\0\xc0"), {1, -2}, false},
    {">f8", B("\x3f\xf0\0\0\0\0\0\0\xc0\0\0\0\0\0\0\0"), {1, -2}, false},
};
enum { NPY_CASES = sizeof npy_cases / sizeof npy_cases[0] };

START_TEST(npy_types)
{
    const npy_case *row = &npy_cases[_i];
    ins_text bytes = npy_bytes(row->type, "False", "(2,)", row->bytes, row->size);
    ins_array array = {0};
    ins_error error = {0};

    ck_assert(ins_is_npy(bytes.data, bytes.length));
    ck_assert_msg(read_path(ins_npy_read_array, scratch_file("a.npy", bytes.data, bytes.length),
                            &array, &error) == INS_OK,
                  "%s", error.line[0]);
    ck_assert_uint_eq(array.dimensions, 1);
    ck_assert_uint_eq(array.count, 2);
    ck_assert(array.whole == row->whole);
    for (size_t i = 0; i < 2; i++) ck_assert(array.x[i] == row->expected[i]);
    ins_array_free(&array);
    ins_text_free(&bytes);
}
END_TEST

/* numpy.arange(12).reshape(2, 3, 2).ravel(order="F") */
START_TEST(fortran_order)
{
    ins_text bytes = npy_bytes("|u1", "True", "(2, 3, 2)", "\0\6\2\10\4\12\1\7\3\11\5\13", 12);
    ins_array array = {0};
    ins_error error = {0};

    ck_assert_int_eq(read_path(ins_npy_read_array, scratch_file("a.npy", bytes.data, bytes.length),
                               &array, &error),
                     INS_OK);
    for (size_t i = 0; i < 12; i++) ck_assert(array.x[i] == (double)i);
    ins_array_free(&array);
    ins_text_free(&bytes);
}
END_TEST

START_TEST(half_that_is_no_number)
{
    ins_text bytes = npy_bytes("<f2", "False", "(3,)", "\0\x7c\0\xfc\1\x7c", 6);
    ins_array array = {0};
    ins_error error = {0};

    ck_assert_int_eq(read_path(ins_npy_read_array, scratch_file("a.npy", bytes.data, bytes.length),
                               &array, &error),
                     INS_OK);
    ck_assert(array.x[0] == (double)INFINITY && array.x[1] == (double)-INFINITY);
    ck_assert(isnan(array.x[2]));
    ins_array_free(&array);
    ins_text_free(&bytes);
}
END_TEST

typedef struct idx_case {
    const char *bytes;
    size_t size, count;
    double last;
    bool whole;
} idx_case;

static const idx_case idx_cases[] = {
    {B("\0\0\x08\1\0\0\0\2\1\xff"), 2, 255, true},
    {B("\0\0\x08\3\0\0\0\2\0\0\0\1\0\0\0\2\1\2\3\4"), 4, 4, true},
    {B("\0\0\x09\1\0\0\0\1\xff"), 1, -1, true},
    {B("\0\0\x0b\1\0\0\0\1\xff\xfe"), 1, -2, true},
    {B("\0\0\x0c\1\0\0\0\1\xff\xff\xff\xfd"), 1, -3, true},
    {B("\0\0\x0d\1\0\0\0\1\x3f\xc0\0\0"), 1, 1.5, false},
    {B("\0\0\x0e\1\0\0\0\1\x3f\xf8\0\0\0\0\0\0"), 1, 1.5, false},
};
enum { IDX_CASES = sizeof idx_cases / sizeof idx_cases[0] };

START_TEST(idx_types)
{
    const idx_case *row = &idx_cases[_i];
    ins_array array = {0};
    ins_error error = {0};

    ck_assert(ins_is_idx(row->bytes, row->size));
    ck_assert_int_eq(
        read_path(ins_idx_read_array, scratch_file("a", row->bytes, row->size), &array, &error),
        INS_OK);
    ck_assert_uint_eq(array.count, row->count);
    ck_assert_uint_eq(array.dimensions, (size_t)row->bytes[3]);
    ck_assert(array.x[array.count - 1] == row->last);
    ck_assert(array.whole == row->whole);
    ins_array_free(&array);
}
END_TEST

typedef struct refusal {
    const char *type, *shape; /* NULL: an IDX file */
    const char *bytes;
    size_t size;
    const char *what;
} refusal;

#define TYPES "elements must be numbers: bool, int8 to int64, uint8 to uint64, float16 to float64 "

static const refusal refusals[] = {
    {"|O", "(1,)", B("x"),
     "its elements are Python objects, a pickle, which is a program: save numbers, as with "
     "x.astype(float) (got \"|O\")"},
    {"<U3", "(1,)", B("x"), TYPES "(got \"<U3\")"},
    {"<c8", "(1,)", B("x"), TYPES "(got \"<c8\")"},
    {"<f16", "(1,)", B("x"), TYPES "(got \"<f16\")"},
    {"<f4", "(3,)", B("12345678"), "expected 12 bytes of elements (got \"8\")"},
    {"<f4", "(1,)", B("12345678"), "expected 4 bytes of elements (got \"8\")"},
    {"<f4", "(99999999999, 99999999999)", B("1234"), NULL},
    {"<f4", "(1, 1, 1, 1, 1, 1, 1, 1, 1)", B("1234"), "not a NumPy .npy file"},
    {"<f4", "(-1,)", B("1234"), "not a NumPy .npy file"},
    {NULL, NULL, B("\0\0\x08\1\0\0\0\2\1"), "expected 2 bytes of elements (got \"1\")"},
    {NULL, NULL, B("\0\0\x08\1\0\0\0\2\1\2\3"), "expected 2 bytes of elements (got \"3\")"},
    {NULL, NULL, B("\0\0\x08\2\0\0\0\2\1"), "the header of the IDX file is cut short"},
    {NULL, NULL, B("\0\0\x08\4\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"),
     NULL},
    {NULL, NULL, B("\0\0\x07\1\0\0\0\1\1"), "not an IDX file"},
    {NULL, NULL, B("\0\0\x08\0"), "not an IDX file"},
    {NULL, NULL, B(""), "not an IDX file"},
};
enum { REFUSALS = sizeof refusals / sizeof refusals[0] };

START_TEST(what_is_refused)
{
    const refusal *row = &refusals[_i];
    ins_text bytes = {0};
    ins_array array = {.count = 77};
    ins_error error = {0};

    if (row->type)
        bytes = npy_bytes(row->type, "False", row->shape, row->bytes, row->size);
    else
        ins_text_add_bytes(&bytes, row->bytes, row->size);
    ck_assert_int_eq(read_path(row->type ? ins_npy_read_array : ins_idx_read_array,
                               scratch_file("a", bytes.data, bytes.length), &array, &error),
                     INS_DATA);
    ck_assert_uint_eq(array.count, 77);
    if (row->what)
        expect_problem(&error, INS_DATA, "a", row->what);
    else
        ck_assert_ptr_nonnull(
            strstr(error.line[0], "a: its shape promises more numbers than memory"));
    ins_text_free(&bytes);
}
END_TEST

/* Packed, the size is not known before: what is promised is read, and no more.
 * A header that promises 2 bytes, and 1000 zeros, made by Python's gzip.compress(..., mtime=0). */
START_TEST(packed_and_longer_than_it_promises)
{
    static const char packed[] =
        "\037\213\010\000\000\000\000\000\002\003\143\140\340\140\144\140\140\140\142\030\005\243"
        "\140\024\014\173\000\000\203\263\172\056\360\003\000\000";
    ins_array array = {0};
    ins_error error = {0};

    ck_assert_int_eq(
        read_path(ins_idx_read_array, scratch_file("a", packed, sizeof packed - 1), &array, &error),
        INS_DATA);
    expect_problem(&error, INS_DATA, "a", "expected 2 bytes of elements (got \"more\")");
}
END_TEST

/* A structure is described by a list; a header that is longer than any is not taken into memory. */
START_TEST(headers_out_of_bounds)
{
    static const char structure[] = "\x93NUMPY\x01\x00\x60\x00{'descr': [('a', '<f4')], "
                                    "'fortran_order': False, 'shape': (1,), }"
                                    "                             \n"
                                    "1234";
    static const char endless[] = "\x93NUMPY\x02\x00\xff\xff\xff\x7f{'descr'";
    ins_array array = {0};
    ins_error error = {0};

    read_path(ins_npy_read_array, scratch_file("a", structure, sizeof structure - 1), &array,
              &error);
    expect_problem(&error, INS_DATA, "a", TYPES "(got \"a structure\")");
    read_path(ins_npy_read_array, scratch_file("a", endless, sizeof endless - 1), &array, &error);
    expect_problem(&error, INS_DATA, "a", "header longer than 1048576 bytes (got \"2147483647\")");
}
END_TEST

/* More than one piece, in the order of the file. */
START_TEST(long_array)
{
    enum { COUNT = 200000 };
    ins_text bytes = {0};
    ins_array array = {0};
    ins_error error = {0};

    ins_text_add_bytes(&bytes, "\0\0\x0c\1\0\x03\x0d\x40", 8);
    for (unsigned i = 0; i < COUNT; i++) {
        const char element[4] = {0, (char)(i >> 16), (char)(i >> 8), (char)i};

        ins_text_add_bytes(&bytes, element, 4);
    }
    ck_assert_int_eq(
        read_path(ins_idx_read_array, scratch_file("a", bytes.data, bytes.length), &array, &error),
        INS_OK);
    ck_assert_uint_eq(array.count, COUNT);
    for (size_t i = 0; i < COUNT; i++) ck_assert(array.x[i] == (double)i);
    ins_array_free(&array);
    ins_text_free(&bytes);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("elements");
    TCase *cases = tcase_create("arrays");

    tcase_add_checked_fixture(cases, scratch_setup, scratch_teardown);
    tcase_add_loop_test(cases, npy_types, 0, NPY_CASES);
    tcase_add_test(cases, fortran_order);
    tcase_add_test(cases, half_that_is_no_number);
    tcase_add_loop_test(cases, idx_types, 0, IDX_CASES);
    tcase_add_loop_test(cases, what_is_refused, 0, REFUSALS);
    tcase_add_test(cases, packed_and_longer_than_it_promises);
    tcase_add_test(cases, headers_out_of_bounds);
    tcase_add_test(cases, long_array);
    suite_add_tcase(suite, cases);
    return ins_run_suite(suite);
}
