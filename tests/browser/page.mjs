/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* node page.mjs FOLDER: what a browser makes of FOLDER/NAME/report.html, as TAP. A report that is called hostile holds the names of
 * hostile.mjs. */
import assert from 'node:assert/strict'
import {execFileSync} from 'node:child_process'
import {mkdirSync, readFileSync, readdirSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {launch} from './chromium.mjs'
import {strings} from './hostile.mjs'

const folder = process.argv[2], desk = {width: 1280, height: 900}, phone = {width: 390, height: 844}
const browser = await launch()
let number = 0, failed = 0

async function test(name, work) {
    number++
    try {
        const told = await work()
        console.log(`ok ${number} - ${name}`)
        if (told !== undefined) console.log(`# ${told}`)
    } catch (error) {
        failed++
        const lines = error.message.split('\n').slice(0, 12).map(line => `# ${line.slice(0, 200)}`)
        console.log([`not ok ${number} - ${name}`, ...lines].join('\n'))
    }
}

/* A page of its own, and all that it says, asks and pops up. */
async function open(file, options = {}, hash = '') {
    const context = await browser.newContext({viewport: desk, ...options}), page = await context.newPage()
    const seen = {console: [], requests: [], dialogs: []}
    page.on('console', message => seen.console.push(message.text()))
    page.on('pageerror', error => seen.console.push(error.message))
    page.on('request', request => seen.requests.push(request.url()))
    page.on('dialog', dialog => { seen.dialogs.push(dialog.message()); return dialog.dismiss() })
    await page.goto(`file://${file}${hash}`)
    await page.waitForTimeout(200)
    return {page, seen, close: () => context.close()}
}

/* Runs in the page: the first chapter that has two marks, a mark of it with another, and of its figures with values the first that
 * draws both. */
const pick = page => page.evaluate(() => {
    for (const article of all('article:has(.legend button + button:not(.all))')) {
        for (const svg of all('svg[data-panels]', article)) {
            const marks = [...new Set(linesOf(svg).map(line => line[0].a))]
            if (marks.length < 2) continue
            return {article: article.id, figure: svg.closest('figure').id, mark: marks[1], other: marks[0]}
        }
    }
    return null
})

/* Waits for the fade of 0.15 s. */
const opacity = async (page, selector) => {
    await page.waitForTimeout(250)
    return page.evaluate(s => all(s).map(e => Number(getComputedStyle(e).opacity)), selector)
}
const shown = (page, selector) => page.evaluate(s => all(s).filter(e => getComputedStyle(e).display !== 'none').length, selector)
const pressed = (page, of, a) => page.getAttribute(`#${of.article} .legend [data-a="${a}"]`, 'aria-pressed')

async function structure(name, page, file) {
    await test(`${name}: ids are unique, and every link leads to one`, () => page.evaluate(() => {
        const ids = all('[id]').map(element => element.id), links = all('a[href]').map(a => a.getAttribute('href'))
        if (ids.length < 10 || new Set(ids).size !== ids.length) throw Error(`${ids.length} ids, ${new Set(ids).size} different`)
        const lost = links.filter(href => !href.startsWith('#') || !ids.includes(href.slice(1)))
        if (links.length < 10 || lost.length > 0) throw Error(`links: ${links.length}, to nowhere: ${lost}`)
    }))
    await test(`${name}: nothing foreign, no handler, no style attribute`, () => page.evaluate(() => {
        const foreign = all('[src],[srcset],[srcdoc],link,iframe,img,object,embed,use,image,base,form,input,meta[http-equiv=refresh]')
        const handlers = all('*').filter(e => [...e.attributes].some(a => /^on/i.test(a.name) || (a.name === 'style' && e !== tip && e !== document.documentElement)))
        const single = ['script', 'title', 'h1', 'main', 'nav', 'header', 'style:not(#dark)', 'style#dark'].filter(tag => all(tag).length !== 1)
        const wrong = [...foreign, ...handlers].map(e => e.outerHTML.slice(0, 100)).concat(single)
        if (wrong.length > 0) throw Error(wrong.join('\n'))
    }))
    await test(`${name}: tables have captions, and their cells know their heads`, () => page.evaluate(() => {
        const tables = all('main .scroll>table')
        const wrong = tables.filter(t => !t.caption?.textContent.trim() || all('thead th', t).some(th => th.scope !== 'col') ||
            [...t.tBodies[0].rows].some(row => row.cells[0].scope !== 'row'))
        if (tables.length === 0 || wrong.length > 0) throw Error(`${tables.length} tables, wrong: ${wrong.map(t => t.textContent.slice(0, 80))}`)
    }))
    await test(`${name}: figures have names, and headings leave no level out`, () => page.evaluate(() => {
        const silent = all('[role=img]').filter(e => !e.ariaLabel), levels = all('h1,h2,h3,h4').map(h => Number(h.tagName[1]))
        if (silent.length > 0) throw Error(silent.map(e => e.outerHTML.slice(0, 100)).join('\n'))
        if (levels[0] !== 1 || levels.some((level, i) => level > (levels[i - 1] ?? 0) + 1)) throw Error(levels.join(' '))
    }))
    await test(`${name}: text stands out from what is behind it`, async () => {
        for (const theme of ['light', 'dark']) {
            await page.emulateMedia({colorScheme: theme, reducedMotion: 'reduce'})
            assert.deepEqual(await faint(page), [], theme)
        }
        await page.emulateMedia({colorScheme: 'light', reducedMotion: null})
    })
}

/* Text whose contrast is below that of WCAG 2.2, level AA: 4.5, and 3 where it is large. */
const faint = page => page.evaluate(() => {
    const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true})
    const known = new Map()
    const rgba = colour => {
        if (!known.has(colour)) {
            canvas.clearRect(0, 0, 1, 1)
            canvas.fillStyle = colour
            canvas.fillRect(0, 0, 1, 1)
            known.set(colour, [...canvas.getImageData(0, 0, 1, 1).data])
        }
        return known.get(colour)
    }
    const luminance = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
        .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0)
    const behind = element => {
        for (; element; element = element.parentElement) {
            const colour = rgba(getComputedStyle(element).backgroundColor)
            if (colour[3] === 255) return colour
        }
        return [255, 255, 255]
    }
    const found = new Map()
    for (const element of all('body *')) {
        if (![...element.childNodes].some(node => node.nodeType === 3 && node.data.trim())) continue
        const style = getComputedStyle(element), drawn = element.closest('svg')
        if (element.closest('[hidden],script,.a,.L,details:not([open])>:not(summary)') || style.visibility !== 'visible') continue
        if (drawn && element.getAttribute('class')?.includes('w')) continue
        const size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700)
        const [a, b] = [luminance(rgba(drawn ? style.fill : style.color)), luminance(behind(drawn?.parentElement ?? element))].sort((p, q) => q - p)
        const contrast = (a + 0.05) / (b + 0.05)
        if (contrast < (large ? 3 : 4.5))
            found.set(`${element.tagName} ${element.getAttribute('class')} ${contrast.toFixed(2)}`, element.textContent.slice(0, 30))
    }
    return [...found].map(([what, text]) => `${what}: ${text}`)
})

