/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers to text and back. */
#include <config.h>

#include <float.h>
#include <limits.h>
#include <locale.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/text.h"

#include "check_tap.h"
#include "scratch.h"

/* Texts as Python's repr writes them, but for exponents ("1e-05" there) and "1e15". */
static const struct {
    double value;
    const char *text;
} numbers[] = {
    {0.0, "0"},
    {-0.0, "-0"},
    {1.0, "1"},
    {-42.0, "-42"},
    {150.0, "150"},
    {999999999999999.0, "999999999999999"},
    {1e15, "1e15"},
    {9007199254740993.0, "9007199254740992"},
    {0.1, "0.1"},
    {-2.5, "-2.5"},
    {1.0 / 3.0, "0.3333333333333333"},
    {0.1 + 0.2, "0.30000000000000004"},
    {1e-5, "1e-5"},
    {1e-30, "1e-30"},
    {1e100, "1e100"},
    {1e22, "1e22"},
    {123456.789, "123456.789"},
    {5e-324, "5e-324"},
    {DBL_MAX, "1.7976931348623157e308"},
    {DBL_MIN, "2.2250738585072014e-308"},
    {INFINITY, "inf"},
    {-INFINITY, "-inf"},
    {NAN, "nan"},
};

START_TEST(test_format)
{
    char out[INS_NUMBER_SIZE];
    size_t length = ins_format_number(out, numbers[_i].value);

    ck_assert_str_eq(out, numbers[_i].text);
    ck_assert_uint_eq(length, strlen(out));
}
END_TEST

START_TEST(test_format_integer)
{
    const long long values[] = {0, 7, -1, 1000000, LLONG_MAX, LLONG_MIN};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        char out[INS_NUMBER_SIZE], expected[INS_NUMBER_SIZE];
        snprintf(expected, sizeof expected, "%lld", values[i]);
        ck_assert_uint_eq(ins_format_integer(out, values[i]), strlen(expected));
        ck_assert_str_eq(out, expected);
    }
}
END_TEST

START_TEST(test_format_negative_nan)
{
    char out[INS_NUMBER_SIZE];

    ins_format_number(out, copysign(NAN, -1.0));
    ck_assert_str_eq(out, "nan");
}
END_TEST

/* Bits of a 64-bit linear congruential generator (Knuth's MMIX constants). */
static uint64_t next_bits(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state ^ (*state >> 29);
}

static int significant_digits(const char *text)
{
    int count = 0, zeros = 0;
    for (; *text != '\0' && *text != 'e'; text++) {
        if (*text < '0' || *text > '9' || (count == 0 && *text == '0')) continue;
        zeros = *text == '0' ? zeros + 1 : 0;
        count++;
    }
    return count - zeros;
}

/* Bit patterns of all kinds read back, one digit less would not, and of as many digits printf has
 * none nearer. */
START_TEST(test_round_trip)
{
    uint64_t state = 1;
    size_t finite = 0;

    for (int i = 0; i < 20000; i++) {
        uint64_t bits = next_bits(&state);
        if (i % 4 == 0) bits &= ~((UINT64_C(1) << 52) - 1);   /* powers of two */
        if (i % 4 == 1) bits &= UINT64_C(0x800fffffffffffff); /* subnormal */
        double value, back;
        char out[INS_NUMBER_SIZE], other[64];

        memcpy(&value, &bits, sizeof value);
        size_t length = ins_format_number(out, value);
        if (!isfinite(value) || value == 0) continue;
        ck_assert_int_eq(ins_parse_number(out, length, &back), INS_NUMBER_FINITE);
        ck_assert_mem_eq(&back, &value, sizeof value);

        int digits = significant_digits(out);
        snprintf(other, sizeof other, "%.*e", digits - 1, value);
        if (strtod(other, NULL) == value && significant_digits(other) == digits) {
            char text[64];
            snprintf(text, sizeof text, "%.*e", digits - 1, strtod(out, NULL));
            ck_assert_str_eq(text, other);
        }
        if (digits > 1) {
            snprintf(other, sizeof other, "%.*e", digits - 2, value);
            ck_assert_msg(strtod(other, NULL) != value, "%s is shorter than %s", other, out);
        }
        finite++;
    }
    ck_assert_uint_gt(finite, 19000);
}
END_TEST

