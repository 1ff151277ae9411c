"""Checks a page of ours: tags balance and are known ones, nothing comes from outside, the style is the one that the
page's policy names. usage: page.py FILE"""
import base64
import hashlib
import re
import sys
from html.parser import HTMLParser

KNOWN = {"html", "head", "meta", "title", "style", "body", "section", "h1", "h2", "p", "div", "span", "dl", "dt", "dd",
         "pre", "br", "code", "h3", "table", "thead", "tbody", "tr", "th", "td", "svg", "g", "path", "rect", "text"}
VOID = {"meta", "br"}
ATTRIBUTES = {"lang", "charset", "http-equiv", "content", "class", "name", "scope", "role", "aria-label", "viewbox",
              "shape-rendering", "width", "height", "fill", "d", "x", "y", "rx"}


class Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open = []
        self.policy = self.style = ""

    def handle_starttag(self, tag, attrs):
        assert tag in KNOWN, f"tag {tag}"
        for name, value in attrs:
            assert name in ATTRIBUTES, f"attribute {name}"
            if ("http-equiv", "Content-Security-Policy") in attrs and name == "content":
                self.policy = value
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, f"</{tag}>"

    def handle_data(self, data):
        if self.open and self.open[-1] == "style":
            self.style += data


text = open(sys.argv[1], encoding="utf-8").read()
page = Page()
page.feed(text)
page.close()
assert not page.open, f"not closed: {page.open}"
digest = base64.b64encode(hashlib.sha256(page.style.encode()).digest()).decode()
assert page.policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'", page.policy
assert not re.search(r"url\(|@import|https?:", page.style)
