"""What a document leaves blank: contacts that it announces and does not give, placeholders nobody filled in.

"… you may contact" with nothing after it; "Any questions?" with nobody to ask; "[DATE]". Readers are left alone,
so such a document must be mended before it is published.
"""

from itertools import zip_longest

import re2

from bylaw.base.errors import Problem
from bylaw.policy.document import Clause, Document, warning

_OPEN_END = re2.compile(
    r"(?i)\b(?:contact|contact us|reach us|write to|write to us|e-?mail us|e-?mail|call us|call|address|phone|telephone|fax)"
    r"(?: (?:at|by|on|via))?\s*:?$"
)
_QUESTION = re2.compile(
    r"(?i)^(?:do you have |have |got )?(?:any |further |other )*(?:questions?|comments?|concerns?)\b[^.]*\?$"
)
_CONTACT = re2.compile(
    r"(?i)\S@\S|https?:|www\.|\+?[0-9][0-9 ().-]{6,}|\b(?:contact|e-?mail|write to|reach|call|get in touch)\b"
)
_PLACEHOLDER = re2.compile(
    r"\[[A-Z][A-Z _-]{2,}\]|\[(?:insert|link to|your) [^\]]*\]|\b(?:TODO|TBD|XXX+)\b|(?i:lorem ipsum)"
)


def is_contact_question(text: str) -> bool:
    """Tell whether a clause only asks whether there are questions."""
    return bool(_QUESTION.search(text))


def is_open_contact(text: str) -> bool:
    """Tell whether a clause ends where a contact should follow."""
    return bool(_OPEN_END.search(text))


def blank_contacts(document: Document) -> list[Problem]:
    """Return a problem for every contact that is left blank."""
    return [
        warning(
            "blank_contact",
            "a contact is announced and not given",
            document.file,
            clause.end_line,
            "write the address, link or number that people may use",
            blocks=True,
        )
        for clause, after in zip_longest(document.clauses, document.clauses[1:])
        if not clause.heading and _is_blank(clause, after)
    ]


def _is_blank(clause: Clause, after: Clause | None) -> bool:
    if not (is_open_contact(clause.text) or is_contact_question(clause.text)):
        return False
    return after is None or after.heading or not (after.links or _CONTACT.search(after.text))


def placeholders(document: Document) -> list[Problem]:
    """Return a problem for every placeholder that still stands in a clause."""
    return [
        warning(
            "placeholder",
            f"`{match.group()}` was never filled in",
            document.file,
            clause.line,
            "write what it stands for",
            blocks=True,
        )
        for clause in document.clauses
        for match in _PLACEHOLDER.finditer(clause.text)
    ]
