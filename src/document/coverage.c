/* The characters of all fonts, as ranges that fontconfig's fc-list tells: gnuplot runs it, so that
 * the same fonts are seen as when it draws. */
#include <config.h>

#include "initscope/coverage.h"

#include <stdlib.h>

#include "font_widths.h"
#include "initscope/gnuplot.h"
#include "initscope/memory.h"

typedef struct range {
    uint32_t first, last;
} range;

static struct {
    const char *gnuplot;
    bool asked;
    size_t ranges;
    range *range;
} fonts;

void ins_coverage_ask(const char *gnuplot)
{
    free(fonts.range);
    fonts.range = NULL;
    fonts.ranges = 0;
    fonts.asked = false;
    fonts.gnuplot = gnuplot;
}

/* "20-7e a0 131 ..." */
static void take_ranges(const char *text)
{
    size_t capacity = 0;
    while (*text != '\0') {
        char *end;
        unsigned long first = strtoul(text, &end, 16), last = first;
        if (end == text) {
            text++;
            continue;
        }
        if (*end == '-') last = strtoul(end + 1, &end, 16);
        if (fonts.ranges == capacity) {
            capacity = 2 * capacity + 256;
            fonts.range = ins_reallocate(fonts.range, capacity, sizeof *fonts.range, "fonts");
        }
        fonts.range[fonts.ranges++] = (range){(uint32_t)first, (uint32_t)last};
        text = end;
    }
}

static void ask(void)
{
    /* print writes to standard error, which is what comes back. */
    static const char command[] = "print system(\"fc-list --format '%{charset} ' | tr -s ' ' '\\n' "
                                  "| sort -u | tr '\\n' ' '\")";
    ins_error ignored = {0};
    ins_text said = {0};
    fonts.asked = true;
    if (ins_gnuplot_run(fonts.gnuplot, "/", command, NULL, 20, &said, &ignored) == INS_OK &&
        said.length > 0) {
        take_ranges(said.data);
    }
    ins_text_free(&said);
}

/* The marks that choose between two shapes of the character before them are never drawn. */
static bool is_selector(uint32_t code)
{
    return code >= 0xFE00 && code < 0xFE10;
}

bool ins_coverage_has(uint32_t code)
{
    if (fonts.gnuplot == NULL || is_selector(code) || ins_glyph_of(code) != NULL) return true;
    if (!fonts.asked) ask();
    for (size_t i = 0; i < fonts.ranges; i++) {
        if (code >= fonts.range[i].first && code <= fonts.range[i].last) return true;
    }
    return false;
}
