#!/bin/sh
# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
# Makes ./configure; with --install-deps installs first what is missing.
set -eu

usage() {
    cat <<'END'
Usage: ./autogen.sh [--install-deps] [--strict]

Runs autoreconf, which makes ./configure.

  --install-deps  first install the packages that are missing, with the system's package manager
                  (apt-get, dnf, zypper, pacman, apk or brew); each command is printed before it
                  runs, with sudo unless you are root
  --strict        warnings of autoconf, automake and libtool are errors, for who works on them
  --help          print this help
END
}

# What each system calls the packages: to build; to draw the report; to test.
packages() {
    case $1 in
    apt-get)
        echo gcc make autoconf automake libtool pkg-config libc6-dev xz-utils
        echo libgsl-dev libcsv-dev libopenblas-dev libinih-dev zlib1g-dev libzip-dev libjansson-dev libexpat1-dev
        echo gnuplot-nox fonts-liberation
        echo check bats poppler-utils valgrind perl
        ;;
    dnf)
        echo gcc make autoconf automake libtool pkgconf-pkg-config glibc-devel xz
        echo gsl-devel libcsv-devel openblas-devel inih-devel zlib-devel libzip-devel jansson-devel expat-devel
        echo gnuplot liberation-sans-fonts
        echo check-devel bats poppler-utils valgrind perl
        ;;
    zypper)
        echo gcc make autoconf automake libtool pkg-config glibc-devel xz
        echo gsl-devel libcsv-devel openblas-devel libinih-devel zlib-devel libzip-devel libjansson-devel libexpat-devel
        echo gnuplot liberation-fonts
        echo check-devel bats poppler-tools valgrind perl
        ;;
    pacman)
        echo gcc make autoconf automake libtool pkgconf xz
        echo gsl openblas libinih zlib libzip jansson expat
        echo gnuplot ttf-liberation
        echo check bats poppler valgrind perl
        ;;
    apk)
        echo gcc make autoconf automake libtool pkgconf musl-dev xz
        echo gsl-dev openblas-dev inih-dev zlib-dev libzip-dev jansson-dev expat-dev
        echo gnuplot font-liberation
        echo check-dev bats poppler-utils valgrind
        ;;
    brew)
        echo autoconf automake libtool pkg-config xz
        echo gsl libcsv openblas inih zlib libzip jansson expat
        echo gnuplot
        echo check bats-core poppler
        ;;
    esac
}

# Is the package there? A virtual package or a meta-package with another name counts too.
is_installed() {
    case $1 in
    apt-get) dpkg-query -W -f '${Status}\n' "$2" 2>/dev/null | grep -q '^install ok installed' ;;
    dnf | zypper) rpm -q --whatprovides "$2" >/dev/null 2>&1 ;;
    pacman) test -z "$(pacman -T "$2")" ;;
    apk) apk info -e "$2" >/dev/null 2>&1 ;;
    brew) brew list --formula "$2" >/dev/null 2>&1 ;;
    esac
}

run() {
    if [ "$manager" != brew ] && [ "$(id -u)" -ne 0 ]; then
        set -- sudo "$@"
    fi
    echo "+ $*" >&2
    "$@"
}

install_packages() {
    case $manager in
    apt-get)
        run apt-get update || echo "autogen.sh: trying with the package lists that are there" >&2
        run env DEBIAN_FRONTEND=noninteractive apt-get install --no-install-recommends -y "$@"
        ;;
    dnf) run dnf install -y "$@" ;;
    zypper) run zypper --non-interactive install "$@" ;;
    pacman) run pacman -S --needed --noconfirm "$@" ;;
    apk) run apk add "$@" ;;
    brew) run brew install "$@" ;;
    esac
}

install_missing() {
    for manager in apt-get dnf zypper pacman apk brew none; do
        if command -v "$manager" >/dev/null 2>&1; then
            break
        fi
    done
    if [ "$manager" = none ]; then
        echo "autogen.sh: no known package manager: install gcc, make, autoconf, automake, libtool," >&2
        echo "  pkg-config, GSL, OpenBLAS, libcsv, inih, zlib, libzip, jansson, expat, gnuplot; for the tests check and bats" >&2
        exit 1
    fi

    set --
    for package in $(packages "$manager"); do
        is_installed "$manager" "$package" || set -- "$@" "$package"
    done
    if [ $# -eq 0 ]; then
        echo "autogen.sh: every package is installed already ($manager)" >&2
    else
        install_packages "$@" </dev/null ||
            echo "autogen.sh: not installed: $*; configure will tell which are needed" >&2
    fi

    case $manager in
    pacman | apk)
        [ -e /usr/include/csv.h ] || [ -e /usr/local/include/csv.h ] ||
            echo "autogen.sh: $manager has no libcsv: build it from https://github.com/rgamble/libcsv" >&2
        ;;
    esac
}

install=no strict=
for argument; do
    case $argument in
    --install-deps) install=yes ;;
    --strict) strict=--warnings=all,error ;;
    --help | -h)
        usage
        exit 0
        ;;
    *)
        echo "autogen.sh: unknown option (got \"$argument\")" >&2
        usage >&2
        exit 2
        ;;
    esac
done

cd "$(dirname "$0")"
if [ "$install" = yes ]; then
    install_missing
fi
if ! command -v autoreconf >/dev/null 2>&1; then
    echo "autogen.sh: autoreconf not found: install autoconf and automake, or run" >&2
    echo "  ./autogen.sh --install-deps" >&2
    exit 1
fi
echo "+ autoreconf --force --install${strict:+ $strict}" >&2
# shellcheck disable=SC2086 # nothing, or one word
autoreconf --force --install $strict