/* The fast way of reading agrees with the C library's, on numbers of all lengths. */
START_TEST(test_parse_like_strtod)
{
    uint64_t state = 2;

    for (int i = 0; i < 20000; i++) {
        uint64_t bits = next_bits(&state);
        double value = -1;
        char text[64];

        snprintf(text, sizeof text, "%s%llu.%0*llue%d", i % 2 ? "-" : "",
                 (unsigned long long)(bits >> (bits % 61)), (int)(bits % 9) + 1,
                 (unsigned long long)(next_bits(&state) % 1000),
                 (int)(next_bits(&state) % 60) - 30);
        ck_assert_int_eq(ins_parse_number(text, strlen(text), &value), INS_NUMBER_FINITE);
        ck_assert_msg(value == strtod(text, NULL), "%s is not %.17g", text, value);
    }
}
END_TEST

/* Seventeen digits around doubles of every size, and what lies between two of them: ties among it.
 */
START_TEST(test_parse_near_doubles)
{
    uint64_t state = 3;

    for (int i = 0; i < 40000; i++) {
        uint64_t bits = next_bits(&state) & ~(UINT64_C(1) << 63);
        double low, read = -1;
        char text[1200];

        memcpy(&low, &bits, sizeof low);
        if (!isfinite(low) || !isfinite(nextafter(low, INFINITY))) continue;
        if (i % 2)
            snprintf(text, sizeof text, "%.*e", 15 + i % 5, low);
        else /* halfway, to so many digits */
            snprintf(text, sizeof text, "%.*Le", 15 + i % 7,
                     ((long double)low + (long double)nextafter(low, INFINITY)) / 2);
        ck_assert_int_eq(ins_parse_number(text, strlen(text), &read), INS_NUMBER_FINITE);
        ck_assert_msg(read == strtod(text, NULL), "%s is not %.17g", text, read);
    }
}
END_TEST

static const struct {
    const char *text;
    ins_number_kind kind;
    double value;
} parses[] = {
    {"0", INS_NUMBER_FINITE, 0.0},
    {"1.5", INS_NUMBER_FINITE, 1.5},
    {"+1", INS_NUMBER_FINITE, 1.0},
    {"-2.50", INS_NUMBER_FINITE, -2.5},
    {".5", INS_NUMBER_FINITE, 0.5},
    {"5.", INS_NUMBER_FINITE, 5.0},
    {"1e3", INS_NUMBER_FINITE, 1000.0},
    {"1E+03", INS_NUMBER_FINITE, 1000.0},
    {"1e-3", INS_NUMBER_FINITE, 0.001},
    {"007", INS_NUMBER_FINITE, 7.0},
    {"9007199254740993", INS_NUMBER_FINITE, 9007199254740992.0},
    {"18446744073709551616", INS_NUMBER_FINITE, 18446744073709551616.0},
    {"0.1000000000000000055511151231257827021181583404541015625", INS_NUMBER_FINITE, 0.1},
    {"4.9e-324", INS_NUMBER_FINITE, 4.9e-324},
    {"1e-999", INS_NUMBER_FINITE, 0.0},
    {"-2645e-1141622225", INS_NUMBER_FINITE, 0.0},
    {"0e999999999999999999999", INS_NUMBER_FINITE, 0.0},
    {"3.5e38", INS_NUMBER_FINITE, 3.5e38},
    {"1.00000005960464477540", INS_NUMBER_FINITE, 1.0000000596046448},
    {"nan", INS_NUMBER_NOT_FINITE, 0},
    {"NaN", INS_NUMBER_NOT_FINITE, 0},
    {"-nan", INS_NUMBER_NOT_FINITE, 0},
    {"inf", INS_NUMBER_NOT_FINITE, 0},
    {"+Inf", INS_NUMBER_NOT_FINITE, 0},
    {"-INFINITY", INS_NUMBER_NOT_FINITE, 0},
    {"1e999", INS_NUMBER_NOT_FINITE, 0},
    {"-1e400000000000000000000", INS_NUMBER_NOT_FINITE, 0},
    {"", INS_NUMBER_INVALID, 0},
    {" 1", INS_NUMBER_INVALID, 0},
    {"1 ", INS_NUMBER_INVALID, 0},
    {"1,5", INS_NUMBER_INVALID, 0},
    {"1,234", INS_NUMBER_INVALID, 0},
    {"1_000", INS_NUMBER_INVALID, 0},
    {"1'000", INS_NUMBER_INVALID, 0},
    {"1 000", INS_NUMBER_INVALID, 0},
    {"$1", INS_NUMBER_INVALID, 0},
    {"1%", INS_NUMBER_INVALID, 0},
    {"(1)", INS_NUMBER_INVALID, 0},
    {"nan(0x7)", INS_NUMBER_INVALID, 0},
    {"NAN(abc)", INS_NUMBER_INVALID, 0},
    {"infin", INS_NUMBER_INVALID, 0},
    {"0x10", INS_NUMBER_INVALID, 0},
    {"0x1p3", INS_NUMBER_INVALID, 0},
    {"1e", INS_NUMBER_INVALID, 0},
    {"1e+", INS_NUMBER_INVALID, 0},
    {"e5", INS_NUMBER_INVALID, 0},
    {".", INS_NUMBER_INVALID, 0},
    {".e1", INS_NUMBER_INVALID, 0},
    {"+", INS_NUMBER_INVALID, 0},
    {"-", INS_NUMBER_INVALID, 0},
    {"--1", INS_NUMBER_INVALID, 0},
    {"1.2.3", INS_NUMBER_INVALID, 0},
    {"1d5", INS_NUMBER_INVALID, 0},
    {"1f", INS_NUMBER_INVALID, 0},
    {"0b11", INS_NUMBER_INVALID, 0},
    {"NA", INS_NUMBER_INVALID, 0},
    {"\xEF\xBC\x91", INS_NUMBER_INVALID, 0}, /* full-width 1 */
    {"\xE2\x88\x92"
     "1",
     INS_NUMBER_INVALID, 0},              /* U+2212 */
    {"1\xC2\xA0", INS_NUMBER_INVALID, 0}, /* no-break space */
};

