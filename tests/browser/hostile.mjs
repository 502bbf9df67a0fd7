/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* node hostile.mjs OUT RUN...: copies of run directories, OUT/NAME, in which whatever is somebody's own word has become markup that would be
 * executed, or would end the element, attribute, script or comment that it stands in. */
import {mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {basename, join} from 'node:path'

export const strings = [
    '<img src=x onerror=alert(1)>',
    '</script><script>alert(2)</script>',
    '"><svg/onload=alert(3)>',
    `'><style>*{display:none}</style>`,
    '</pre></title></style><base href=//example.invalid/>',
    '<a href=javascript:alert(4)>&lt;b&gt;&amp;</a>',
    '--></textarea><iframe srcdoc=x>',
    '<form action=//example.invalid><input autofocus onfocus=alert(5)>',
]

/* Columns of names, by file; each name becomes a string of its own. */
const columns = ['initializer', 'activation', 'hidden', 'network', 'optimizer', 'name', 'block', 'feature']
const entries = ['title', 'question', 'note', 'data', 'optimizer', 'activation', 'init', 'network']

/* The names of each column in their order: all strings come in turn. */
const given = new Map()
function hostile(column, name) {
    const names = given.get(column) ?? given.set(column, []).get(column)
    if (!names.includes(name)) names.push(name)
    return `${strings[names.indexOf(name) % strings.length]} ${column} ${names.indexOf(name)}`
}

const cells = line => [...`,${line}`.matchAll(/,(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(cell => cell[1]?.replaceAll('""', '"') ?? cell[2])
const quoted = cell => /[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell

function table(text) {
    const [head, ...rows] = text.trimEnd().split('\n').map(cells)
    const named = head.map(column => columns.includes(column))
    return [head, ...rows.map(row => row.map((cell, i) => named[i] && cell !== '' ? hostile(head[i], cell) : cell))]
        .map(row => row.map(quoted).join(',')).join('\n') + '\n'
}

const pairs = text => text.replace(/^([a-z-]+) = .*$/gm, (line, key) => entries.includes(key) ? `${key} = ${hostile(key, text)}` : line)

function copy(run, out) {
    mkdirSync(out, {recursive: true})
    for (const name of readdirSync(run)) {
        if (!/\.(csv|ini|json)$/.test(name)) continue
        const text = readFileSync(join(run, name), 'utf8')
        writeFileSync(join(out, name), name.endsWith('.csv') ? table(text) : name.endsWith('.ini') ? pairs(text) : text)
    }
}

if (process.argv[1].endsWith('hostile.mjs')) {
    const [out, ...runs] = process.argv.slice(2)
    for (const run of runs) copy(run, join(out, basename(run)))
}
