/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* CSV in. The expectations of the first table follow RFC 4180 and what pandas and editors
 * do (line numbers); every file is read in chunks of several sizes with the same result. */
#include <config.h>

#include <stdlib.h>
#include <string.h>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "initscope/csv.h"

#include "check_tap.h"
#include "scratch.h"

/* Rows as "INDEX@LINE[a|b]", problems as "! WHERE: WHAT" without the path; control bytes as in
 * messages. */
static void dump_row(void *context, size_t index, const ins_csv_row *row, ins_error *error)
{
    ins_text *out = context;

    (void)error;
    ins_text_add_format(out, "%zu@%zu[", index, row->line);
    for (size_t i = 0; i < row->count; i++) {
        char shown[INS_DISPLAY_SIZE];

        ins_text_add(out, i > 0 ? "|" : "");
        ins_text_add(out, ins_display(shown, row->fields[i].text, row->fields[i].length));
    }
    ins_text_add(out, "]");
}

static void dump_width(const char *path, char delimiter, bool any_width, size_t chunk,
                       ins_text *out)
{
    ins_error error = {0};
    ins_status status =
        ins_csv_read_in_chunks(path, delimiter, any_width, chunk, dump_row, out, &error);

    ck_assert_int_eq(status, error.count > 0 ? INS_DATA : INS_OK);
    for (size_t i = 0; i < error.count && i < INS_ERROR_LINES; i++) {
        size_t length = strlen(path);

        ck_assert_int_eq(strncmp(error.line[i], path, length), 0);
        ins_text_add_format(out, "! %s", error.line[i] + length);
    }
}

static void dump(const char *path, char delimiter, size_t chunk, ins_text *out)
{
    dump_width(path, delimiter, false, chunk, out);
}

typedef struct reading {
    const char *bytes;
    size_t length;
    const char *expected;
} reading;

#define CASE(bytes, expected)             \
    {                                     \
        bytes, sizeof bytes - 1, expected \
    }

/* Python's gzip.compress(b"a,b\n1,2\n", mtime=0), and that of b"3,4\n". */
#define GZ                                                                                         \
    "\037\213\010\000\000\000\000\000\002\003\113\324\111\342\062\324\061\342\002\000\173\007\227" \
    "\012\010\000\000\000"
#define GZ2                                                                                        \
    "\037\213\010\000\000\000\000\000\002\003\063\326\061\341\002\000\076\055\162\251\004\000\000" \
    "\000"

