"""What on a page is not in its reader's language: words of the other language's dictionary, codes of the
programme."""

import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser

from fastapi.testclient import TestClient

from central.words.dictionary import dictionary
from central.words.languages import LANGUAGES, Language

_READ = {"title", "aria-label", "placeholder", "alt"}
"""Attributes that people read or hear."""
_SILENT = {"script", "style", "code"}
_NAMES = re.compile(r"\S+\.(jpg|png|mp4|json|yaml|pdf|csv|xlsx)\b|\bhttps?://\S+|\b[0-9a-f]{8,}\b")
"""Names of files, addresses and hashes: the same in every language."""
_CODE = re.compile(r"\b[a-z]+(?:_[a-z0-9]+)+\b(?!/)|\b(?:user|case|node|party):\S+|<function|^None$|: None\b")
_LEAST = 4
"""Letters a word needs to tell a language: shorter ones are names, units and keys."""


class _Texts(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self._silent += tag in _SILENT
        self.found += [value for name, value in attributes if name in _READ and value]

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in _SILENT

    def handle_data(self, data: str) -> None:
        if not self._silent and data.strip():
            self.found.append(data)


def strangers(html: str, language: Language) -> list[str]:
    """Texts of a page, whole as they stand there, that its reader should not meet."""
    reader = _Texts()
    reader.feed(html)
    return sorted({text for text in map(_tidy, reader.found) if _is_strange(text, language)})


def _tidy(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip(" :·—()")


def _is_strange(text: str, language: Language) -> bool:
    if _CODE.search(_NAMES.sub("", text)):
        return True
    words, sentences = _only_of(*(other for other in LANGUAGES if other != language))
    parts = {text, *text.split(" · ")}
    return bool(parts & words) or any(sentence.fullmatch(text) for sentence in sentences)


@cache
def _only_of(language: Language) -> tuple[frozenset[str], tuple[re.Pattern[str], ...]]:
    """What only this language's dictionary says: words as they are, and sentences with places for values."""
    others = {_tidy(word) for other in LANGUAGES if other != language for word in _words(other)}
    own = {word for word in map(_tidy, _words(language)) if word not in others and _letters(word) >= _LEAST}
    plain = frozenset(word for word in own if "{" not in word)
    return plain, tuple(_pattern(word) for word in own - plain if _letters(re.sub(r"{.*?}", "", word)) >= 6)


def _words(language: Language) -> Iterator[str]:
    for forms in dictionary(language).values():
        yield from forms.values()


def _letters(text: str) -> int:
    return sum(map(str.isalpha, text))


def _pattern(sentence: str) -> re.Pattern[str]:
    return re.compile(".+?".join(re.escape(part) for part in re.split(r"{.*?}", sentence)))


_NOT_PAGES = re.compile(
    r"^/(language/|sign-out)|/files/|/papers/|/manifest\.json|\.(csv|pdf|xlsx|yaml)|/xlsx|/pdf"
)


def pages_from(client: TestClient, start: str) -> dict[str, str]:
    """Every page one comes to by links, as it is in the client's language."""
    found: dict[str, str] = {}
    ahead = ["/", start]
    while ahead:
        path = ahead.pop()
        if path in found or _NOT_PAGES.search(path):
            continue
        answer = client.get(path)
        assert answer.status_code < 400, (path, answer.status_code)
        found[path] = answer.text if answer.headers.get("content-type", "").startswith("text/html") else ""
        ahead += [
            link for link in re.findall(r'(?:href|hx-get)="(/[^"#?]*)', found[path]) if "/static/" not in link
        ]
    return found


def strange_pages(
    client: TestClient, own: str = "", start: str = "/password"
) -> dict[tuple[str, str], list[str]]:
    """What a person whose own name is `own` meets on any page, in either language."""
    found = {}
    for language in LANGUAGES:
        client.get(f"/language/{language}")
        pages = pages_from(client, start)
        assert len(pages) > 1
        for path, html in pages.items():
            found[language, path] = [text for text in strangers(html, language) if text != own]
    return {where: texts for where, texts in found.items() if texts}
