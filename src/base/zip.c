/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* Zip archives: the only door to libzip. */
#include <config.h>

#include "initscope/zip.h"

#include <stdlib.h>
#include <string.h>

#include <errno.h>

#include <zip.h>

#include "initscope/file.h"
#include "initscope/memory.h"
#include "initscope/text.h"

/* No byte that deflate packs unpacks to more than 1032; a few bytes more are its frame's. */
enum { MOST_UNPACKED = 1100 };

struct ins_zip {
    const char *path;
    zip_t *archive;
};

struct ins_zip_member {
    ins_text name;
    zip_file_t *file;
    zip_uint64_t left; /* declared bytes that were not read */
    long long size;
};

ins_zip *ins_zip_open(const char *path, ins_error *error)
{
    int code = 0;
    zip_t *archive = zip_open(path, ZIP_RDONLY, &code);
    zip_error_t why;

    if (archive) {
        ins_zip *zip = ins_allocate(1, sizeof *zip, "an archive");

        *zip = (ins_zip){path, archive};
        return zip;
    }
    if (code == ZIP_ER_MEMORY) ins_check_memory(NULL, path);
    zip_error_init_with_code(&why, code);
    ins_error_add(error, INS_DATA, "%s: no zip archive that can be read: %s", path,
                  zip_error_strerror(&why));
    zip_error_fini(&why);
    return NULL;
}

void ins_zip_close(ins_zip *zip)
{
    if (!zip) return;
    zip_discard(zip->archive);
    free(zip);
}

size_t ins_zip_members(const ins_zip *zip)
{
    zip_int64_t count = zip_get_num_entries(zip->archive, 0);

    return count > 0 ? (size_t)count : 0;
}

const char *ins_zip_name(const ins_zip *zip, size_t member)
{
    const char *name = zip_get_name(zip->archive, member, ZIP_FL_ENC_RAW);

    return name ? name : "";
}

/* NULL for a member that can be read. */
static const char *objection(const zip_stat_t *status)
{
    if (!(status->valid & ZIP_STAT_SIZE) || !(status->valid & ZIP_STAT_COMP_SIZE) ||
        !(status->valid & ZIP_STAT_COMP_METHOD))
        return "the archive does not tell its size";
    if ((status->valid & ZIP_STAT_ENCRYPTION_METHOD) && status->encryption_method != ZIP_EM_NONE)
        return "encrypted; write the archive anew without a password";
    if (status->comp_method != ZIP_CM_STORE && status->comp_method != ZIP_CM_DEFLATE)
        return "packed in a way that is not read; write it with numpy.savez or savez_compressed";
    if (status->size > INT64_MAX / 2 || status->size / MOST_UNPACKED > status->comp_size)
        return "declares more bytes than its packed ones can hold: damaged, or made to fill memory";
    return NULL;
}

ins_zip_member *ins_zip_member_open(ins_zip *zip, size_t member, ins_error *error)
{
    const char *name = ins_zip_name(zip, member);
    zip_stat_t status;

    zip_stat_init(&status);

    bool known = zip_stat_index(zip->archive, member, 0, &status) == 0;
    const char *why = known ? objection(&status) : zip_strerror(zip->archive);
    zip_file_t *file = why ? NULL : zip_fopen_index(zip->archive, member, 0);

    if (!why && !file) why = zip_strerror(zip->archive);
    if (why) {
        ins_error_add(error, INS_DATA, "%s(%s): %s", zip->path, name, why);
        return NULL;
    }

    ins_zip_member *opened = ins_allocate(1, sizeof *opened, "a member of an archive");

    ins_text_add_format(&opened->name, "%s(%s)", zip->path, name);
    opened->file = file;
    opened->left = status.size;
    opened->size = (long long)status.size;
    return opened;
}

void ins_zip_member_close(ins_zip_member *member)
{
    if (!member) return;
    zip_fclose(member->file);
    ins_text_free(&member->name);
    free(member);
}

static ssize_t problem(const ins_zip_member *member, const char *what, ins_error *error)
{
    ins_error_add(error, INS_DATA, "%s: %s", member->name.data, what);
    return -1;
}

/* One byte more than is declared is asked for at the end: there the check sum is compared. */
static ssize_t read_member(void *context, char *bytes, size_t size, ins_error *error)
{
    ins_zip_member *member = context;
    zip_int64_t count =
        zip_fread(member->file, bytes, size < member->left + 1 ? size : member->left + 1);

    if (count < 0)
        return problem(member, zip_error_strerror(zip_file_get_error(member->file)), error);
    if ((zip_uint64_t)count > member->left)
        return problem(member, "has more bytes than it declares", error);
    member->left -= (zip_uint64_t)count;
    return (ssize_t)count;
}

ins_byte_source ins_zip_member_source(ins_zip_member *member)
{
    return (ins_byte_source){member->name.data, member, read_member, member->size};
}

const char *ins_libzip_version(void)
{
    return zip_libzip_version();
}