static const reading readings[] = {
    /* line ends */
    CASE("a,b\n1,2\n", "0@1[a|b]1@2[1|2]"),
    CASE("a,b\n1,2", "0@1[a|b]1@2[1|2]"),
    CASE("a,b\r\n1,2\r\n3,4\r\n", "0@1[a|b]1@2[1|2]2@3[3|4]"),
    CASE("a,b\r1,2\r3,4\r", "0@1[a|b]1@2[1|2]2@3[3|4]"),
    CASE("a\r\nb\nc\rd", "0@1[a]1@2[b]2@3[c]3@4[d]"),
    CASE("a\r  \nb\n", "0@1[a]1@3[b]"),
    CASE("a\r\r\n\nb\n", "0@1[a]1@4[b]"),
    CASE("\n\n a , b \n\n\t\n1,2\n\n\n3,4\n\n", "0@3[a|b]1@6[1|2]2@9[3|4]"),
    /* A line of tabs is blank: the separator is that of the line after it. */
    CASE("\t\t\na;b\n1;2\n", "0@2[a|b]1@3[1|2]"),
    /* quotes */
    CASE("\"a\",b\n\"1\",\"2\"\n", "0@1[a|b]1@2[1|2]"),
    CASE("a,b\n1, \"x\" \n", "0@1[a|b]1@2[1|x]"),
    CASE("a,b\n1,\"x,\"\"y\"\"\"\n", "0@1[a|b]1@2[1|x,\"y\"]"),
    CASE("a,b\n\"1\n2\",\"3\r\n4\r5\"\n6,7\n", "0@1[a|b]1@2[1\\x0a2|3\\x0d\\x0a4\\x0d5]2@6[6|7]"),
    CASE("a\n\"1\r\"\n2\n\"\r\"\r\n3\n\"\n", "0@1[a]1@2[1\\x0d]2@4[2]3@5[\\x0d]4@7[3]"
                                             "! :8:1: quote opened here is never closed"),
    CASE("\"a\nb\",c\n1\n", "0@1[a\\x0ab|c]! :3: 1 field, header has 2"),
    CASE("x,cls\n1,37\"N\n", "0@1[x|cls]1@2[1|37\"N]"),
    CASE("x,y\n1 \" 2\" ,3\n4,5\n", "0@1[x|y]1@2[1 \" 2\"|3]2@3[4|5]"),
    CASE("a\n1\n\"\"\n3\n", "0@1[a]1@2[1]2@3[]3@4[3]"),
    CASE("a,b\n,\n1,\n,2\n", "0@1[a|b]1@2[|]2@3[1|]3@4[|2]"),
    /* separators: the most frequent one of the header, outside quotes; comma on ties */
    CASE("a;b;c\n1,5;2;3\n", "0@1[a|b|c]1@2[1,5|2|3]"),
    CASE("a\tb\n1\t\n\t2\n", "0@1[a|b]1@2[1|]2@3[|2]"),
    CASE("\"a,b,c\";d\n1;2\n", "0@1[a,b,c|d]1@2[1|2]"),
    CASE("a,b;c\n1,2\n", "0@1[a|b;c]1@2[1|2]"),
    CASE("\n\"x;\"\"y;\";z\n1;2\n", "0@2[x;\"y;|z]1@3[1|2]"),
    /* byte order mark */
    CASE("\xEF\xBB\xBF"
         "a,b\n1,2\n",
         "0@1[a|b]1@2[1|2]"),
    CASE("\xEF\xBB\xBF\"a\",b\n1,2\n", "0@1[a|b]1@2[1|2]"),
    CASE("\xEF\xBB\xBF\"a;\",b\n1,2\n", "0@1[a;|b]1@2[1|2]"),
    /* bytes that are no line ends, and foreign ones, are kept */
    CASE("a\nx\v\fy\n\xE9\n", "0@1[a]1@2[x\\x0b\\x0cy]2@3[\\xe9]"),
    /* problems */
    CASE("a,b\n1,2\n\x1a", "0@1[a|b]1@2[1|2]! :3: 1 field, header has 2"),
    CASE("a,b\n1\n1,2\n1,2,3\n\n4,5\n", "0@1[a|b]1@3[1|2]2@6[4|5]! :2: 1 field, header has 2"
                                        "! :4: 3 fields, header has 2"),
    CASE("a,b\n1\0,2\n3,4\n", "0@1[a|b]1@3[3|4]! :2:1: NUL byte in field (not a text file?)"),
    CASE("a,b\n1\n1,2\n3\n1,2,3\n4\n5\n",
         "0@1[a|b]1@3[1|2]"
         "! :2: 4 rows have 1 field, header has 2: lines 2, 4, 6, ..."
         "! :5: 3 fields, header has 2"),
    CASE("a\n1,1\n2,2,2\n3,3,3,3\n4,4,4,4,4\n,,,,,\n,,,,,,\n,,,,,,,\n,,,,,,,,\n,,,,,,,,,\n",
         "0@1[a]! :2: 2 fields, header has 1! :3: 3 fields, header has 1"
         "! :4: 4 fields, header has 1! :5: 5 fields, header has 1! :6: 6 fields, header has 1"
         "! :7: 7 fields, header has 1! :8: 8 fields, header has 1"
         "! :9: 2 rows have other numbers of fields, header has 1: lines 9, 10"),
    CASE("a,b\n1,\0\n2\0,\0\n3,4\n", "0@1[a|b]1@4[3|4]"
                                     "! :2:2: NUL bytes in 2 rows (not a text file?): lines 2, 3"),
    /* the separator named by a spreadsheet, whose line is counted */
    CASE("sep=;\na,b;c\n1,5;2\n", "0@2[a,b|c]1@3[1,5|2]"),
    CASE("sep=|\r\na|b\r\n1|2\r\n3\r\n", "0@2[a|b]1@3[1|2]! :4: 1 field, header has 2"),
    CASE("\xEF\xBB\xBFsep=,\ra,b;\r1,2\r", "0@2[a|b;]1@3[1|2]"),
    CASE("sep=;\n", "! :1: no header"),
    CASE("sep=x\n1\n", "0@1[sep=x]1@2[1]"),
    CASE("sep=,b\n1,2\n", "0@1[sep=|b]1@2[1|2]"),
    CASE("a\0,b\n1,2\n", "! :1:1: NUL byte in field (not a text file?)"),
    CASE("a,b\n1,\"2\n3,4\n", "0@1[a|b]! :2:2: quote opened here is never closed"),
    CASE("a,b\n1,2\n3,\"", "0@1[a|b]1@2[1|2]! :3:2: quote opened here is never closed"),
    CASE("a,b\n1,\"2\"x\n3,4\n", "0@1[a|b]! :2:2: text after the closing quote"),
    CASE("a,b\n\"1\n2\",\"3\n4\"x\n", "0@1[a|b]! :4:2: text after the closing quote"),
    CASE("a,b\n1,\"2\" \"3\"\n", "0@1[a|b]! :2:2: text after the closing quote"),
    CASE("", "! :1: no header"),
    CASE("\n\n", "! :1: no header"),
    CASE("   ", "! :1: no header"),
    CASE("\xEF\xBB\xBF", "! :1: no header"),
    CASE("\xEF\xBB\xBF\n", "! :1: no header"),
    CASE("a,b\n", "0@1[a|b]"),
    CASE("\xFF\xFE"
         "a\0,\0b\0\n\0",
         "! :1: UTF-16LE text; convert with iconv -f UTF-16 -t UTF-8"),
    CASE("\xFE\xFF\0a\0\n", "! :1: UTF-16BE text; convert with iconv -f UTF-16 -t UTF-8"),
    CASE("\xFF\xFE\0\0a\0\0\0", "! :1: UTF-32LE text; convert with iconv -f UTF-32 -t UTF-8"),
    CASE("\0\0\xFE\xFF\0\0\0a", "! :1: UTF-32BE text; convert with iconv -f UTF-32 -t UTF-8"),
    CASE("\x1f\x8b\x08\n", "! : the gzip file is cut short; get it again"),
    /* the start of what is no CSV, as file(1) knows it */
    CASE("a\0,\0b\0\n\0", "! :1: UTF-16LE text; convert with iconv -f UTF-16LE -t UTF-8"),
    CASE("\0a\0,\0b\0\n", "! :1: UTF-16BE text; convert with iconv -f UTF-16BE -t UTF-8"),
    CASE("+/v8-a,b\n", "! :1: UTF-7 text; convert with iconv -f UTF-7 -t UTF-8"),
    CASE("BZh91AY&SY\x01\n", "! : looks like a bzip2 file; unpack it with bunzip2"),
    CASE("\xFD"
         "7zXZ\0\n",
         "! : looks like an xz file; unpack it with unxz"),
    CASE("\x28\xB5\x2F\xFD\n", "! : looks like a Zstandard file; unpack it with unzstd"),
    CASE("\x04\x22\x4D\x18\n", "! : looks like an LZ4 file; unpack it with unlz4"),
    CASE("7z\xBC\xAF\x27\x1C\n", "! : looks like a 7-Zip file; unpack it with 7z x"),
    CASE("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1",
         "! : looks like an Excel workbook (.xls); save it as CSV"),
    CASE("%PDF-1.4\n", "! : looks like a PDF document, in which there is no table; save it as CSV"),
    CASE("PAR1\x15\x04", "! : looks like a Parquet file; with pandas: "
                         "read_parquet(FILE).to_csv('data.csv', index=False)"),
    CASE("ARROW1\0\0", "! : looks like a Feather or Arrow file; with pandas: "
                       "read_feather(FILE).to_csv('data.csv', index=False)"),
    CASE("FEA1\0\0\0\0", "! : looks like a Feather file; with pandas: "
                         "read_feather(FILE).to_csv('data.csv', index=False)"),
    CASE("\x89HDF\r\n\x1A\n", "! : looks like an HDF5 file; with pandas: "
                              "read_hdf(FILE).to_csv('data.csv', index=False)"),
    CASE("SQLite format 3\0\x10",
         "! : looks like an SQLite database; export with sqlite3 -csv -header"),
    CASE("\x93NUMPY\x01\0",
         "! : looks like a NumPy .npy array, which is read as data only, and not "
         "from a pipe"),
    CASE("\0\0\x08\3",
         "! : looks like an IDX file, which is read as data only, and not from a pipe"),
    CASE("\x80\4\x95", "! : looks like a Python pickle, which is a program; with pandas: "
                       "read_pickle(FILE).to_csv('data.csv', index=False)"),
    CASE("\n<!DOCTYPE HTML><head>",
         "! : looks like a web page; the download brought a page instead of the file"),
    CASE("<html>\n", "! : looks like a web page; the download brought a page instead of the file"),
    CASE("<?xml version", "! : looks like an XML document; save it as CSV"),
    CASE("[ {\"a\": 1}]",
         "! : looks like JSON; with pandas: read_json(FILE).to_csv('data.csv', index=False)"),
    CASE("{\n \"a\": 1}",
         "! : looks like JSON; with pandas: read_json(FILE).to_csv('data.csv', index=False)"),
    CASE("PAR1,BZh,FEA1\n1,2,3\n", "0@1[PAR1|BZh|FEA1]1@2[1|2|3]"),
    CASE("\xEF\xBB\xBF\xEF\xBB\xBF"
         "a\n1\n",
         "0@1[a]1@2[1]"),
    /* gzip: one member; two, and zeros behind */
    CASE(GZ, "0@1[a|b]1@2[1|2]"),
    CASE(GZ GZ2 "\0\0\0", "0@1[a|b]1@2[1|2]2@3[3|4]"),
    CASE(GZ "x", "! : bytes that are no gzip follow the gzip file"),
    CASE(GZ "\x1f\x8b", "! : the gzip file is cut short; get it again"),
    CASE("PK\3\4\n",
         "! : looks like a zip file or a spreadsheet; unpack it or save it as CSV first"),
    CASE("PK,a\n1,2\n", "0@1[PK|a]1@2[1|2]"),
};

