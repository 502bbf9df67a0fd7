/* Numbers and names as a reader wants them in running text. */
#include <config.h>

#include "initscope/analysis.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "initscope/utf8.h"

enum { LISTED = 5, LONGEST = 56 }; /* names; columns of one */

static const char *const superscripts[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};

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
static void decimal(char digits[INS_PROSE_SIZE], double magnitude)
{
    char rounded[INS_PROSE_SIZE];
    snprintf(rounded, sizeof rounded, "%.2e", magnitude);
    int exponent = atoi(strchr(rounded, 'e') + 1);
    snprintf(digits, INS_PROSE_SIZE, "%.*f", exponent < 2 ? 2 - exponent : 0,
             strtod(rounded, NULL));
    if (fabs(strtod(rounded, NULL) - magnitude) <= 1e-9 * magnitude) trim(digits);
}

static void power(char out[INS_PROSE_SIZE], int exponent, bool markup)
{
    char digits[16];
    snprintf(digits, sizeof digits, "%d", abs(exponent));
    ins_text text = {0};
    ins_text_add(&text, markup ? "^{" : "");
    if (exponent < 0) ins_text_add(&text, markup ? "−" : "⁻");
    for (const char *digit = digits; *digit != '\0'; digit++) {
        if (markup) {
            ins_text_add_bytes(&text, digit, 1);
        } else {
            ins_text_add(&text, superscripts[*digit - '0']);
        }
    }
    ins_text_add(&text, markup ? "}" : "");
    snprintf(out, INS_PROSE_SIZE, "%s", text.data);
    ins_text_free(&text);
}

const char *ins_prose(char out[INS_PROSE_SIZE], double value, bool markup)
{
    char digits[INS_PROSE_SIZE], exponent[INS_PROSE_SIZE];
    const char *sign = value < 0 ? "−" : "";
    double magnitude = fabs(value);
    if (isnan(value)) {
        snprintf(out, INS_PROSE_SIZE, "–");
    } else if (isinf(value)) {
        snprintf(out, INS_PROSE_SIZE, "%s∞", sign);
    } else if (magnitude == 0) {
        snprintf(out, INS_PROSE_SIZE, "0");
    } else if (magnitude >= 1e-3 && magnitude < 9.995e3) {
        decimal(digits, magnitude);
        snprintf(out, INS_PROSE_SIZE, "%s%.24s", sign, digits);
    } else {
        snprintf(digits, sizeof digits, "%.1e", magnitude);
        char *e = strchr(digits, 'e');
        power(exponent, atoi(e + 1), markup);
        *e = '\0';
        trim(digits);
        bool one = strcmp(digits, "1") == 0;
        snprintf(out, INS_PROSE_SIZE, "%s%.8s%s10%.40s", sign, one ? "" : digits, one ? "" : "·",
                 exponent);
    }
    return out;
}

const char *ins_prose_percent(char out[INS_PROSE_SIZE], double share)
{
    char digits[INS_PROSE_SIZE];
    if (!isfinite(share)) return ins_prose(out, share, false);
    snprintf(digits, sizeof digits, "%.1f", fabs(share) * 100);
    bool negative = share < 0 && strcmp(digits, "0.0") != 0;
    snprintf(out, INS_PROSE_SIZE, "%s%.50s%%", negative ? "−" : "", digits);
    return out;
}

/* All three with the same decimals, three digits for the largest, so that they line up. */
static void lined_up(ins_text *out, ins_interval value, double largest)
{
    const double three[] = {value.mean, value.lower, value.upper};
    char rounded[INS_PROSE_SIZE];
    snprintf(rounded, sizeof rounded, "%.2e", largest);
    int exponent = atoi(strchr(rounded, 'e') + 1);
    int decimals = exponent < 2 ? 2 - exponent : 0;
    for (size_t i = 0; i < 3; i++) {
        char digits[INS_PROSE_SIZE];
        snprintf(digits, sizeof digits, "%.*f", decimals, fabs(three[i]));
        bool negative = three[i] < 0 && strspn(digits, "0.") < strlen(digits);
        ins_text_add_format(out, "%s%s%s%s",
                            i == 1   ? " ["
                            : i == 2 ? ", "
                                     : "",
                            negative ? "−" : "", digits, i == 2 ? "]" : "");
    }
}

/* Bounds that are orders of magnitude away from the mean do not line up with it. */
void ins_prose_interval(ins_text *out, ins_interval value)
{
    char mean[INS_PROSE_SIZE], lower[INS_PROSE_SIZE], upper[INS_PROSE_SIZE];
    double largest = fmax(fabs(value.lower), fabs(value.upper)), size = fabs(value.mean);
    if (size >= 1e-3 && largest < 9.995e3 && largest < 10 * size) {
        lined_up(out, value, largest);
        return;
    }
    ins_text_add(out, ins_prose(mean, value.mean, false));
    if (isnan(value.lower)) return;
    ins_text_add_format(out, " [%s, %s]", ins_prose(lower, value.lower, false),
                        ins_prose(upper, value.upper, false));
}

/* A t interval knows nothing of the ends of the scale; a reader does. */
void ins_prose_percent_interval(ins_text *out, ins_interval share)
{
    char mean[INS_PROSE_SIZE], lower[INS_PROSE_SIZE], upper[INS_PROSE_SIZE];
    ins_text_add(out, ins_prose_percent(mean, share.mean));
    if (isnan(share.lower)) return;
    ins_text_add_format(out, " [%s, %s]", ins_prose_percent(lower, fmax(share.lower, 0)),
                        ins_prose_percent(upper, fmin(share.upper, 1)));
}

void ins_prose_arm(ins_text *out, const ins_arm *arm)
{
    size_t length = strlen(arm->initializer);
    ins_text_shorten(out, arm->initializer, LONGEST);
    if (strlen(arm->label) <= length + 2) return;
    ins_text_add(out, " (");
    ins_text_shorten(out, arm->label + length + 2, LONGEST);
    ins_text_add(out, ")");
}

void ins_prose_arms(ins_text *out, const ins_study *study, const bool *which)
{
    size_t all = 0, listed = 0;
    for (size_t a = 0; a < study->arms; a++) all += which[a];
    size_t most = all > LISTED + 1 ? LISTED : all; /* "and 1 more" is longer than most names */
    for (size_t a = 0; a < study->arms && listed < most; a++) {
        if (!which[a]) continue;
        if (listed > 0) ins_text_add(out, listed + 1 == all ? " and " : ", ");
        ins_prose_arm(out, &study->arm[a]);
        listed++;
    }
    if (listed < all) ins_text_add_format(out, " and %zu more", all - listed);
}