async function marks(name, page, of) {
    const {article, figure, mark, other} = of, chip = page.locator(`#${article} .legend [data-a="${mark}"]`)
    await test(`${name}: pointing at a name lights it in figures and tables`, async () => {
        await page.evaluate(id => document.getElementById(id).scrollIntoView(), article)
        await chip.hover()
        const others = await opacity(page, `#${figure} path[data-a="${other}"],#${article} tr[data-a="${other}"]`)
        assert.ok(others.length > 0 && others.every(o => o < 0.3), `others: ${others}`)
        const own = await opacity(page, `#${figure} text[data-a="${mark}"],#${article} tr[data-a="${mark}"]`)
        assert.ok(own.every(o => o === 1), `own: ${own}`)
        await page.mouse.move(5, 5)
        const after = await opacity(page, `#${figure} path[data-a="${other}"]:not([opacity])`)
        assert.ok(after.every(o => o === 1), `after: ${after}`)
    })
    await test(`${name}: a name in a sentence does the same`, async () => {
        const names = page.locator(`#${article} .n[data-a="${mark}"]`)
        assert.ok(await names.count() > 0)
        await names.first().hover()
        assert.ok((await opacity(page, `#${figure} path[data-a="${other}"]`)).every(o => o < 0.3))
        await page.mouse.move(5, 5)
    })
    await test(`${name}: a click on the legend takes it out of every figure, and show all brings it back`, async () => {
        const drawn = `svg [data-a="${mark}"]`, before = await shown(page, drawn), all = page.locator(`#${article} .legend .all`)
        assert.ok(before > 1 && await all.isHidden())
        await chip.click()
        assert.equal(await shown(page, drawn), 0)
        assert.equal(await pressed(page, of, mark), 'false')
        await all.click()
        assert.equal(await shown(page, drawn), before)
        assert.equal(await pressed(page, of, mark), 'true')
    })
    await test(`${name}: the keyboard does the same, and Escape takes it back`, async () => {
        await chip.focus()
        await page.keyboard.press('Space')
        assert.equal(await pressed(page, of, mark), 'false')
        await page.keyboard.press('Escape')
        assert.equal(await pressed(page, of, mark), 'true')
        await page.mouse.move(5, 5)
    })
}