static const size_t chunks[] = {65536, 1, 2, 3, 5, 7, 11};
enum { CHUNKS = sizeof chunks / sizeof chunks[0], READINGS = sizeof readings / sizeof readings[0] };

START_TEST(test_reading)
{
    const reading *row = &readings[_i];
    const char *path = scratch_file("x.csv", row->bytes, row->length);

    for (size_t i = 0; i < CHUNKS; i++) {
        ins_text out = {0};

        ins_text_add(&out, "");
        dump(path, '\0', chunks[i], &out);
        ck_assert_msg(strcmp(out.data, row->expected) == 0, "chunks of %zu: %s\nnot %s", chunks[i],
                      out.data, row->expected);
        ins_text_free(&out);
    }
}
END_TEST

static const reading any_widths[] = {
    CASE("a,b\n1,2,\n\n3\n", "0@1[a|b]1@2[1|2|]2@4[3]"),
    CASE("Iris\n\nmeasured 1935\na;b,x;c\n1;2\n",
         "0@1[Iris]1@3[measured 1935]2@4[a|b,x|c]3@5[1|2]"),
    CASE("\"A\nB\"\na\tb\n", "0@1[A\\x0aB]1@3[a|b]"),
    CASE("a\n1\n", "0@1[a]1@2[1]"),
    CASE("a,b\n1,\0,3\n4\n", "0@1[a|b]1@3[4]! :2:2: NUL byte in field (not a text file?)"),
    CASE("\n", "! :1: no rows"),
};
enum { ANY_WIDTHS = sizeof any_widths / sizeof any_widths[0] };

