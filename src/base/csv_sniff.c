/* Recognizes files that are no CSV, and the separator of those that are. */
#include <config.h>

#include "csv_sniff.h"
#include "initscope/csv.h"

#include <string.h>

typedef struct magic {
    size_t at, length;
    const char *bytes, *what;
} magic;

#define CONVERT(name, from) ":1: " name " text; convert with iconv -f " from " -t UTF-8"
#define LOOKS(what) ": looks like " what
#define PACKED(what) LOOKS(what " file; unpack it first")
#define TABLE(what) LOOKS(what " file; save it as CSV first")
#define READ(what, function) \
    LOOKS(what " file; save it as CSV first, as with pandas." function "(FILE).to_csv(...)")
#define ARRAY(what) LOOKS(what " file of arrays, but a CSV file is expected here")
#define UTF_7 CONVERT("UTF-7", "UTF-7")

/* UTF-32LE before UTF-16LE, whose mark it begins with. What text can begin with, as "PK" or "BZh",
 * is not enough. */
static const magic magics[] = {
    {0, 4, "\xFF\xFE\0\0", CONVERT("UTF-32LE", "UTF-32")},
    {0, 4, "\0\0\xFE\xFF", CONVERT("UTF-32BE", "UTF-32")},
    {0, 2, "\xFF\xFE", CONVERT("UTF-16LE", "UTF-16")},
    {0, 2, "\xFE\xFF", CONVERT("UTF-16BE", "UTF-16")},
    {0, 4, "+/v8", UTF_7},
    {0, 4, "+/v9", UTF_7},
    {0, 4, "+/v+", UTF_7},
    {0, 4, "+/v/", UTF_7},
    {0, 2, "\x1F\x8B", PACKED("a gzip")},
    {4, 6, "1AY&SY", PACKED("a bzip2")},
    {0, 6,
     "\xFD"
     "7zXZ\0",
     PACKED("an xz")},
    {0, 4, "\x28\xB5\x2F\xFD", PACKED("a zstd")},
    {0, 4, "\x04\x22\x4D\x18", PACKED("an LZ4")},
    {0, 6, "7z\xBC\xAF\x27\x1C", PACKED("a 7z")},
    {257, 5, "ustar", PACKED("a tar")},
    {0, 4, "PK\3\4", LOOKS("a zip file or a spreadsheet; unpack it or save it as CSV first")},
    {0, 4, "PK\5\6", LOOKS("an empty zip file")},
    {0, 8, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", TABLE("an Excel (.xls)")},
    {0, 16, "SQLite format 3\0", TABLE("an SQLite")},
    {0, 4, "PAR1", READ("a Parquet", "read_parquet")},
    {0, 6, "ARROW1", READ("a Feather (Arrow)", "read_feather")},
    {0, 4, "FEA1", READ("a Feather", "read_feather")},
    {0, 8, "\x89HDF\r\n\x1A\n", READ("an HDF5", "read_hdf")},
    {0, 2, "\x80\2", READ("a pickle", "read_pickle")},
    {0, 2, "\x80\3", READ("a pickle", "read_pickle")},
    {0, 2, "\x80\4", READ("a pickle", "read_pickle")},
    {0, 2, "\x80\5", READ("a pickle", "read_pickle")},
    {0, 5, "%PDF-", TABLE("a PDF")},
    {0, 6, "\x93NUMPY", ARRAY("a NumPy .npy")},
    {0, 3, "\0\0\x08", ARRAY("an IDX")},
    {0, 3, "\0\0\x09", ARRAY("an IDX")},
    {0, 3, "\0\0\x0B", ARRAY("an IDX")},
    {0, 3, "\0\0\x0C", ARRAY("an IDX")},
    {0, 3, "\0\0\x0D", ARRAY("an IDX")},
    {0, 3, "\0\0\x0E", ARRAY("an IDX")},
};

/* Texts that are no CSV, in small letters; a blank stands for any number of blanks and line ends.
 */
static const struct {
    const char *start, *what;
} texts[] = {
    {" <!doctype html", LOOKS("a web page: the download went wrong")},
    {" <html", LOOKS("a web page: the download went wrong")},
    {" <?xml", TABLE("an XML")},
    {" { \"", READ("a JSON", "read_json")},
    {" [ {", READ("a JSON", "read_json")},
    {" [ [", READ("a JSON", "read_json")},
};

static bool begins_with(const char *bytes, size_t length, const char *start, size_t start_length)
{
    return length >= start_length && memcmp(bytes, start, start_length) == 0;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static char small_letter(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_text(const char *bytes, size_t length, const char *start)
{
    size_t at = 0;

    for (; *start != '\0'; start++) {
        if (*start == ' ') {
            while (at < length && is_blank(bytes[at])) at++;
        } else if (at == length || small_letter(bytes[at++]) != *start) {
            return false;
        }
    }
    return true;
}

/* Two ASCII characters as UTF-16 writes them, from the first on: zero is the place of the NUL in
 * each. */
static bool is_utf_16(const char *bytes, size_t length, size_t zero)
{
    return length >= 4 && !bytes[zero] && !bytes[2 + zero] && bytes[1 - zero] && bytes[3 - zero];
}

const char *ins_csv_foreign(const char *bytes, size_t length)
{
    size_t mark = ins_csv_mark(bytes, length);

    if (length > INS_CSV_MAGIC) length = INS_CSV_MAGIC;
    for (size_t i = 0; i < sizeof magics / sizeof magics[0]; i++)
        if (length >= magics[i].at && begins_with(bytes + magics[i].at, length - magics[i].at,
                                                  magics[i].bytes, magics[i].length))
            return magics[i].what;
    if (is_utf_16(bytes, length, 1)) return CONVERT("UTF-16LE", "UTF-16LE");
    if (is_utf_16(bytes, length, 0)) return CONVERT("UTF-16BE", "UTF-16BE");
    for (size_t i = 0; mark <= length && i < sizeof texts / sizeof texts[0]; i++)
        if (is_text(bytes + mark, length - mark, texts[i].start)) return texts[i].what;
    return NULL;
}

size_t ins_csv_mark(const char *bytes, size_t length)
{
    size_t mark = 0;

    while (begins_with(bytes + mark, length - mark, "\xEF\xBB\xBF", 3)) mark += 3;
    return mark;
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