async function values(name, page, of) {
    const svg = page.locator(`#${of.figure} svg`), told = page.locator('.tip')
    await test(`${name}: every value lies inside its figure`, async () => {
        const count = await page.evaluate(() => {
            let count = 0
            for (const svg of all('[data-panels]').filter(svg => one('.csv', svg.closest('figure')))) {
                const points = linesOf(svg).flat(), {width, height} = svg.viewBox.baseVal
                if (points.length === 0) throw Error(`${svg.closest('figure').id}: no values`)
                const out = points.find(p => !(p.x >= -2 && p.x <= width + 2 && p.y >= -2 && p.y <= height + 2))
                if (out) throw Error(`${svg.closest('figure').id}: ${out.x} ${out.y}`)
                count += points.length
            }
            return count
        })
        assert.ok(count > 10, `${count} values`)
        return `${count} values`
    })
    await test(`${name}: values lie where gnuplot drew them`, async () => {
        const [count, off] = await page.evaluate(() => {
            let count = 0
            const off = []
            for (const svg of all('figure:has(.csv) [data-panels]')) {
                const drawn = all('path[data-a]:not(.f)', svg)
                for (const path of drawn) Object.assign(path.style, {strokeWidth: '1.2px', strokeDasharray: 'none'})
                for (const point of linesOf(svg).flat()) {
                    count++
                    if (!drawn.some(path => path.dataset.a === point.a && path.isPointInStroke(point)))
                        off.push(`${svg.closest('figure').id}, ${point.name}, ${point.at}: ${point.x.toFixed(1)} ${point.y.toFixed(1)}`)
                }
                for (const path of drawn) path.removeAttribute('style')
            }
            return [count, off]
        })
        assert.ok(count > 10 && off.length === 0, `${off.length} of ${count} do not, within 0.6 px\n${off.join('\n')}`)
    })
    await test(`${name}: pointing at a point says its numbers`, async () => {
        const point = await page.evaluate(id => {
            const svg = one(`#${id} svg`)
            svg.scrollIntoView({block: 'center'})
            const box = svg.getBoundingClientRect(), {x, y, name, value} = linesOf(svg)[0][0], scale = box.width / svg.viewBox.baseVal.width
            return {x: box.left + x * scale, y: box.top + y * scale, name, value: number(value)}
        }, of.figure)
        await page.mouse.move(point.x + 3, point.y + 2)
        const said = await told.innerText()
        assert.ok(said.startsWith(point.name.replace(/\s+/g, ' ')), said)
        assert.ok(said.includes(point.value), `${said}: not ${point.value}`)
        await page.mouse.move(5, 5)
        assert.equal(await told.innerText(), '')
    })
    await test(`${name}: arrow keys go along a curve and to the next`, async () => {
        const at = () => page.evaluate(id => {
            const lines = linesOf(one(`#${id} svg`)), {line} = told.point
            return [lines.indexOf(line), line.indexOf(told.point), line.length]
        }, of.figure)
        await svg.focus()
        await page.keyboard.press('ArrowRight')
        assert.deepEqual((await at()).slice(0, 2), [0, 0])
        await page.keyboard.press('ArrowRight')
        const [, place, length] = await at()
        assert.equal(place, Math.min(1, length - 1))
        await page.keyboard.press('ArrowDown')
        assert.equal((await at())[0], 1)
        assert.notEqual(await told.innerText(), '')
        await page.keyboard.press('Escape')
        assert.equal(await told.innerText(), '')
    })
}

