/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers, names and counts as running text. */
#include <config.h>

#include "initscope/say.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/text.h"

enum { DIGITS = 64, MARK_BEGINS = 1, MARK_ENDS = 2 };

/* Takes the zeros, and a point, off the end of decimals. */
static void trim(char *digits)
{
    if (strchr(digits, '.') == NULL) return;
    size_t length = strlen(digits);
    while (digits[length - 1] == '0') length--;
    if (digits[length - 1] == '.') length--;
    digits[length] = '\0';
}

/* magnitude in [1e-3, 1e4): three significant digits; a final zero stays where it is a measured
 * digit, and goes where the number is exact (0.5). */
static void decimal(char digits[DIGITS], double magnitude)
{
    char rounded[DIGITS];
    snprintf(rounded, sizeof rounded, "%.2e", magnitude);
    int exponent = atoi(strchr(rounded, 'e') + 1);
    snprintf(digits, DIGITS, "%.*f", exponent < 2 ? 2 - exponent : 0, strtod(rounded, NULL));
    if (fabs(strtod(rounded, NULL) - magnitude) <= 1e-9 * magnitude) trim(digits);
}

const char *ins_say(ins_arena *arena, double value)
{
    char digits[DIGITS];
    const char *sign = value < 0 ? "−" : "";
    double magnitude = fabs(value);
    if (isnan(value)) return "–";
    if (isinf(value)) return ins_arena_format(arena, "%s∞", sign);
    if (magnitude == 0) return "0";
    if (magnitude >= 1e-3 && magnitude < 9.995e3) {
        decimal(digits, magnitude);
        return ins_arena_format(arena, "%s%s", sign, digits);
    }
    snprintf(digits, sizeof digits, "%.1e", magnitude);
    char *e = strchr(digits, 'e');
    int exponent = atoi(e + 1);
    *e = '\0';
    trim(digits);
    bool one = strcmp(digits, "1") == 0;
    return ins_arena_format(arena, "%s%s%s10^{%s%d}", sign, one ? "" : digits, one ? "" : "·",
                            exponent < 0 ? "−" : "", abs(exponent));
}

/* share in hundredths with one decimal: 100 without it, when it is exact. */
static const char *hundredths(ins_arena *arena, double share, const char *unit)
{
    char digits[DIGITS];
    if (!isfinite(share)) return ins_say(arena, share);
    snprintf(digits, sizeof digits, "%.1f", fabs(share) * 100);
    if (fabs(share) == 1) snprintf(digits, sizeof digits, "100");
    bool negative = share < 0 && strcmp(digits, "0.0") != 0;
    return ins_arena_format(arena, "%s%s%s", negative ? "−" : "", digits, unit);
}

const char *ins_say_percent(ins_arena *arena, double share)
{
    return hundredths(arena, share, " %");
}

const char *ins_say_points(ins_arena *arena, double share)
{
    return hundredths(arena, share, "");
}

typedef const char *sayer(ins_arena *arena, double value);

static const char *bracket(ins_arena *arena, ins_interval value, const char *mean, sayer *say)
{
    if (isnan(value.lower)) return mean;
    return ins_arena_format(arena, "%s [%s, %s]", mean, say(arena, value.lower),
                            say(arena, value.upper));
}

const char *ins_say_interval(ins_arena *arena, ins_interval value)
{
    return bracket(arena, value, ins_say(arena, value.mean), ins_say);
}

const char *ins_say_percent_interval(ins_arena *arena, ins_interval share)
{
    return bracket(arena, share, ins_say_percent(arena, share.mean), ins_say_points);
}

const char *ins_say_count(ins_arena *arena, size_t count, const char *noun)
{
    if (count == 0) return ins_arena_format(arena, "no %ss", noun);
    return ins_arena_format(arena, "%zu %s%s", count, noun, count == 1 ? "" : "s");
}