START_TEST(test_parse)
{
    double value = 12345.0;
    const char *text = parses[_i].text;

    ck_assert_int_eq(ins_parse_number(text, strlen(text), &value), parses[_i].kind);
    if (parses[_i].kind == INS_NUMBER_FINITE)
        ck_assert(value == parses[_i].value);
    else
        ck_assert(value == 12345.0);
}
END_TEST

START_TEST(test_parse_length)
{
    double value = 0;
    ins_text text = {0};

    ck_assert_int_eq(ins_parse_number("12345", 2, &value), INS_NUMBER_FINITE);
    ck_assert(value == 12.0);
    ck_assert_int_eq(ins_parse_number("1\0", 2, &value), INS_NUMBER_INVALID);
    /* 4000 ninths after the point, and 4000 zeros before it */
    ins_text_add(&text, "0.");
    for (int i = 0; i < 4000; i++) ins_text_add(&text, "1");
    ck_assert_int_eq(ins_parse_number(text.data, text.length, &value), INS_NUMBER_FINITE);
    ck_assert(value == 1.0 / 9.0);
    ins_text_clear(&text);
    ins_text_add(&text, "1");
    for (int i = 0; i < 4000; i++) ins_text_add(&text, "0");
    ck_assert_int_eq(ins_parse_number(text.data, text.length, &value), INS_NUMBER_NOT_FINITE);
    ins_text_add(&text, "e-4000");
    ck_assert_int_eq(ins_parse_number(text.data, text.length, &value), INS_NUMBER_FINITE);
    ck_assert(value == 1.0);
    ins_text_free(&text);
}
END_TEST

/* The GNU C library leaks a copy of LOCPATH, which LeakSanitizer need not tell. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:argz_add_sep";
}

/* A locale whose decimal point is a comma: an installed one, or one that localedef makes. */
static locale_t comma_locale(void)
{
    locale_t found = newlocale(LC_ALL_MASK, "de_DE.UTF-8", (locale_t)0);
    char command[2048];

    if (found) return found;
    snprintf(command, sizeof command, "localedef -i de_DE -f UTF-8 '%s/de_DE.UTF-8' >'%s/log' 2>&1",
             scratch, scratch);
    if (system(command) != 0) return (locale_t)0;
    setenv("LOCPATH", scratch, 1);
    return newlocale(LC_ALL_MASK, "de_DE.UTF-8", (locale_t)0);
}

