/* The pages of an experiment: which it has, why it lacks others, and how they follow each other. */
#include <config.h>

#include "pages.h"

#include "initscope/book.h"

bool ins_is_brief(const ins_part *part)
{
    return part->study->arms <= 2 && part->analysis->findings <= 3;
}

const char *ins_page_missing(const ins_page *page, const ins_part *part)
{
    const char *missing = page->missing(part);
    bool grids = part->study->arms > INS_MOST_ARMS && ins_no_grid(part) == NULL;
    if (missing != NULL || !page->each || !grids) return missing;
    return "There are too many initializers and settings for a panel each: the grids tell of them.";
}

size_t ins_pages_of(const ins_part *part)
{
    size_t count = 0;
    for (const ins_page *page = part->pages; page->name != NULL; page++) {
        count += ins_page_missing(page, part) == NULL;
    }
    return count;
}

void ins_draw_part(ins_flow *flow, const ins_part *part)
{
    ins_flow_tell(flow, part);
    for (const ins_page *page = part->pages; page->name != NULL; page++) {
        if (ins_page_missing(page, part) != NULL) continue;
        flow->section = page->name;
        flow->title_sheet = flow->book->sheets.count; /* the next one, or the present one */
        ins_list *list = page == part->pages ? &flow->book->parts : &flow->book->contents;
        const char *text = page == part->pages ? part->title : page->name;
        page->draw(flow, page);
        ins_contents_line *line = ins_list_add(flow->arena, list, sizeof *line);
        *line = (ins_contents_line){text, flow->title_sheet};
    }
}
