/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers to text and back: shortest digits that round-trip, strict decimal reading, the same in
 * every locale. */
#include <config.h>

#include <float.h>
#include <limits.h>
#include <locale.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef HAVE_XLOCALE_H
#include <xlocale.h> /* newlocale of macOS */
#endif

#include "initscope/error.h"
#include "initscope/memory.h"
#include "initscope/text.h"
#include "nearest.h"
#include "shortest.h"

/* printf and strtod obey LC_NUMERIC of whoever set it. The C locale is a constant of the C library:
 * making it allocates nothing. */
static locale_t enter_c_locale(void)
{
    locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);

    if (plain == (locale_t)0) ins_die("the C locale is missing");
    return uselocale(plain);
}

static void leave_c_locale(locale_t previous)
{
    freelocale(uselocale(previous));
}

/* Writes digits backwards from end; returns where they begin. */
static char *put_digits(char *end, uint64_t digits)
{
    do *--end = (char)('0' + digits % 10);
    while ((digits /= 10) > 0);
    return end;
}

static char *put(char *out, const char *bytes, size_t length)
{
    memcpy(out, bytes, length);
    return out + length;
}

static char *put_zeros(char *out, int count)
{
    while (count-- > 0) *out++ = '0';
    return out;
}

/* As C's %g writes it, but for an exponent without '+' and leading zeros: an exponent from 15 on,
 * or below -4, is written out. */
static char *put_decimal(char *out, ins_decimal decimal)
{
    char buffer[INS_NUMBER_SIZE], *end = buffer + sizeof buffer;
    const char *digits = put_digits(end, decimal.digits);
    int count = (int)(end - digits), exponent = decimal.exponent + count - 1;
    if (exponent < -4 || exponent >= (count > DBL_DIG ? count : DBL_DIG)) {
        *out++ = digits[0];
        if (count > 1) *out++ = '.';
        out = put(out, digits + 1, (size_t)count - 1);
        *out++ = 'e';
        if (exponent < 0) *out++ = '-';
        const char *power = put_digits(end, (uint64_t)abs(exponent));
        return put(out, power, (size_t)(end - power));
    }
    if (exponent < 0) {
        out = put_zeros(put(out, "0.", 2), -exponent - 1);
        return put(out, digits, (size_t)count);
    }
    int whole = exponent + 1 < count ? exponent + 1 : count;
    out = put_zeros(put(out, digits, (size_t)whole), exponent + 1 - whole);
    if (whole == count) return out;
    *out++ = '.';
    return put(out, digits + whole, (size_t)(count - whole));
}

size_t ins_format_number(char out[INS_NUMBER_SIZE], double value)
{
    char *end = out;
    if (isnan(value)) {
        end = put(end, "nan", 3);
    } else {
        if (signbit(value)) *end++ = '-';
        if (isinf(value))
            end = put(end, "inf", 3);
        else if (value == 0)
            *end++ = '0';
        else
            end = put_decimal(end, ins_shortest(fabs(value)));
    }
    *end = '\0';
    return (size_t)(end - out);
}