START_TEST(test_any_width)
{
    const reading *row = &any_widths[_i];
    const char *path = scratch_file("x.csv", row->bytes, row->length);

    for (size_t i = 0; i < CHUNKS; i++) {
        ins_text out = {0};

        ins_text_add(&out, "");
        dump_width(path, '\0', true, chunks[i], &out);
        ck_assert_str_eq(out.data, row->expected);
        ins_text_free(&out);
    }
}
END_TEST

static void expect(const char *path, char delimiter, const char *expected)
{
    ins_text out = {0};

    ins_text_add(&out, "");
    dump(path, delimiter, 65536, &out);
    ck_assert_str_eq(out.data, expected);
    ins_text_free(&out);
}

START_TEST(test_given_delimiter)
{
    const char *path = scratch_file("x.csv", "a;b;c\n1;2;3\n", 12);

    expect(path, ';', "0@1[a|b|c]1@2[1|2|3]");
    expect(path, ',', "! :1: only 1 column; the line has 2 ';': try --delimiter semicolon");
    path = scratch_file("x.csv", "\na\tb\n1\t2\n", 9);
    expect(path, ',', "! :2: only 1 column; the line has 1 '\\t': try --delimiter tab");
    path = scratch_file("x.csv", "\"a;b\"\n1\n", 8);
    expect(path, ',', "0@1[a;b]1@2[1]");
    path = scratch_file("x.csv", "a|b\n1|2\n", 8);
    expect(path, '|', "0@1[a|b]1@2[1|2]");
}
END_TEST

