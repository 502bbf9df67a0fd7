/* SPDX-FileCopyrightText: The initscope authors
 * SPDX-License-Identifier: GPL-3.0-or-later */
/* node screenshots.mjs REPORT.html FOLDER: pictures of a report to look at. */
import {mkdirSync} from 'node:fs'
import {join, resolve} from 'node:path'
import {launch} from './chromium.mjs'

const [report, folder] = process.argv.slice(2), url = `file://${resolve(report)}`
const desk = {viewport: {width: 1280, height: 1000}}, phone = {viewport: {width: 390, height: 844}, isMobile: true, hasTouch: true}
const browser = await launch()
mkdirSync(folder, {recursive: true})

async function shoot(name, options, prepare) {
    const context = await browser.newContext({deviceScaleFactor: 1, ...options}), page = await context.newPage()
    await page.goto(url)
    await prepare(page)
    await page.waitForTimeout(300)
    await page.screenshot({path: join(folder, `${name}.png`)})
    await context.close()
}

const go = (page, selector) => page.evaluate(selector => { location.hash = one(selector).id }, selector)
const chapter = 'article:has(.legend button + button:not(.all)):has(.csv)', values = `${chapter} figure:has(.csv)`

/* Where one of its values is in the window. */
const value = page => page.evaluate(selector => {
    const svg = one(`${selector} [data-panels]`), box = svg.getBoundingClientRect(), scale = box.width / svg.viewBox.baseVal.width
    const line = linesOf(svg).at(-1), {x, y} = line[line.length >> 1]
    return [box.left + x * scale, box.top + y * scale]
}, values)

await shoot('front', desk, () => {})
await shoot('glance', desk, page => go(page, 'section:has(.strip)'))
await shoot('dark', {...desk, colorScheme: 'dark'}, page => go(page, 'section:has(.strip)'))
await shoot('highlight', desk, async page => {
    await go(page, values)
    await page.hover(`${chapter} .legend [data-a] + [data-a]`)
})
await shoot('values', desk, async page => {
    await go(page, values)
    await page.mouse.move(...await value(page))
})
await shoot('data', desk, async page => {
    await go(page, values)
    await page.evaluate(selector => { one(`${selector} details`).open = true }, values)
})
await shoot('phone', {...phone, deviceScaleFactor: 2}, () => {})
await shoot('phone-glance', {...phone, deviceScaleFactor: 2}, page => go(page, 'section:has(.strip)'))
await shoot('phone-figure', {...phone, deviceScaleFactor: 2}, page => go(page, values))
const page = await browser.newPage()
await page.goto(url)
await page.pdf({path: join(folder, 'print.pdf'), preferCSSPageSize: true})
await browser.close()