const char *ins_say_of(ins_arena *arena, size_t count, size_t all, const char *noun)
{
    if (all == 1) return ins_arena_format(arena, "%sthe only %s", count == 1 ? "" : "not ", noun);
    if (all == 2 && count == 0) return ins_arena_format(arena, "neither %s", noun);
    if (all == 2 && count == 2) return ins_arena_format(arena, "both %ss", noun);
    if (count == 0) return ins_arena_format(arena, "none of %zu %ss", all, noun);
    if (count == all) return ins_arena_format(arena, "all %zu %ss", all, noun);
    return ins_arena_format(arena, "%zu of %zu %ss", count, all, noun);
}

const char *ins_say_list(ins_arena *arena, const char *const *item, size_t count, size_t most)
{
    ins_text out = {0};
    size_t listed = count > most + 1 ? most : count; /* "and 1 more" is longer than most names */
    ins_text_add(&out, "");
    for (size_t i = 0; i < listed; i++) {
        if (i > 0) ins_text_add(&out, i + 1 == count ? " and " : ", ");
        ins_text_add(&out, item[i]);
    }
    if (listed < count) ins_text_add_format(&out, " and %zu more", count - listed);
    const char *list = ins_arena_copy(arena, out.data, out.length);
    ins_text_free(&out);
    return list;
}

const char *ins_say_arm(ins_arena *arena, size_t arm)
{
    return ins_arena_format(arena, "%c%zu%c", MARK_BEGINS, arm, MARK_ENDS);
}

const char *ins_say_initializer(ins_arena *arena, size_t initializer)
{
    return ins_arena_format(arena, "%ci%zu%c", MARK_BEGINS, initializer, MARK_ENDS);
}

const char *ins_say_literal(ins_arena *arena, const char *text)
{
    ins_text out = {0};
    ins_text_add(&out, "");
    for (const char *c = text; *c != '\0'; c++) {
        if (strchr("\\*_^}", *c) != NULL) ins_text_add(&out, "\\");
        ins_text_add_bytes(&out, (unsigned char)*c < ' ' ? " " : c, 1);
    }
    const char *literal = ins_arena_copy(arena, out.data, out.length);
    ins_text_free(&out);
    return literal;
}

const char *ins_say_plain(ins_arena *arena, const char *markup,
                          const char *(*name)(const void *context, bool initializer, size_t number),
                          const void *context)
{
    static const char *const raised[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
    ins_text out = {0};
    bool script = false, up = false;
    ins_text_add(&out, "");
    for (const char *c = markup; *c != '\0'; c++) {
        if (*c == MARK_BEGINS) {
            bool initializer = c[1] == 'i';
            char *end;
            size_t number = strtoul(c + 1 + initializer, &end, 10);
            ins_text_add(&out, name(context, initializer, number));
            c = end;
        } else if (*c == '\\' && c[1] != '\0') {
            ins_text_add_bytes(&out, ++c, 1);
        } else if ((*c == '_' || *c == '^') && c[1] == '{') {
            script = true;
            up = *c++ == '^';
        } else if (*c == '}' && script) {
            script = up = false;
        } else if (up && *c >= '0' && *c <= '9') {
            ins_text_add(&out, raised[*c - '0']);
        } else if (up && strncmp(c, "−", 3) == 0) {
            ins_text_add(&out, "⁻");
            c += 2;
        } else if (*c != '*') {
            ins_text_add_bytes(&out, c, 1);
        }
    }
    const char *plain = ins_arena_copy(arena, out.data, out.length);
    ins_text_free(&out);
    return plain;
}

const char *ins_say_arms(ins_arena *arena, const bool *which, size_t arms, size_t most)
{
    const char **item = ins_arena_get(arena, arms + 1, sizeof *item, "names");
    size_t count = 0;
    for (size_t a = 0; a < arms; a++)
        if (which[a]) item[count++] = ins_say_arm(arena, a);
    return ins_say_list(arena, item, count, most);
}

const char *ins_say_capital(ins_arena *arena, const char *text)
{
    if (*text < 'a' || *text > 'z') return text;
    char *out = ins_arena_copy(arena, text, strlen(text));
    out[0] = (char)(out[0] - 'a' + 'A');
    return out;
}
