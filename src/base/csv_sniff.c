/* Recognizes files that are no CSV, and the separator of those that are. */
#include <config.h>

#include "csv_sniff.h"
#include "initscope/csv.h"

#include <string.h>

typedef struct magic {
    size_t length;
    const char *bytes, *what;
} magic;

#define CONVERT(name, from) ":1: " name " text; convert with iconv -f " from " -t UTF-8"

/* UTF-32LE before UTF-16LE, whose mark it begins with. "PK" alone may begin a column's name. */
static const magic magics[] = {
    {4, "\xFF\xFE\0\0", CONVERT("UTF-32LE", "UTF-32")},
    {4, "\0\0\xFE\xFF", CONVERT("UTF-32BE", "UTF-32")},
    {2, "\xFF\xFE", CONVERT("UTF-16LE", "UTF-16")},
    {2, "\xFE\xFF", CONVERT("UTF-16BE", "UTF-16")},
    {2, "\x1F\x8B", ": looks like a gzip file; unpack it first"},
    {4, "PK\3\4", ": looks like a zip file or a spreadsheet; unpack it or save it as CSV first"},
    {4, "PK\5\6", ": looks like an empty zip file"},
};

static bool begins_with(const char *bytes, size_t length, const char *start, size_t start_length)
{
    return length >= start_length && memcmp(bytes, start, start_length) == 0;
}

const char *ins_csv_foreign(const char *bytes, size_t length)
{
    for (size_t i = 0; i < sizeof magics / sizeof magics[0]; i++)
        if (begins_with(bytes, length, magics[i].bytes, magics[i].length)) return magics[i].what;
    return NULL;
}

size_t ins_csv_mark(const char *bytes, size_t length)
{
    return begins_with(bytes, length, "\xEF\xBB\xBF", 3) ? 3 : 0;
}

const ins_csv_separator ins_csv_separators[INS_CSV_SEPARATORS] = {
    {',', "','", "comma"},
    {';', "';'", "semicolon"},
    {'\t', "'\\t'", "tab"},
};

ins_csv_declaration ins_csv_declared(const char *bytes, size_t length)
{
    enum { NAME = 4 };
    ins_csv_declaration none = {0};

    if (length < NAME + 2 || !begins_with(bytes, length, "sep=", NAME)) return none;

    char separator = bytes[NAME];
    const char *end = bytes + NAME + 1;

    if (!memchr(",;|\t: ", separator, 6) || (*end != '\n' && *end != '\r')) return none;

    bool both = length > NAME + 2 && end[0] == '\r' && end[1] == '\n';

    return (ins_csv_declaration){.separator = separator, .length = NAME + 2 + both};
}

char ins_csv_separator_named(const char *name)
{
    for (size_t i = 0; i < INS_CSV_SEPARATORS; i++)
        if (strcmp(ins_csv_separators[i].name, name) == 0) return ins_csv_separators[i].character;
    return '\0';
}

/* True when c is a separator, which is counted. */
static bool count_separator(ins_csv_header_scan *scan, char c)
{
    for (size_t i = 0; i < INS_CSV_SEPARATORS; i++)
        if (c == ins_csv_separators[i].character) {
            scan->count[i]++;
            return true;
        }
    return false;
}

static bool has_separator(const ins_csv_header_scan *scan)
{
    return scan->count[ins_csv_most_frequent(scan)] > 0;
}

static void next_line(ins_csv_header_scan *scan)
{
    *scan = (ins_csv_header_scan){
        .any_line = scan->any_line, .at = scan->at, .lines = scan->lines + scan->begun};
}

void ins_csv_scan_header(ins_csv_header_scan *scan, const char *bytes, size_t length)
{
    for (; scan->at < length && !scan->complete; scan->at++) {
        char c = bytes[scan->at];

        if (scan->quoted) {
            scan->quoted = c != '"';
        } else if (c == '\n' || c == '\r') {
            scan->complete = scan->begun && (!scan->any_line || has_separator(scan));
            if (!scan->complete) next_line(scan);
        } else if (c == '"' && !scan->inside) {
            /* Also the second half of a doubled quote, just after the first half closed. */
            scan->begun = scan->quoted = true;
        } else if (count_separator(scan, c)) {
            scan->inside = false;
            scan->begun |= c != '\t';
        } else if (c != ' ') {
            scan->begun = scan->inside = true;
        }
    }
}

size_t ins_csv_most_frequent(const ins_csv_header_scan *scan)
{
    size_t most = 0;

    for (size_t i = 1; i < INS_CSV_SEPARATORS; i++)
        if (scan->count[i] > scan->count[most]) most = i;
    return most;
}