/* Reads a file of one column, "a", whose second line is one field of length bytes. */
static void expect_field(size_t length, bool quoted, const char *expected)
{
    ins_text text = {0};
    ins_error error = {0};
    ins_text rows = {0};

    ins_text_add(&text, quoted ? "a\n\"" : "a\n");
    for (size_t i = 0; i < length; i++) ins_text_add_bytes(&text, "x", 1);
    ins_text_add(&text, quoted ? "\"\n" : "\n");

    const char *path = scratch_file("x.csv", text.data, text.length);

    ins_csv_read(path, '\0', dump_row, &rows, &error);
    if (expected)
        ck_assert_str_eq(error.line[0] + strlen(path), expected);
    else
        ck_assert_uint_eq(error.count, 0);
    ins_text_free(&text);
    ins_text_free(&rows);
}

START_TEST(test_field_limit)
{
    expect_field(1 << 20, false, NULL);
    expect_field(1 << 20, true, NULL);
    expect_field((1 << 20) + 1, false, ":2:1: field longer than 1048576 bytes");
    expect_field((1 << 20) + 1, true, ":2:1: field longer than 1048576 bytes");
    expect_field(5 << 20, false, ":2:1: field longer than 1048576 bytes");
    expect_field(5 << 20, true,
                 ":2:1: quote opened here is never closed, or field longer than "
                 "1048576 bytes");
}
END_TEST

START_TEST(test_endless_file_stops)
{
    expect("/dev/zero", '\0', "! :1:1: field longer than 1048576 bytes");
}
END_TEST

START_TEST(test_many_columns)
{
    enum { COLUMNS = 100000 };
    ins_text text = {0}, rows = {0};
    ins_error error = {0};

    for (int row = 0; row < 3; row++) {
        for (int i = 0; i < COLUMNS; i++) ins_csv_integer(&text, i);
        ins_csv_end_row(&text);
    }
    ins_csv_read(scratch_file("x.csv", text.data, text.length), '\0', dump_row, &rows, &error);
    ck_assert_uint_eq(error.count, 0);
    ck_assert_ptr_nonnull(strstr(rows.data, "|99998|99999]2@3[0|1|2|"));
    ins_text_free(&text);
    ins_text_free(&rows);
}
END_TEST

