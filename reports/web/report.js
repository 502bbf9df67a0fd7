/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* What the page does beyond being read: names light up and are switched off, values are read from figures, tables are sorted,
 * data are copied and saved. Names come from people's files: text is set by textContent and nothing else, and the policy of the
 * page forbids the rest. */
'use strict'

const all = (selector, from = document) => [...from.querySelectorAll(selector)]
const one = (selector, from = document) => from.querySelector(selector)

function make(tag, properties, ...children) {
    const element = Object.assign(document.createElement(tag), properties)
    element.append(...children)
    return element
}
const button = (text, onclick, more) => make('button', {type: 'button', onclick, ...more}, text)

// --- Marks: lit while they are pointed at, off when clicked; one style sheet is all the state that shows ------------------------

const state = new CSSStyleSheet(), off = new Set()
let lit = null, touched = false
document.adoptedStyleSheets = [state]

function show() {
    let css = ''
    for (const a of off)
        css += `svg [data-a="${a}"]{display:none} :is(tr,.n)[data-a="${a}"]{opacity:.35}`
    if (lit !== null)
        css += `[data-arms~="${lit}"] :is(svg,tbody) [data-a]:not([data-a="${lit}"],[data-a="${lit}"] *){opacity:.15}
            [data-arms~="${lit}"] svg .f[data-a]:not([data-a="${lit}"]){opacity:.07}
            :is(tr,td,.n,.legend button)[data-a="${lit}"]{background:var(--lit)}
            svg [class^=s][data-a="${lit}"]{color:var(--c);stroke-width:1.1}`
    state.replaceSync(css)
}

function light(a) {
    if (a === lit) return
    lit = a
    show()
}

function toggle(a) {
    if (!off.delete(a)) off.add(a)
    for (const b of all('.legend [data-a]')) b.ariaPressed = String(!off.has(b.dataset.a))
    for (const b of all('.legend .all')) b.hidden = off.size === 0
    show()
}
const showAll = () => [...off].forEach(toggle)
const markAt = element => element.closest?.('[data-a]')?.dataset.a ?? null

for (const legend of all('.legend')) legend.append(button('show all', showAll, {className: 'all', hidden: true}))
addEventListener('pointerdown', event => { touched = event.pointerType === 'touch' }, true)
addEventListener('pointerover', event => {
    if (event.pointerType === 'mouse' && !event.target.closest('[data-panels]')) light(markAt(event.target))
})
addEventListener('focusin', event => { if (!touched) light(markAt(event.target)) })
addEventListener('click', event => {
    const a = event.target.closest('a') ? null : markAt(event.target.closest('.n,.legend button,svg text,tr>th') ?? document)
    if (touched && a !== lit) light(a) // the first tap lights, the second switches off
    else if (a !== null) toggle(a)
})
addEventListener('keydown', event => {
    if (event.key !== 'Escape') return
    showAll()
    light(null)
    forget()
})

// --- Values: the data that stand under a figure, at the places where they are drawn ----------------------------------------------

const kept = new WeakMap()
const keep = (element, work) => kept.get(element) ?? kept.set(element, work()).get(element)

