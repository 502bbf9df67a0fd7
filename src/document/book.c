/* What belongs to all pages together: headers, page numbers, contents, scripts. */
#include <config.h>

#include "initscope/book.h"

#include <stdio.h>
#include <stdlib.h>

#include "initscope/file.h"

static const ins_pen header_left = {INS_REGULAR, 7.6, INS_LEFT, INS_MUTED};
static const ins_pen header_right = {INS_BOLD, 7.6, INS_RIGHT, INS_MUTED};
static const ins_pen footer_right = {INS_REGULAR, 7.6, INS_RIGHT, INS_MUTED};
static const ins_pen contents_text = {INS_REGULAR, 9, INS_LEFT, INS_INK};
static const ins_pen contents_page = {INS_REGULAR, 9, INS_RIGHT, INS_MUTED};

ins_sheet *ins_book_sheet(ins_book *book, size_t index)
{
    return (ins_sheet *)book->sheets.items + index;
}

static void frame(ins_book *book, size_t index)
{
    ins_sheet *sheet = ins_book_sheet(book, index);
    ins_canvas *canvas = sheet->canvas;
    if (sheet->title != NULL) {
        char *title = ins_elide(book->arena, sheet->title, INS_REGULAR, 7.6, 110);
        char *section = ins_elide(book->arena, sheet->section, INS_BOLD, 7.6, 55);
        ins_canvas_text(canvas, header_left, INS_LEFT_MARGIN, 14.2, title);
        ins_canvas_text(canvas, header_right, INS_RIGHT_EDGE, 14.2, section);
        ins_canvas_rule(canvas, INS_LEFT_MARGIN, 16.2, INS_RIGHT_EDGE, 16.2, 0.7, INS_HAIRLINE);
    }
    ins_canvas_rule(canvas, INS_LEFT_MARGIN, 283.5, INS_RIGHT_EDGE, 283.5, 0.7, INS_HAIRLINE);
    ins_canvas_text(canvas, header_left, INS_LEFT_MARGIN, 287.8,
                    ins_elide(book->arena, book->footer, INS_REGULAR, 7.6, 145));
    ins_canvas_text(canvas, footer_right, INS_RIGHT_EDGE, 287.8,
                    ins_arena_format(book->arena, "%zu / %zu", index + 1, book->sheets.count));
}

static void contents(ins_book *book, const ins_contents_place *place)
{
    const double gutter = 8, step = 5;
    const ins_contents_line *lines = place->list->items;
    ins_canvas *canvas = ins_book_sheet(book, place->sheet)->canvas;
    double width =
        (INS_TEXT_WIDTH - gutter * (double)(place->columns - 1)) / (double)place->columns;
    size_t rows = (place->count + place->columns - 1) / place->columns;
    for (size_t i = 0; i < place->count; i++) {
        const ins_contents_line *line = &lines[place->first + i];
        double x = INS_LEFT_MARGIN + (double)(i / rows) * (width + gutter);
        double y = place->top + step * (double)(i % rows + 1) - 1.4;
        char *text = ins_elide(book->arena, line->text, INS_REGULAR, 9, width - 14);
        double end = x + ins_text_width(text, INS_REGULAR, 9) + 2;
        ins_canvas_text(canvas, contents_text, x, y, text);
        ins_canvas_rule(canvas, end, y, x + width - 7, y, 0.6, INS_HAIRLINE);
        ins_canvas_text(canvas, contents_page, x + width, y,
                        ins_arena_format(book->arena, "%zu", line->sheet + 1));
        ins_link *link = ins_list_add(book->arena, &book->links, sizeof *link);
        *link = (ins_link){place->sheet, line->sheet, x, y - step + 1.4, x + width, y + 1.4};
    }
}

void ins_book_finish(ins_book *book)
{
    const ins_contents_place *places = book->places.items;
    for (size_t i = 0; i < book->places.count; i++) contents(book, &places[i]);
    for (size_t i = 0; i < book->sheets.count; i++) frame(book, i);
}

static ins_status write_file(const char *directory, const char *name, const ins_text *text,
                             ins_error *error)
{
    char *path = ins_path_join(directory, name);
    ins_status status =
        ins_file_stage(path, text->length > 0 ? text->data : "", text->length, error);
    free(path);
    return status;
}

static void figures_of_page(const ins_book *book, size_t page, ins_text *out)
{
    ins_figure *const *figures = book->figures.items;
    for (size_t i = 0; i < book->figures.count; i++) {
        if (figures[i]->page != page) continue;
        ins_text_add_format(out, "PAGE_X = %.3f; PAGE_Y = %.3f; load DIR.'%s.gp'\n", figures[i]->x,
                            figures[i]->y, figures[i]->name);
    }
}