size_t ins_format_integer(char out[INS_NUMBER_SIZE], long long value)
{
    char buffer[INS_NUMBER_SIZE], *end = buffer + sizeof buffer;
    uint64_t magnitude = value < 0 ? -(uint64_t)value : (uint64_t)value;
    char *first = put_digits(end, magnitude);
    if (value < 0) *--first = '-';
    size_t length = (size_t)(end - first);
    *put(out, first, length) = '\0';
    return length;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool ins_parse_integer(const char *text, size_t length, long long minimum, long long maximum,
                       long long *value)
{
    bool negative = length > 0 && text[0] == '-';
    long long total = 0; /* negative all the way: LLONG_MIN has no positive counterpart */

    if (length == (negative ? 1u : 0u)) return false;
    for (size_t i = negative; i < length; i++) {
        if (!is_digit(text[i])) return false;

        int digit = text[i] - '0';

        if (total < (LLONG_MIN + digit) / 10) return false;
        total = total * 10 - digit;
    }
    if (!negative) {
        if (total == LLONG_MIN) return false;
        total = -total;
    }
    if (total < minimum || total > maximum) return false;
    *value = total;
    return true;
}

/* A decimal number taken apart: mantissa * 10^exponent; exact: the mantissa has room for it. */
typedef struct decimal {
    bool negative, exact;
    uint64_t mantissa;
    int exponent;
} decimal;

enum { EXPONENT_LIMIT = 100000 }; /* beyond it only 0 and overflow */

/* Digits from text[at]; returns the first position after them. */
static size_t take_digits(const char *text, size_t length, size_t at, decimal *number)
{
    for (; at < length && is_digit(text[at]); at++) {
        if (number->mantissa > (UINT64_MAX - 9) / 10) number->exact = false;
        number->mantissa = number->mantissa * 10 + (uint64_t)(text[at] - '0');
    }
    return at;
}

/* The exponent after 'e', which ends the text. */
static bool take_exponent(const char *text, size_t length, size_t at, decimal *number)
{
    bool negative = at < length && text[at] == '-';
    int exponent = 0;

    if (at < length && (text[at] == '-' || text[at] == '+')) at++;
    if (at == length) return false;
    for (; at < length; at++) {
        if (!is_digit(text[at])) return false;
        if (exponent < EXPONENT_LIMIT) exponent = exponent * 10 + (text[at] - '0');
    }
    number->exponent += negative ? -exponent : exponent;
    return true;
}

/* [+-] digits [. digits] [e [+-] digits], with a digit before or after the point. */
static bool take_decimal(const char *text, size_t length, decimal *number)
{
    size_t at = 0;

    *number = (decimal){.negative = length > 0 && text[0] == '-', .exact = true};
    if (length > 0 && (text[0] == '-' || text[0] == '+')) at++;

    size_t start = at, digits;

    at = take_digits(text, length, at, number);
    digits = at - start;
    if (at < length && text[at] == '.') {
        start = ++at;
        at = take_digits(text, length, at, number);
        digits += at - start;
        if (at - start > EXPONENT_LIMIT)
            number->exact = false;
        else
            number->exponent = -(int)(at - start);
    }
    if (digits == 0) return false;
    if (at == length) return true;
    return (text[at] == 'e' || text[at] == 'E') && take_exponent(text, length, at + 1, number);
}

/* "nan", "inf" or "infinity", with or without a sign, in any case. */
static bool is_named(const char *text, size_t length)
{
    static const char *const names[] = {"nan", "inf", "infinity"};

    if (length > 0 && (text[0] == '-' || text[0] == '+')) {
        text++;
        length--;
    }
    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++) {
        size_t i = 0;

        /* names are all letters: setting bit 5 makes a letter lower case */
        while (i < length && names[k][i] && (text[i] | 0x20) == names[k][i]) i++;
        if (i == length && !names[k][i]) return length > 0;
    }
    return false;
}

/* The C library's correctly rounded reading of a text already known to be a decimal number. */
static double read_slowly(const char *text, size_t length)
{
    char small[128], *copy = small;

    if (length >= sizeof small) copy = ins_reallocate(NULL, length + 1, 1, "a number");
    memcpy(copy, text, length);
    copy[length] = '\0';

    locale_t previous = enter_c_locale();
    double value = strtod(copy, NULL);

    leave_c_locale(previous);
    if (copy != small) free(copy);
    return value;
}

/* Powers of ten that double holds exactly. With a mantissa below 2^53 one multiplication or
 * division rounds correctly (Clinger 1990). */
static const double exact_power[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                     1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                     1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* False when neither this nor 128 bits of the power tell the nearest double. */
static bool read_quickly(const decimal *number, double *value)
{
    enum { POWERS = sizeof exact_power / sizeof exact_power[0] };

    if (!number->exact) return false;
    if (FLT_EVAL_METHOD != 0 || number->mantissa > (UINT64_C(1) << 53) ||
        number->exponent <= -POWERS || number->exponent >= POWERS)
        return ins_nearest_double(number->mantissa, number->exponent, value);
    *value = (double)number->mantissa;
    if (number->exponent < 0)
        *value /= exact_power[-number->exponent];
    else
        *value *= exact_power[number->exponent];
    return true;
}

ins_number_kind ins_parse_number(const char *text, size_t length, double *value)
{
    decimal number;
    double result;

    if (!take_decimal(text, length, &number))
        return is_named(text, length) ? INS_NUMBER_NOT_FINITE : INS_NUMBER_INVALID;
    if (!read_quickly(&number, &result))
        result = read_slowly(text, length);
    else if (number.negative)
        result = -result;
    if (!isfinite(result)) return INS_NUMBER_NOT_FINITE;
    *value = result;
    return INS_NUMBER_FINITE;
}