async function tables(name, page) {
    await test(`${name}: every column sorts, numbers by size and what is none behind them`, () => page.evaluate(() => {
        let sorted = 0
        for (const table of all('table.sort')) {
            for (const head of all('thead th', table)) {
                for (const way of ['ascending', 'descending']) {
                    one('button', head).click()
                    if (head.ariaSort !== way || all('[aria-sort]', table).length !== 1) throw Error(`not ${way}`)
                    const cells = [...table.tBodies[0].rows].map(row => parseFloat(plain(row.cells[head.cellIndex]).replace('+', '')))
                    const numbers = cells.filter(cell => !isNaN(cell))
                    if (cells.slice(0, numbers.length).some(isNaN)) throw Error(`${head.textContent}: a word before a number`)
                    if (numbers.some((n, i) => i > 0 && (way === 'ascending' ? n < numbers[i - 1] : n > numbers[i - 1])))
                        throw Error(`${head.textContent}: ${numbers}`)
                    sorted++
                }
            }
        }
        if (sorted < 4) throw Error(`only ${sorted} columns`)
        const cell = text => Object.assign(document.createElement('td'), {textContent: text})
        const read = ['−8.3·10−4', '10−5', '30.0%', '∞', '0.93 [0.82, 1.04]', '64 of 64'].map(text => parseFloat(plain(cell(text))))
        if (String(read) !== String([-8.3e-4, 1e-5, 30, Infinity, 0.93, 64])) throw Error(read.join(' '))
    }))
    await test(`${name}: a table is copied with a tab between cells`, async () => {
        await page.locator('section>.tools button').first().click()
        const [copied, rows, columns] = await page.evaluate(async () => {
            const table = one('table.sort')
            return [await navigator.clipboard.readText(), table.rows.length, table.rows[0].cells.length]
        })
        assert.deepEqual(copied.split('\n').map(row => row.split('\t').length), Array(rows).fill(columns))
    })
}