/* One page: its three data files, and its commands appended to script. */
static ins_status write_page(const ins_book *book, size_t page, const char *directory,
                             ins_text *script, ins_error *error)
{
    char name[32], file[64];
    ins_canvas_files files;
    const ins_sheet *sheets = book->sheets.items;
    snprintf(name, sizeof name, "%02zu", page + 1);
    ins_canvas_write(sheets[page].canvas, name, &files);
    ins_text_add_format(script, "\n# ---- page %zu\nset multiplot\n", page + 1);
    ins_text_add(script, files.script.data);
    figures_of_page(book, page, script);
    ins_text_add(script, "unset multiplot\n");
    const struct {
        const char *kind;
        ins_text *text;
    } parts[] = {{"text", &files.text}, {"rules", &files.rules}, {"boxes", &files.boxes}};
    ins_status status = INS_OK;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        snprintf(file, sizeof file, "pages/%s-%s.csv", name, parts[i].kind);
        if (parts[i].text->length > 0) {
            ins_status written = write_file(directory, file, parts[i].text, error);
            if (status == INS_OK) status = written;
        }
        ins_text_free(parts[i].text);
    }
    ins_text_free(&files.script);
    return status;
}

static ins_status write_figure(const ins_figure *figure, const char *directory, ins_error *error)
{
    ins_text script = {0}, name = {0};
    ins_status status = ins_figure_script(figure, &script, error);
    if (status == INS_OK) {
        ins_text_add_format(&name, "figures/%s.csv", figure->name);
        status = write_file(directory, name.data, &figure->data, error);
        ins_text_clear(&name);
        ins_text_add_format(&name, "figures/%s.gp", figure->name);
        ins_status written = write_file(directory, name.data, &script, error);
        if (status == INS_OK) status = written;
    }
    ins_text_free(&script);
    ins_text_free(&name);
    return status;
}

static ins_status write_style(const char *directory, ins_error *error)
{
    char *path = ins_bundled("reports/style.gp");
    ins_text style = {0};
    ins_status status;
    if (path == NULL) {
        status = ins_error_add(
            error, INS_OUTPUT,
            "reports/style.gp: not found; set INITSCOPE_DATA_DIR to the directory that "
            "has it");
    } else if ((status = ins_file_read(path, &style, INS_OUTPUT, error)) == INS_OK) {
        status = write_file(directory, "figures/style.gp", &style, error);
    }
    free(path);
    ins_text_free(&style);
    return status;
}

/* figures.gp: all figures as PNG and SVG in one process. */
static ins_status write_figures_script(const ins_book *book, const char *directory,
                                       ins_error *error)
{
    ins_figure *const *figures = book->figures.items;
    ins_text script = {0};
    ins_text_add(&script, "# initscope report: every figure as PNG and SVG. Run: gnuplot "
                          "figures.gp\n"
                          "DIR = 'figures/'\nload DIR.'style.gp'\n"
                          "if (!exists(\"FORMATS\")) FORMATS = 'png svg'\n"
                          "do for [FORMAT in FORMATS] {\n");
    for (size_t i = 0; i < book->figures.count; i++) {
        ins_text_add_format(&script, "    load DIR.'%s.gp'\n", figures[i]->name);
    }
    ins_text_add(&script, "}\n");
    ins_status status = write_file(directory, "figures.gp", &script, error);
    ins_text_free(&script);
    return status;
}

ins_status ins_book_write(const ins_book *book, const char *directory, ins_error *error)
{
    ins_figure *const *figures = book->figures.items;
    ins_text script = {0};
    ins_text_add(&script, "# initscope report: the pages of report.pdf. Run: gnuplot report.gp\n"
                          "# Each figure has its own script in figures/; the text of the pages is "
                          "data in pages/.\n"
                          "if (!exists(\"OUT\")) OUT = 'report.pdf'\n"
                          "DIR = 'figures/'\n"
                          "FORMAT = 'page'\n"
                          "load DIR.'style.gp'\n"
                          "eval PDF\n"
                          "set output OUT\n");
    ins_status status = write_style(directory, error);
    for (size_t i = 0; i < book->figures.count && status == INS_OK; i++) {
        status = write_figure(figures[i], directory, error);
    }
    for (size_t i = 0; i < book->sheets.count && status == INS_OK; i++) {
        status = write_page(book, i, directory, &script, error);
    }
    ins_text_add(&script, "\nset output\n");
    if (status == INS_OK) status = write_file(directory, "report.gp", &script, error);
    if (status == INS_OK) status = write_figures_script(book, directory, error);
    ins_text_free(&script);
    return status;
}

ins_bookmark *ins_book_bookmarks(ins_book *book, size_t *count)
{
    const ins_contents_line *parts = book->parts.items, *pages = book->contents.items;
    bool several = book->parts.count > 1;
    ins_bookmark *bookmarks = ins_arena_get(book->arena, book->parts.count + book->contents.count,
                                            sizeof *bookmarks, "bookmarks");
    size_t n = 0, page = 0;
    for (size_t p = 0; p < book->parts.count; p++) {
        size_t end = p + 1 < book->parts.count ? parts[p + 1].sheet : book->sheets.count;
        bookmarks[n++] = (ins_bookmark){parts[p].text, parts[p].sheet, 0};
        for (; page < book->contents.count && pages[page].sheet < end; page++) {
            bookmarks[n++] = (ins_bookmark){pages[page].text, pages[page].sheet, several ? 1 : 0};
        }
    }
    *count = n;
    return bookmarks;
}

void ins_book_free(ins_book *book)
{
    ins_figure *const *figures = book->figures.items;
    for (size_t i = 0; i < book->figures.count; i++) ins_figure_free(figures[i]);
}