START_TEST(test_many_ragged_rows_are_one_problem)
{
    ins_text text = {0}, rows = {0};
    ins_error error = {0};

    ins_text_add(&text, "a,b\n");
    for (int i = 0; i < 100; i++) ins_text_add(&text, "1\n");
    ins_csv_read(scratch_file("x.csv", text.data, text.length), '\0', dump_row, &rows, &error);
    ck_assert_uint_eq(error.count, 1);
    ck_assert_ptr_nonnull(
        strstr(error.line[0], "x.csv:2: 100 rows have 1 field, header has 2: lines 2, 3, 4, ..."));
    ins_text_free(&text);
    ins_text_free(&rows);
}
END_TEST

START_TEST(test_files_that_cannot_be_read)
{
    char path[1024];

    snprintf(path, sizeof path, "%s/absent.csv", scratch);
    expect(path, '\0', "! : No such file or directory");
    expect(scratch, '\0', "! : Is a directory");
    snprintf(path, sizeof path, "%s/%0300d", scratch, 1);
    expect(path, '\0', "! : File name too long");
    snprintf(path, sizeof path, "%s/loop", scratch);
    ck_assert_int_eq(symlink("loop", path), 0);
    expect(path, '\0', "! : Too many levels of symbolic links");
    if (geteuid() == 0) return; /* root may read everything */
    snprintf(path, sizeof path, "%s", scratch_file("secret.csv", "a\n", 2));
    ck_assert_int_eq(chmod(path, 0), 0);
    expect(path, '\0', "! : Permission denied");
}
END_TEST

START_TEST(test_pipe)
{
    char path[1024];
    int ends[2];

    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq((int)write(ends[1], "a,b\n1,2\n", 8), 8);
    close(ends[1]);
    snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
    expect(path, '\0', "0@1[a|b]1@2[1|2]");
    close(ends[0]);
}
END_TEST

/* Every file of tests/bad, byte by byte: the same rows and problems. */
START_TEST(test_bad_files_byte_by_byte)
{
    const char *source = getenv("srcdir");
    char directory[512], path[1024];
    size_t files = 0;

    snprintf(directory, sizeof directory, "%s/tests/bad", source ? source : ".");
    DIR *bad = opendir(directory);
    ck_assert_ptr_nonnull(bad);
    for (struct dirent *entry; (entry = readdir(bad));) {
        ins_text whole = {0}, bytes = {0};
        if (!strstr(entry->d_name, ".csv")) continue;
        snprintf(path, sizeof path, "%s/%s", directory, entry->d_name);
        dump(path, '\0', 65536, &whole);
        dump(path, '\0', 1, &bytes);
        ck_assert_str_eq(bytes.data, whole.data);
        ins_text_free(&whole);
        ins_text_free(&bytes);
        files++;
    }
    closedir(bad);
    ck_assert_uint_gt(files, 50);
}
END_TEST

/* Whatever byte of a packed file is changed or missing, the file is refused, or reads the same. */
START_TEST(test_damaged_gzip)
{
    static const char whole[] = GZ;
    size_t refused = 0;

    for (size_t i = 0; i < sizeof whole - 1; i++) {
        char bytes[sizeof whole];
        ins_text out = {0};

        memcpy(bytes, whole, sizeof whole);
        bytes[i] = (char)(bytes[i] ^ 0x10);
        dump(scratch_file("x.gz", bytes, sizeof whole - 1), '\0', 65536, &out);
        if (i >= 2 && strstr(out.data, "! :"))
            refused++;
        else if (i >= 10)
            ck_assert_str_eq(out.data, "0@1[a|b]1@2[1|2]");
        ins_text_clear(&out);
        if (i >= 2) {
            dump(scratch_file("x.gz", whole, i), '\0', 65536, &out);
            ck_assert_ptr_nonnull(strstr(out.data, "! : the gzip file is cut short"));
        }
        ins_text_free(&out);
    }
    ck_assert_uint_gt(refused, 15); /* all of the data and the check sum */
}
END_TEST