/* The lines of a figure's CSV without the blank ones, the head first. Panel and series stand in the first line of a series alone. */
const rowsOf = figure => keep(figure, () => {
    const rows = (one('.csv', figure)?.textContent ?? '').split('\n').filter(line => line !== '').map(line =>
        [...`,${line}`.matchAll(/,(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(cell => cell[1]?.replaceAll('""', '"') ?? cell[2]))
    rows.forEach((row, i) => { if (row[0] === '' && row[1] === '') row.splice(0, 2, ...rows[i - 1].slice(0, 2)) })
    return rows
})
const quoted = cell => /[",]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
const sheet = figure => rowsOf(figure).map(row => row.map(quoted).join(',') + '\n').join('')

/* Where text, a number, lies on an axis, 0 to 1; NaN: nowhere. Below the bend at -log an axis is linear, in a tenth of its length. */
function share(text, from, to, log) {
    const value = text === '' ? NaN : Number(text), bend = -log, tenth = Math.log(Math.max(from, to) / bend) / 9
    const along = v => log === 0 ? v : log > 0 ? Math.log(v) : v >= bend ? Math.log(v / bend) : (v / bend - 1) * tenth
    return (along(value) - along(from)) / (along(to) - along(from))
}

/* The points of a figure in lists, one a series. */
const linesOf = svg => keep(svg, () => JSON.parse(svg.dataset.panels).flatMap(
    ([left, top, right, bottom, x0, x1, xLog, y0, y1, yLog, series, title], _, panels) => series.map(
        ([a, x, y, lower, upper, first = 0, count = Infinity]) => {
            const line = []
            for (const row of rowsOf(svg.closest('figure')).slice(1 + first, 1 + first + count)) {
                const u = share(row[x], x0, x1, xLog), v = share(row[y], y0, y1, yLog)
                if (u > -0.01 && u < 1.01 && v > -0.01 && v < 1.01)
                    line.push({a: String(a), x: left + u * (right - left), y: bottom - v * (bottom - top), line,
                        panel: row[0], name: row[1], title: title || panels.find(panel => panel[11])?.[11] || '', at: row[x],
                        value: row[y], range: lower ? [row[lower], row[upper]] : []})
            }
            return line
        })).filter(line => line.length > 0))

function number(text) {
    const value = Number(text), size = Math.abs(value)
    if (text === '' || !isFinite(value)) return text
    return value !== 0 && (size < 1e-3 || size >= 1e5) ? value.toExponential(2) : String(Number(value.toPrecision(4)))
}

const tip = make('output', {className: 'tip'}), ring = document.createElementNS('http://www.w3.org/2000/svg', 'circle')
let told = null // the point that the tip tells of
document.body.append(tip)

function forget() {
    told = null
    tip.replaceChildren()
    ring.remove()
}

function tell(svg, point) {
    const box = svg.getBoundingClientRect(), [lower, upper] = point.range.map(number)
    const range = point.range.length > 0 && lower !== upper ? ` [${lower}, ${upper}]` : ''
    tip.replaceChildren(make('b', {}, point.name), `${point.title} ${number(point.at)}: ${number(point.value)}${range}`.trim())
    const colour = one(`.legend [data-a="${point.a}"]`, svg.closest('article'))?.classList[0] ?? 'k'
    for (const [name, value] of Object.entries({class: `${colour} hit`, r: 3.6, cx: point.x, cy: point.y})) ring.setAttribute(name, value)
    svg.append(ring)
    const scale = box.width / svg.viewBox.baseVal.width, x = box.left + point.x * scale, y = box.top + point.y * scale
    const above = y - tip.offsetHeight - 12
    tip.style.left = `${Math.max(6, Math.min(innerWidth - tip.offsetWidth - 6, x + 14))}px`
    tip.style.top = `${above < 50 ? y + 16 : above}px`
    told = {svg, point}
    light(point.a)
}

for (const svg of all('figure:has(.csv) [data-panels]')) {
    const seen = () => linesOf(svg).filter(line => !off.has(line[0].a))
    svg.onpointermove = svg.onpointerdown = event => {
        const box = svg.getBoundingClientRect(), scale = svg.viewBox.baseVal.width / box.width
        const away = point => Math.hypot(point.x - (event.clientX - box.left) * scale, point.y - (event.clientY - box.top) * scale)
        let nearest = null, least = 32
        for (const point of seen().flat()) if (away(point) < least) [nearest, least] = [point, away(point)]
        if (nearest) return tell(svg, nearest)
        forget()
        light(markAt(event.target))
    }
    svg.onpointerleave = () => { forget(); light(null) }
    svg.onblur = forget
    svg.onkeydown = event => {
        const step = {ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0]}[event.key], lines = seen()
        if (!step || lines.length === 0) return
        event.preventDefault()
        const from = told?.svg === svg ? told.point : null
        const line = from ? lines[(lines.indexOf(from.line) + step[0] + lines.length) % lines.length] : lines[0]
        const place = from ? from.line.indexOf(from) + step[1] : 0
        tell(svg, line[Math.max(0, Math.min(line.length - 1, place))])
    }
}

// --- Tables: sorted by a column, copied into a spreadsheet ------------------------------------------------------------------------

/* "−8.3·10⁻⁴", whose exponent is raised, as "-8.3e-4". */
const plain = cell => cell.dataset.v ?? cell.textContent.trim().replaceAll('−', '-').replace(/^(-?[\d.]+)·10(-?\d+)/, '$1e$2')
    .replace(/^(-?)10(-\d+)/, '$11e$2').replace('∞', 'Infinity').replace(/\s+/g, ' ')

/* Numbers by their size, and what is none behind them. */
function sort(head) {
    const table = head.closest('table'), sign = head.ariaSort === 'ascending' ? -1 : 1, body = table.tBodies[0]
    for (const other of all('th', table.tHead)) other.ariaSort = null
    head.ariaSort = sign > 0 ? 'ascending' : 'descending'
    body.append(...[...body.rows].map(row => [row, plain(row.cells[head.cellIndex])]).sort(([, a], [, b]) => {
        const [p, q] = [a, b].map(text => parseFloat(text.replace('+', '')))
        if (isNaN(p) && isNaN(q)) return sign * a.localeCompare(b)
        return isNaN(p) - isNaN(q) || sign * (p - q)
    }).map(([row]) => row))
}

const copier = text => button('copy', async event => {
    await navigator.clipboard.writeText(text())
    event.target.textContent = 'copied'
    setTimeout(() => { event.target.textContent = 'copy' }, 2000)
})
const tabs = rows => rows.map(row => row.join('\t')).join('\n')

for (const table of all('table.sort')) {
    for (const head of all('thead th', table)) head.replaceChildren(make('button', {type: 'button', title: 'sort', onclick: () => sort(head)}, ...head.childNodes))
    const frame = table.parentElement, note = frame.nextElementSibling
    const last = note?.matches('.note') ? note : frame
    last.after(make('div', {className: 'tools'}, copier(() => tabs([...table.rows].map(row => [...row.cells].map(plain))))))
}

// --- Figures: their data as a table, and files ---------------------------------------------------------------------------------------

function saver(label, name, type, text) {
    return button(label, () => {
        const href = URL.createObjectURL(new Blob([text()], {type}))
        make('a', {download: name, href}).click()
        setTimeout(() => URL.revokeObjectURL(href), 60000)
    })
}

/* The figure on its own: the colours of the page go with it. */
function drawing(svg) {
    const copy = svg.cloneNode(true), copies = all('*', copy), paper = getComputedStyle(document.body).backgroundColor
    all('*', svg).forEach((element, i) => {
        const style = getComputedStyle(element)
        for (const name of ['display', 'fill', 'stroke', 'stroke-width', 'stroke-linecap', 'font-weight', 'text-anchor', 'paint-order', 'filter'])
            copies[i].setAttribute(name, style.getPropertyValue(name))
    })
    const whole = Object.entries({width: '100%', height: '100%', fill: paper}), back = document.createElementNS(svg.namespaceURI, 'rect')
    for (const [name, value] of whole) back.setAttribute(name, value)
    copy.prepend(back)
    for (const name of ['font-family', 'font-size']) copy.setAttribute(name, getComputedStyle(svg).getPropertyValue(name))
    copy.removeAttribute('data-panels')
    return new XMLSerializer().serializeToString(copy)
}

/* Style, data and drawing in one script; no line of the data can end the block that holds them. */
function script(figure) {
    const data = one('.csv', figure).textContent
    let end = 'END'
    while (data.includes(end)) end += '_'
    return `FIGURE = '${figure.dataset.name}'\nDIR = ''\nif (!exists("FORMAT")) FORMAT = 'svg'\n${one('#style-gp').textContent}\n$DATA << ${end}\n${data}\n${end}\nDATA = '$DATA'\n` +
        one('.gp', figure).textContent.replace(/^DATA = .*$/m, '')
}

/* In place of the CSV, once it is opened. */
function tabulate(figure, csv) {
    const row = (tag, cells) => make('tr', {}, ...cells.map(cell => make(tag, {}, cell))), [head, ...body] = rowsOf(figure)
    csv.hidden = true
    csv.before(make('div', {className: 'scroll', tabIndex: 0},
        make('table', {}, make('thead', {}, row('th', head)), make('tbody', {}, ...body.map(cells => row('td', cells))))))
}

for (const figure of all('figure[data-name]')) {
    const name = figure.dataset.name, svg = one('.plot>svg', figure), csv = one('.csv', figure), gp = one('.gp', figure)
    if (svg) one('.tools', figure).append(saver('svg', `${name}.svg`, 'image/svg+xml', () => drawing(svg)))
    if (csv && gp) gp.after(saver('save .gp with its data', `${name}.gp`, 'text/plain', () => script(figure)))
    if (!csv) continue
    csv.after(copier(() => tabs(rowsOf(figure))), saver('save .csv', `${name}.csv`, 'text/csv', () => sheet(figure)))
    csv.closest('details').addEventListener('toggle', () => tabulate(figure, csv), {once: true})
}

// --- The page: contents follow the reader, links land below the legend, light and dark ------------------------------------------------

const narrow = matchMedia('(max-width:60rem)'), groups = all('.toc details')
const watch = new IntersectionObserver(sections => {
    const section = sections.findLast(entry => entry.isIntersecting)?.target
    if (!section) return
    for (const link of all('.toc a')) link.ariaCurrent = link.hash === `#${section.id}` ? 'true' : null
    if (!narrow.matches) for (const group of groups) group.open = one('[aria-current]', group) !== null
}, {rootMargin: '-10% 0px -85%'})
for (const section of all('article[id],section[id]')) watch.observe(section)
if (narrow.matches) for (const group of groups) group.open = false

function land() {
    const target = document.getElementById(location.hash.slice(1))
    if (target === null) return
    const legend = target.parentElement.closest('article')?.querySelector('.legend')
    document.documentElement.style.scrollPaddingTop = `${(legend?.offsetHeight ?? 0) + 14}px`
    target.scrollIntoView()
}
addEventListener('hashchange', land)
land()

const dark = one('#dark'), system = dark.media
const themes = {auto: system, dark: 'screen', light: 'not all'}, order = Object.keys(themes)
one('.toc').append(button('◐ auto', event => {
    const next = order[(order.indexOf(event.target.value) + 1) % order.length]
    event.target.value = next
    event.target.textContent = `◐ ${next}`
    dark.media = themes[next]
}, {className: 'theme', value: 'auto', title: 'colours: as the system has them, dark, light'}))
