# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
# The matrix product comes from the library that --version names.
#
# Oracle: the dynamic linker itself, LD_DEBUG=bindings, says which file cblas_sgemm was bound to.
# On Debian, gsl.pc puts -lgslcblas on the link line; before -lopenblas it would supply a
# cblas_sgemm that is thirty times slower, and nothing else would tell.

# The file that the symbol is bound to: "... binding file initscope [0] to LIBRARY [0]: ...".
bound_library() {
    LD_BIND_NOW=1 LD_DEBUG=bindings "$INITSCOPE" --version 2>&1 >/dev/null |
        sed -n "s|.*binding file $INITSCOPE \[0\] to \([^ ]*\) \[0\]: normal symbol .cblas_sgemm'.*|\1|p" |
        head -n 1
}

setup() {
    case $(uname -s) in
    Linux) ;;
    *) skip "LD_DEBUG is the GNU linker's" ;;
    esac
    library=$(bound_library)
    [ -n "$library" ] || skip "linked statically"
    library=$(readlink -f "$library")
}

@test "--version names the library that cblas_sgemm is bound to" {
    run "$INITSCOPE" --version
    [ "$status" -eq 0 ]
    case $library in
    *openblas*) [[ $output == *OpenBLAS* ]] ;;
    *gslcblas*) [[ $output == *"GSL CBLAS"* ]] ;;
    *) [[ $output == *"$library"* ]] ;;
    esac
}

@test "with OpenBLAS found by configure, the product is not GSL's slow one" {
    grep -q '^#define HAVE_OPENBLAS 1' "$builddir/config.h" || skip "built without OpenBLAS"
    [[ $library == *openblas* ]]
}