/* A handler that has seen enough ends the reading, also of a file that has no end. */
static void stop_at_third(void *context, size_t index, const ins_csv_row *row, ins_error *error)
{
    (void)error;
    *(size_t *)context = index;
    *row->stop = index == 3;
}

START_TEST(test_handler_stops)
{
    ins_error error = {0};
    size_t last = 0;
    const char *path = scratch_file("x.csv", "a\n1\n2\n3\n4\n\"5\n", 13);

    for (size_t i = 0; i < CHUNKS; i++) {
        ck_assert_int_eq(
            ins_csv_read_in_chunks(path, '\0', false, chunks[i], stop_at_third, &last, &error),
            INS_OK);
        ck_assert_uint_eq(last, 3);
    }
}
END_TEST

static void append_to_file(void *context, size_t index, const ins_csv_row *row, ins_error *error)
{
    FILE *file = index == 0 ? fopen(context, "ab") : NULL;

    (void)row;
    (void)error;
    if (!file) return;
    fputs("5,6\n", file);
    fclose(file);
}

START_TEST(test_changing_file)
{
    char path[1024];
    ins_error error = {0};

    snprintf(path, sizeof path, "%s", scratch_file("x.csv", "a,b\n1,2\n3,4\n", 12));
    ins_csv_read(path, '\0', append_to_file, path, &error);
    ck_assert_uint_eq(error.count, 1);
    ck_assert_ptr_nonnull(strstr(error.line[0], "x.csv: the file changed while it was read"));
}
END_TEST

static void count_rows(void *context, size_t index, const ins_csv_row *row, ins_error *error)
{
    size_t *counts = context;

    (void)error;
    counts[0] = index;
    counts[1] = row->count;
}

/* Rows and columns as scikit-learn describes its data sets. */
START_TEST(test_bundled_data)
{
    static const struct {
        const char *name;
        size_t rows, columns;
    } sets[] = {
        {"iris", 150, 5}, {"wine", 178, 14}, {"breast_cancer", 569, 31}, {"digits", 1797, 65}};
    const char *source = getenv("srcdir");

    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
        char path[1024];
        ins_error error = {0};
        size_t counts[2] = {0, 0};

        snprintf(path, sizeof path, "%s/data/%s.csv", source ? source : ".", sets[i].name);
        ck_assert_int_eq(ins_csv_read(path, '\0', count_rows, counts, &error), INS_OK);
        ck_assert_uint_eq(counts[0], sets[i].rows);
        ck_assert_uint_eq(counts[1], sets[i].columns);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("csv");
    TCase *reads = tcase_create("reading");

    tcase_add_checked_fixture(reads, scratch_setup, scratch_teardown);
    tcase_add_loop_test(reads, test_reading, 0, READINGS);
    tcase_add_loop_test(reads, test_any_width, 0, ANY_WIDTHS);
    tcase_add_test(reads, test_given_delimiter);
    tcase_add_test(reads, test_field_limit);
    tcase_add_test(reads, test_endless_file_stops);
    tcase_add_test(reads, test_many_columns);
    tcase_add_test(reads, test_many_ragged_rows_are_one_problem);
    tcase_add_test(reads, test_files_that_cannot_be_read);
    tcase_add_test(reads, test_pipe);
    tcase_add_test(reads, test_bad_files_byte_by_byte);
    tcase_add_test(reads, test_damaged_gzip);
    tcase_add_test(reads, test_handler_stops);
    tcase_add_test(reads, test_changing_file);
    tcase_add_test(reads, test_bundled_data);
    suite_add_tcase(suite, reads);
    return ins_run_suite(suite);
}