START_TEST(test_comma_locale)
{
    locale_t comma = comma_locale();
    char out[INS_NUMBER_SIZE], native[16];
    double value = 0;

    if (!comma) {
        printf("# no locale with a decimal comma can be had: nothing tested\n");
        return;
    }
    uselocale(comma);
    snprintf(native, sizeof native, "%.1f", 0.5);
    ck_assert_str_eq(native, "0,5"); /* the locale is what it should be */
    ins_format_number(out, 0.1);
    ck_assert_str_eq(out, "0.1");
    ck_assert_int_eq(ins_parse_number("1.5", 3, &value), INS_NUMBER_FINITE);
    ck_assert(value == 1.5);
    ck_assert_int_eq(ins_parse_number("1.5e-300", 8, &value), INS_NUMBER_FINITE);
    ck_assert(value == 1.5e-300);
    ck_assert_int_eq(ins_parse_number("1,5", 3, &value), INS_NUMBER_INVALID);
    snprintf(native, sizeof native, "%.1f", 0.5);
    ck_assert_str_eq(native, "0,5"); /* and is put back */
    uselocale(LC_GLOBAL_LOCALE);
    freelocale(comma);
}
END_TEST

static const struct {
    const char *text;
    long long minimum, maximum;
    bool valid;
    long long value;
} integers[] = {
    {"0", 0, 10, true, 0},
    {"10", 0, 10, true, 10},
    {"11", 0, 10, false, 0},
    {"-1", 0, 10, false, 0},
    {"-1", -1, 10, true, -1},
    {"007", 0, 10, true, 7},
    {"9223372036854775807", LLONG_MIN, LLONG_MAX, true, LLONG_MAX},
    {"-9223372036854775808", LLONG_MIN, LLONG_MAX, true, LLONG_MIN},
    {"9223372036854775808", LLONG_MIN, LLONG_MAX, false, 0},
    {"-9223372036854775809", LLONG_MIN, LLONG_MAX, false, 0},
    {"1000000000000000000000000000000000000000", LLONG_MIN, LLONG_MAX, false, 0},
    {"", LLONG_MIN, LLONG_MAX, false, 0},
    {"-", LLONG_MIN, LLONG_MAX, false, 0},
    {"+1", LLONG_MIN, LLONG_MAX, false, 0},
    {" 5", LLONG_MIN, LLONG_MAX, false, 0},
    {"5 ", LLONG_MIN, LLONG_MAX, false, 0},
    {"0x10", LLONG_MIN, LLONG_MAX, false, 0},
    {"1e9", LLONG_MIN, LLONG_MAX, false, 0},
    {"1.0", LLONG_MIN, LLONG_MAX, false, 0},
    {"--1", LLONG_MIN, LLONG_MAX, false, 0},
};

START_TEST(test_integer)
{
    long long value = 77;
    const char *text = integers[_i].text;

    ck_assert_int_eq(
        ins_parse_integer(text, strlen(text), integers[_i].minimum, integers[_i].maximum, &value),
        integers[_i].valid);
    ck_assert_int_eq(value, integers[_i].valid ? integers[_i].value : 77);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("number");
    TCase *number = tcase_create("number"), *locale = tcase_create("locale");

    tcase_add_loop_test(number, test_format, 0, sizeof numbers / sizeof numbers[0]);
    tcase_add_test(number, test_format_negative_nan);
    tcase_add_test(number, test_format_integer);
    tcase_add_test(number, test_round_trip);
    tcase_add_test(number, test_parse_like_strtod);
    tcase_add_test(number, test_parse_near_doubles);
    tcase_add_loop_test(number, test_parse, 0, sizeof parses / sizeof parses[0]);
    tcase_add_test(number, test_parse_length);
    tcase_add_loop_test(number, test_integer, 0, sizeof integers / sizeof integers[0]);
    tcase_set_timeout(number, 60);
    tcase_add_checked_fixture(locale, scratch_setup, scratch_teardown);
    tcase_add_test(locale, test_comma_locale);
    tcase_set_timeout(locale, 60);
    suite_add_tcase(suite, number);
    suite_add_tcase(suite, locale);
    return ins_run_suite(suite);
}