async function files(name, page, of, place) {
    const figure = page.locator(`#${of.figure}`)
    const save = async button => {
        const [download] = await Promise.all([page.waitForEvent('download'), button.click()])
        const path = join(place, download.suggestedFilename())
        await download.saveAs(path)
        return path
    }
    await test(`${name}: the data of a figure open as a table, and are saved as they stand there`, async () => {
        await figure.locator('summary', {hasText: 'data'}).click()
        await page.waitForTimeout(50)
        const [csv, rows] = await page.evaluate(id => [one(`#${id} .csv`).textContent, all(`#${id} .tools tr`).length], of.figure)
        assert.equal(rows, csv.split('\n').filter(line => line !== '').length)
        const saved = readFileSync(await save(figure.locator('button', {hasText: 'save .csv'})), 'utf8').trimEnd().split('\n')
        assert.equal(saved.length, rows)
        assert.ok(saved.every(line => !line.startsWith(',')), 'a line without its panel')
    })
    await test(`${name}: a figure is saved as SVG that is well-formed and has its colours`, async () => {
        const path = await save(figure.locator('.tools>button', {hasText: /^svg$/})), text = readFileSync(path, 'utf8')
        assert.match(text, /stroke="rgb/)
        assert.doesNotMatch(text, /var\(|data-panels/)
        const blank = await page.context().newPage()
        assert.equal(await blank.evaluate(text => new DOMParser().parseFromString(text, 'image/svg+xml').querySelector('parsererror')?.textContent, text), undefined)
        await blank.close()
    })
    await test(`${name}: every script draws its figure alone`, async () => {
        const scripts = await page.evaluate(() => all('figure[data-name]:has(.csv):has(.gp)').map(f => [f.dataset.name, script(f)]))
        assert.ok(scripts.length > 0)
        for (const [figure, text] of scripts) {
            const drawn = join(place, `${figure}.svg`), source = join(place, `${figure}.gp`)
            writeFileSync(source, text)
            execFileSync('gnuplot', [source], {cwd: place, stdio: 'pipe'})
            assert.ok(statSync(drawn).size > 2000, `${figure}: ${statSync(drawn).size} bytes`)
        }
        return `${scripts.length} scripts`
    })
}

async function reading(name, file, page, of) {
    await test(`${name}: a deep link lands below the legend, and the contents show where`, async () => {
        const ids = await page.evaluate(article => all(`#${article}>section`).map(section => section.id), of.article), id = ids[ids.length >> 1]
        const {page: other, close} = await open(file, {}, `#${id}`)
        await other.waitForTimeout(200)
        const [top, legend, current, group] = await other.evaluate(id => {
            const section = document.getElementById(id), link = one('.toc [aria-current]')
            return [section.getBoundingClientRect().top, one('.legend', section.parentElement).getBoundingClientRect().bottom,
                link?.hash, link?.closest('details')?.open]
        }, id)
        assert.ok(top >= legend - 1 && top < legend + 60, `section at ${top}, legend down to ${legend}`)
        assert.equal(current, `#${id}`)
        assert.equal(group, true)
        await close()
    })
    await test(`${name}: light, dark, or as the system has it`, async () => {
        const {page: other, close} = await open(file, {colorScheme: 'dark'})
        const paper = () => other.evaluate(() => getComputedStyle(document.body).backgroundColor), theme = other.locator('.theme')
        const dark = await paper()
        await theme.click()
        assert.equal(await paper(), dark)
        await theme.click()
        assert.equal(await paper(), 'rgb(255, 255, 255)')
        await theme.click()
        assert.equal(await paper(), dark)
        assert.notEqual(dark, 'rgb(255, 255, 255)')
        await close()
    })
    await test(`${name}: without its script all can be read`, async () => {
        const {page: other, close} = await open(file, {javaScriptEnabled: false}, `#${of.figure}`)
        assert.ok((await other.locator(`#${of.figure} svg`).boundingBox()).height > 100)
        assert.ok(await other.locator(`#${of.figure} pre.csv`).count() === 1)
        assert.equal(await other.locator('button:not(.legend button)').count(), 0)
        await close()
    })
    await test(`${name}: on a phone the page is as wide as the phone, and tables and figures scroll`, async () => {
        const {page: other, seen, close} = await open(file, {viewport: phone, hasTouch: true, isMobile: true, reducedMotion: 'reduce'})
        const [width, wide] = await other.evaluate(() => [document.documentElement.scrollWidth, all('main *').filter(e =>
            e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('.scroll,.plot,.legend,.vh,pre')).slice(0, 5).map(e => e.outerHTML.slice(0, 90))])
        assert.deepEqual(wide, [])
        assert.ok(width <= phone.width, `${width} px`)
        assert.equal(await other.evaluate(() => getComputedStyle(one('.n')).transitionProperty), 'none')
        await close()
        assert.deepEqual(seen.console, [])
    })
    await test(`${name}: the first tap lights, the second switches off`, async () => {
        const {page: other, close} = await open(file, {viewport: phone, hasTouch: true, isMobile: true, reducedMotion: 'reduce'}, `#${of.figure}`)
        const chip = other.locator(`#${of.article} .legend [data-a="${of.mark}"]`)
        await chip.tap()
        assert.equal(await pressed(other, of, of.mark), 'true')
        assert.ok((await opacity(other, `#${of.figure} path[data-a="${of.other}"]`)).every(o => o < 0.3))
        await chip.tap()
        assert.equal(await pressed(other, of, of.mark), 'false')
        await close()
    })
    await test(`${name}: on paper it is light, without controls, and no figure is cut`, async () => {
        const {page: other, close} = await open(file, {colorScheme: 'dark', viewport: {width: 665, height: 1000}})
        await other.emulateMedia({media: 'print', colorScheme: 'dark'})
        const [paper, controls, tall] = await other.evaluate(() => [getComputedStyle(document.body).backgroundColor,
            all('.toc,.legend,.tools,.a').filter(e => getComputedStyle(e).display !== 'none').length, Math.max(...all('figure').map(f => f.offsetHeight))])
        assert.equal(paper, 'rgb(255, 255, 255)')
        assert.equal(controls, 0)
        assert.ok(tall > 0 && tall < 1001, `a figure is ${tall} px high, a page 1001`) // 265 mm at 96 px an inch
        const pdf = await other.pdf({preferCSSPageSize: true})
        await close()
        return `${pdf.toString('latin1').match(/\/Type \/Page\b/g).length} pages, the highest figure ${tall} px`
    })
}

async function safety(name, file, place) {
    await test(`${name}: the policy stops markup that would get into the page`, async () => {
        const injected = '<img src=x onerror=document.title="hit"><script>document.title="hit"</script><svg onload=document.title="hit"></svg>' +
            '<style>main{display:none}</style><base href="file:///elsewhere/"><iframe srcdoc="<script>parent.document.title=1</script>"></iframe>' +
            '<form id=sent action="javascript:document.title=1"></form><p style="color:red" id=red>red</p><a id=js href="javascript:document.title=1">a</a>'
        const path = join(place, 'injected.html')
        writeFileSync(path, readFileSync(file, 'utf8').replace('<main>', `<main>${injected}`))
        const {page, close} = await open(path), title = await page.title()
        const [display, base, colour] = await page.evaluate(() => {
            const base = document.baseURI, red = getComputedStyle(one('#red')).color
            one('#js').click()
            try { document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=document.title="hit">') } catch { /* as it should be */ }
            try { one('#sent').submit() } catch { /* as it should be */ }
            return [getComputedStyle(one('main')).display, base, red]
        })
        await page.waitForTimeout(300)
        assert.equal(await page.title(), title)
        assert.notEqual(title, 'hit')
        assert.notEqual(display, 'none')
        assert.ok(base.endsWith('injected.html'), base)
        assert.notEqual(colour, 'rgb(255, 0, 0)')
        await close()
    })
    if (name !== 'hostile') return
    await test(`${name}: names are shown as they are, and nothing else`, async () => {
        const {page, close} = await open(file)
        const text = await page.evaluate(() => document.body.textContent), shownNames = await page.evaluate(() => all('.legend [data-a],.n').map(e => e.textContent))
        assert.ok(shownNames.length > 10)
        const missing = strings.filter(string => !text.includes(string))
        assert.deepEqual(missing, [])
        assert.ok(shownNames.every(shown => strings.some(string => shown.includes(string))), shownNames.find(shown => !strings.some(string => shown.includes(string))))
        await close()
    })
}

async function check(name) {
    const file = join(folder, name, 'report.html'), place = join(folder, name, 'saved')
    mkdirSync(place, {recursive: true})
    const {page, seen, close} = await open(file, {acceptDownloads: true, permissions: ['clipboard-read', 'clipboard-write']})
    const requests = seen.requests.length
    await test(`${name}: one request, and a console that is silent`, async () => {
        assert.equal(requests, 1)
        assert.deepEqual(seen.console, [])
        const paint = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime)
        const loaded = await page.evaluate(() => performance.getEntriesByType('navigation')[0].loadEventEnd)
        return `${Math.round(statSync(file).size / 1024)} KiB, ${await page.evaluate(() => all('*').length)} elements, ` +
            `first paint after ${Math.round(paint)} ms, loaded after ${Math.round(loaded)} ms`
    })
    const of = await pick(page)
    await test(`${name}: a chapter has a legend, and a figure that draws two of its names`, () => assert.notEqual(of, null))
    await structure(name, page)
    if (of !== null) {
        await marks(name, page, of)
        await values(name, page, of)
        await tables(name, page)
        await files(name, page, of, place)
        await reading(name, file, page, of)
    }
    await safety(name, file, place)
    await test(`${name}: after all this no dialog, no message, nothing asked of a server`, () => {
        assert.deepEqual(seen.dialogs, [])
        assert.deepEqual(seen.console, [])
        assert.deepEqual(seen.requests.filter(url => !/^(file|blob):/.test(url)), [])
    })
    await close()
}

const names = readdirSync(folder).filter(name => statSync(join(folder, name)).isDirectory())
for (const name of names) await check(name)
await test('reports were there to look at', () => assert.ok(names.length > 0 && names.includes('hostile'), names.join(' ')))
console.log(`1..${number}`)
await browser.close()
process.exit(failed > 0 ? 1 : 0)
