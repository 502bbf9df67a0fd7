#!/usr/bin/env python3
# SPDX-FileCopyrightText: The initscope authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""check_page.py FILE: whether a page of report.html is sound. Prints what is not, a line each, and
then exits with 1; with --text, what the page says.

Sound is: elements and attributes of the lists below and no other, each closed where it was opened;
ids once; links that lead to them; values of the forms that the program writes; a policy with the
hashes of the script and the styles that are there."""
import base64
import hashlib
import json
import re
import sys
from html.parser import HTMLParser

SVG = 'class data-a d fill stroke-width stroke-dasharray opacity color font-size x y dx dy transform'
ATTRIBUTES = {
    'html': 'lang', 'head': '', 'meta': 'charset http-equiv content name', 'title': '', 'style': 'id media', 'body': '',
    'header': 'class', 'nav': 'class aria-label', 'main': '', 'article': 'id data-arms', 'section': 'id',
    'div': 'class role tabindex aria-label', 'p': 'class', 'h1': '', 'h2': 'class', 'h3': '', 'h4': '',
    'a': 'class href aria-label', 'b': 'class', 'sub': '', 'sup': '', 'small': 'class', 'span': 'class data-a role aria-label',
    'ul': 'class', 'ol': 'class', 'li': '', 'details': 'open', 'summary': '',
    'table': 'class', 'caption': 'class', 'thead': '', 'tbody': '', 'tr': 'class data-a',
    'th': 'scope class data-a', 'td': 'class data-a data-v',
    'figure': 'id data-name', 'figcaption': '', 'pre': 'id class tabindex hidden',
    'button': 'type class data-a aria-pressed', 'script': '',
    'svg': 'class viewbox role aria-label tabindex data-panels', 'g': SVG, 'path': SVG, 'text': SVG, 'tspan': SVG,
}
FORMS = {
    'id': r'[a-z0-9-]+', 'href': r'#[a-z0-9-]+', 'class': r'[A-Za-z0-9 -]+', 'data-a': r'\d+', 'data-arms': r'(\d+( \d+)*)?',
    'data-name': r'\d\d+-[a-z0-9-]+', 'd': r'[-MmLlHhVvAaZz0-9. ]*', 'data-v': r'-?[0-9.]+(e[-+][0-9]+)?', 'tabindex': '0', 'aria-pressed': 'true',
    'type': 'button', 'role': 'img|group|region', 'scope': 'row|col',
}
POLICY = ("default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}' 'sha256-{}'; base-uri 'none'; form-action 'none'; "
          "require-trusted-types-for 'script'; trusted-types 'none'")


class Page(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.problems, self.ids, self.links, self.text = [], [], [], [], []
        self.inlays, self.policy, self.seen = {'script': [], 'style': []}, None, {}

    def wrong(self, what):
        self.problems.append(f'line {self.getpos()[0]}: {what}')

    def check_attributes(self, tag, attributes):
        if tag not in ATTRIBUTES:
            return self.wrong(f'element {tag}')
        self.seen[tag] = self.seen.get(tag, 0) + 1
        for name, value in attributes:
            if name not in ATTRIBUTES[tag].split():
                self.wrong(f'attribute {name} of {tag}')
            if name in FORMS and not re.fullmatch(FORMS[name], value or ''):
                self.wrong(f'{name} of {tag} is {value!r}')
        if len(attributes) != len(dict(attributes)):
            self.wrong(f'an attribute of {tag} twice')
        values = dict(attributes)
        self.ids += [values['id']] if 'id' in values else []
        self.links += [values['href'][1:]] if 'href' in values else []
        if 'data-panels' in values:
            json.loads(values['data-panels'])
        if values.get('http-equiv') == 'Content-Security-Policy':
            self.policy = values['content']

    def handle_starttag(self, tag, attributes):
        self.check_attributes(tag, attributes)
        if tag != 'meta':
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.check_attributes(tag, attributes)
        if 'svg' not in self.open:
            self.wrong(f'{tag} closes itself outside of a drawing')

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong(f'{tag} is closed, but was not opened last')

    def handle_data(self, data):
        if self.open and self.open[-1] in self.inlays:
            self.inlays[self.open[-1]].append(data)
        else:
            self.text.append(data)

    def handle_comment(self, data):
        self.wrong(f'a comment: {data!r}')

    def handle_pi(self, data):
        self.wrong(f'an instruction: {data!r}')

    def check_whole(self):
        def digest(text):
            return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        self.problems += [f'{tag} is not closed' for tag in self.open]
        self.problems += [f'the id {i} is there twice' for i in set(self.ids) if self.ids.count(i) > 1]
        self.problems += [f'nothing is at #{link}' for link in self.links if link not in self.ids]
        script, style = self.inlays['script'], self.inlays['style']
        if len(script) != 1 or len(style) != 2:
            self.problems.append(f'{len(script)} scripts and {len(style)} styles')
        elif self.policy != POLICY.format(*map(digest, script + style)):
            self.problems.append(f'the policy is {self.policy}')
        for tag in 'article section table tbody figure svg path pre span'.split():
            if not self.seen.get(tag):
                self.problems.append(f'no {tag}')


def main():
    page = Page()
    with open(sys.argv[-1], encoding='utf-8', newline='') as file:
        text = file.read()
    if not text.startswith('<!DOCTYPE html>\n') or not text.endswith('</html>\n'):
        page.problems.append('no whole page')
    if re.search('[\0-\x08\x0b-\x1f\x7f]', text):
        page.problems.append('a control character')
    page.feed(text)
    page.close()
    page.check_whole()
    if '--text' in sys.argv:
        print(''.join(page.text))
    for problem in page.problems[:20]:
        print(problem, file=sys.stderr)
    sys.exit(1 if page.problems else 0)


main()
