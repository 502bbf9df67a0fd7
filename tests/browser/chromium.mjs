/* Debian's Chromium, headless, in a profile of its own. */
import {existsSync} from 'node:fs'
import {chromium} from 'playwright-core'

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

export const launch = () => chromium.launch({
    executablePath: process.env.CHROMIUM || places.find(existsSync),
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
})
