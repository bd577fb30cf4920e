"""A member of staff at the console without JavaScript: pages are got, forms are filled in as they stand and sent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from types import TracebackType
from typing import Any, Self

import httpx2
import re2

from service import PATIENCE, Service

NAVIGATING = {"sec-fetch-site": "same-origin", "accept-language": "en"}


@dataclass
class Form:
    """A form of a page: where it goes, what stands in its fields, and its buttons."""

    action: str
    method: str = "get"
    fields: dict[str, list[str]] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._select: tuple[str, list[str], list[str]] | None = None
        self._area: str | None = None

    def handle_starttag(self, tag: str, pairs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in pairs}
        name, value = given.get("name", ""), given.get("value", "")
        if tag == "form":
            self._form = Form(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self._form)
        elif self._form is None:
            return
        elif tag == "button" and name:
            self._form.buttons.append((name, value))
        elif tag == "input" and name and given.get("type") not in {"submit", "file"}:
            if given.get("type") not in {"checkbox", "radio"} or "checked" in given:
                self._form.fields.setdefault(name, []).append(value or "on" * ("checked" in given))
            else:
                self._form.fields.setdefault(name, [])
        elif tag == "select":
            self._select = (name, [], [])
        elif tag == "option" and self._select:
            _, chosen, others = self._select
            (chosen if "selected" in given else others).append(value)
        elif tag == "textarea":
            self._area = name
            self._form.fields.setdefault(name, [""])

    def handle_data(self, data: str) -> None:
        if self._area is not None and self._form is not None:
            self._form.fields[self._area][0] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "textarea":
            self._area = None
        elif tag == "select" and self._select and self._form:
            name, chosen, others = self._select
            self._form.fields[name] = chosen[:1] or others[:1]
            self._select = None


class _Read(HTMLParser):
    """What a person reads."""

    def __init__(self) -> None:
        super().__init__()
        self._words: list[str] = []
        self._silent = 0

    @classmethod
    def of(cls, html: str) -> str:
        reader = cls()
        reader.feed(html)
        return " ".join(" ".join(reader._words).split())

    def handle_starttag(self, tag: str, pairs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self._silent += tag in {"script", "style"}

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in {"script", "style"}

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._words.append(data)


@dataclass
class Page:
    """A page as it was answered."""

    answer: httpx2.Response

    @property
    def text(self) -> str:
        """What is read on it, without its marks."""
        return _Read.of(self.answer.text)

    @property
    def problem(self) -> str:
        return str(self.answer.headers.get("x-problem", ""))

    @property
    def path(self) -> str:
        return self.answer.url.path

    def forms(self) -> list[Form]:
        found = _Forms()
        found.feed(self.answer.text)
        return found.forms

    def form(self, action: str) -> Form:
        """Return the form whose action begins so."""
        return next(form for form in self.forms() if form.action.startswith(action))

    def links(self, beginning: str) -> list[str]:
        return [
            unescape(one)
            for one in re2.findall(r'href="([^"]*)"', self.answer.text)
            if one.startswith(beginning)
        ]


@dataclass
class Desk:
    """A browser at the console."""

    service: Service
    client: httpx2.Client = field(init=False)
    _at: str = ""

    def __post_init__(self) -> None:
        self.client = httpx2.Client(
            base_url=self.service.url,
            headers={**NAVIGATING, "origin": self.service.url},
            timeout=PATIENCE,
            follow_redirects=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.client.close()

    def get(self, path: str) -> Page:
        return self._came(self.client.get(path))

    def send(self, form: Form, /, **filled: Any) -> Page:
        """Send a form, with some fields filled in; a field given as None is left out."""
        fields: dict[str, Any] = {**form.fields, **{name: _several(value) for name, value in filled.items()}}
        data: Mapping[str, Any] = {name: values for name, values in fields.items() if values}
        if form.method == "get":
            return self._came(self.client.get(form.action, params=data))
        before = {"referer": self._at} if self._at else {}
        return self._came(self.client.post(form.action, data=data, headers=before))

    def _came(self, answer: httpx2.Response) -> Page:
        self._at = str(answer.url)
        return Page(answer)

    def sign_in(self, address: str, password: str, code: str = "") -> Page:
        """Sign in, with a code if one is wanted."""
        page = self.get("/console/sign-in")
        page = self.send(page.form("/console/sign-in"), address=address, password=password)
        if code and any(form.action == "/console/sign-in/code" for form in page.forms()):
            page = self.send(page.form("/console/sign-in/code"), code=code)
        return page


def _several(value: Any) -> list[str]:
    if value is None:
        return []
    return [str(one) for one in value] if isinstance(value, list | tuple) else [str(value)]
