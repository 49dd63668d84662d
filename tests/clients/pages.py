"""Read a page as a browser without scripts does: its forms, filled in as they stand, and its links.

Leaves out all that the pages here do not have: selects, radio buttons, files.
"""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

__all__ = ["Form", "Page"]


@dataclass
class Form:
    """A form: where it goes, and its fields with what stands in them; buttons are left out."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)


class Page(HTMLParser):
    """A page that came from an address.

    - ``forms``, ``links``: in the page's order; addresses are whole
    - ``text``: all that a person could read, and what scripts say
    """

    def __init__(self, address: str, source: str) -> None:
        super().__init__()
        self.address = address
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.text = ""
        self._area: str | None = None
        self.feed(source)
        self.close()

    def form(self, *names: str) -> Form:
        """Give the form that has fields of these names; fails if there is none."""
        return next(form for form in self.forms if form.fields.keys() >= set(names))

    def link(self, *parts: str) -> str:
        """Give the first link that all of these stand in; fails if there is none."""
        return next(link for link in self.links if all(part in link for part in parts))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a form, a field of it, or a link."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(urljoin(self.address, given.get("action", ""))))
        elif tag == "a" and "href" in given:
            self.links.append(urljoin(self.address, given["href"]))
        elif self.forms and "name" in given:
            kind = given.get("type", "text")
            if tag == "input" and kind not in {"submit", "button", "checkbox", "radio"}:
                self.forms[-1].fields[given["name"]] = given.get("value", "")
            elif tag == "textarea":
                self._area = given["name"]
                self.forms[-1].fields[self._area] = ""

    def handle_data(self, data: str) -> None:
        """Note text, which may stand in a field."""
        if self._area:
            self.forms[-1].fields[self._area] += data
        self.text += data

    def handle_endtag(self, tag: str) -> None:
        """Leave a field."""
        if tag == "textarea":
            self._area = None
