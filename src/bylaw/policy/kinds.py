"""What a clause does, guessed from its words.

A table of patterns decides. A clause that says nothing by itself has the kind of the sentence that leads into
it: after "you will not", every item is a ban. The guess is a default: the operator's book may set any kind.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import re2

from bylaw.base.errors import Problem, Problems, Where
from bylaw.base.spelling import did_you_mean
from bylaw.policy.blanks import is_contact_question, is_open_contact
from bylaw.policy.document import Clause, ClauseKind, Document

_WE = r"(?:we|(?:the )?company)"
_YOU = (
    r"(?:you|(?:the )?customers?|users?|members?|subscribers?|clients?|children|no one|anyone|third parties)"
)
_THIS = (
    r"(?:this|the|these|our) (?:\w+ ){0,2}(?:policy|policies|aup|agreement|terms|document|notice|statement)\b"
)
_ALSO = (
    r"(?:,? ?(?:at|in) (?:our|its|their) sole discretion,?| also| additionally| further| immediately| always| only"
    r"| hereby| expressly| periodically| therefore)*"
)
_CHANGE = r"(?:amend|modif|revis|updat|chang|replac)\w*"
_SANCTION = (
    r"(?:suspend|terminate|cancel|remove|refuse|disable|delete|disclose|release|restrict|block|limit|freeze|review|"
    r"monitor|enforce|investigate|report)"
)
_WITHHELD = (
    r"(?:sell|share|rent|collect|disclose|retain|use|give|open|access|look|store|keep|read|track|charge|disable|"
    r"discriminate|knowingly|respond|hand)"
)

# Groups are asked in this order; inside a group the match nearest to the start of the sentence decides.
_TABLE: Sequence[Sequence[tuple[ClauseKind, str]]] = (
    (  # how the documents themselves behave
        (ClauseKind.FORM, rf"\b{_CHANGE}\b.{{0,60}}\b{_THIS}"),
        (ClauseKind.FORM, rf"\b{_THIS}.{{0,60}}\b(?:as {_CHANGE}|has been {_CHANGE}|supersede)"),
        (ClauseKind.FORM, r"\blast (?:modified|updated|revised|revision)\b|\bdate of last\b|\bsupersedes?\b"),
        (
            ClauseKind.FORM,
            r"^(?:by using|when you use|your use of)\b.{0,120}\byou (?:agree|are agreeing|accept)\b",
        ),
        (ClauseKind.FORM, rf"\bbound (?:to|by) {_THIS}|^the following is\b|\bupdates will be effective\b"),
        (
            ClauseKind.FORM,
            rf"\b{_THIS}[^.]{{0,30}} (?:describes?|do(?:es)? not (?:cover|apply)|appl(?:y|ies) to)\b",
        ),
        (ClauseKind.FORM, rf"\b{_THIS}[^.]{{0,30}} (?:covers?|explains?|incorporates?|is split)\b"),
        (
            ClauseKind.FORM,
            r"\bhave (?:different|their own) privacy policies\b|\binclude our use of third.party services",
        ),
    ),
    (  # nobody is liable, nobody is entitled
        (
            ClauseKind.STATEMENT,
            r"\bnot (?:be )?(?:liable|responsible|accountable)\b|\bno (?:liability|guarantees?)\b",
        ),
        (
            ClauseKind.STATEMENT,
            r"\b(?:not|unable to|cannot|can not) guarantee\b|\bno warrant(?:y|ies)\b|\bas is\b",
        ),
        (
            ClauseKind.STATEMENT,
            r"\bat your (?:sole|own) risk\b|\b(?:entire|assume the) risk\b|\bare governed by\b",
        ),
        (ClauseKind.STATEMENT, r"\bno third part(?:y|ies) shall\b|\bwill not be (?:able|possible)\b"),
    ),
    (  # what people are granted
        (ClauseKind.PROMISE, r"\byou (?:may|can)(?: also)? (?:opt out|unsubscribe|access|export|request)\b"),
        (
            ClauseKind.PROMISE,
            r"\byou(?: also)? have the right to\b|\byour right to\b.{0,60}(?:information|data)\b",
        ),
        (ClauseKind.PROMISE, r"\byou will not be charged\b"),
    ),
    (  # where people turn to
        (
            ClauseKind.ROUTE,
            r"\b(?:please|let us know by|you (?:may|can|should)(?: always| also)?) (?:contact|notify|e-?mail)",
        ),
        (
            ClauseKind.ROUTE,
            r"\b(?:please|you (?:may|can|should)(?: also)?) (?:write|report|get in touch|reach|include|share)",
        ),
        (
            ClauseKind.ROUTE,
            r"^to [^,]{3,60}, ?(?:contact|e-?mail|write|call)|\bimmediately (?:send|notify|report|contact)",
        ),
        (
            ClauseKind.ROUTE,
            r"\bby (?:contact|e-?mail)ing\b|\bget in touch\b|\bcontact (?:us|our)\b|^by e-?mail\b|^by mail\b",
        ),
        (
            ClauseKind.ROUTE,
            r"\b(?:encourage|ask) you to (?:send|report|contact|notify)\b|\byou may use .{0,60} to report\b",
        ),
        (
            ClauseKind.ROUTE,
            r"\breports? \b.{0,60}\b(?:should|can|may) be (?:directed|sent|reported)|\bcan be reported\b",
        ),
    ),
    (  # what users must not do
        (
            ClauseKind.BAN,
            rf"\b{_YOU}\b[^.,;:]{{0,40}}?\b(?:may|must|shall|will|can) not\b|\byou (?:can't|cannot)\b",
        ),
        (ClauseKind.BAN, rf"\b{_YOU}\b.{{0,80}}?\b(?:agrees?|undertakes?)(?: hereby)? not to\b"),
        (
            ClauseKind.BAN,
            rf"\b{_YOU} (?:are|is) prohibited\b|\bnot okay\b|\bnot (?:be )?tolerated\b|\bwon't stand for\b",
        ),
        (ClauseKind.BAN, rf"\b{_YOU}\b[^.,;:]{{0,40}}? (?:are|is) not (?:authorized|allowed|permitted)\b"),
        (
            ClauseKind.BAN,
            r"\b(?:is|are|be) (?:strictly |expressly )?(?:prohibited|forbidden|banned|not allowed|not permitted)\b",
        ),
        (
            ClauseKind.BAN,
            rf"\b{_WE}{_ALSO} (?:prohibit|forbid|ban|don't tolerate|do not tolerate)|\b(?:spam|total) ban\b",
        ),
        (
            ClauseKind.BAN,
            r"\bwe define \W?(?:spam|abuse|harassment|phishing|fraud)\b|^(?:do not|don't|never)\b",
        ),
        (
            ClauseKind.BAN,
            r"^(?:unethical|offensive|prohibited|unacceptable|restricted|abusive) .{0,40}\binclude\b",
        ),
    ),
    (  # what the operator keeps free, and what it takes upon itself
        (ClauseKind.RIGHT, rf"\b{_WE} (?:\w+ )?have no obligation\b"),
        (ClauseKind.RIGHT, r"\bno obligation\b|\bright to use\b.{0,40}\bceases?\b|\bgrounds for\b"),
        (ClauseKind.RIGHT, rf"\b{_WE},? (?:at|in) (?:our|its|their) sole discretion\b"),
        (ClauseKind.RIGHT, rf"\breserves? the right\b|\b{_WE} (?:have|has) the right\b"),
        (ClauseKind.PROMISE, rf"\b{_WE}{_ALSO} (?:will|shall|won't|agree to|promise|commit)\b|\bwe'll\b"),
        (ClauseKind.PROMISE, r"\bwill (?:\w+ )?be (?:\w+ )?(?:purged|deleted|removed|destroyed|erased)\b"),
    ),
    (  # what is known about people
        (
            ClauseKind.FORM,
            rf"\b{_WE}{_ALSO}(?: may)?{_ALSO} (?:collect|gather|receive|ask for|log|use cookies)\b",
        ),
        (
            ClauseKind.FORM,
            rf"\b{_WE}{_ALSO}(?: may)?{_ALSO} (?:retain|store|keep|track)\b|\bmay be collected\b",
        ),
        (
            ClauseKind.FORM,
            r"\binformation (?:collected|gathered|is restricted)\b|\bconsidered to be (?:public|private)\b",
        ),
    ),
    (  # the same, in weaker words
        (ClauseKind.PROMISE, rf"\b{_WE}{_ALSO} (?:do not|don't|never)(?: actively| ever)? {_WITHHELD}\b"),
        (
            ClauseKind.PROMISE,
            rf"\b{_WE}{_ALSO} (?:take|make every|endeavor|offer|strive)\b|\bour policy not to\b",
        ),
        (ClauseKind.PROMISE, r"\bour policy is (?:not )?to\b|\b(?:is|are|be)(?: also)? encrypted\b"),
        (ClauseKind.RIGHT, rf"\b{_WE}{_ALSO} (?:may|can)\b|\bmay{_ALSO} {_SANCTION}\b"),
        (
            ClauseKind.RIGHT,
            r"\bresult in .{0,30}(?:terminat|suspen|cancel)|\bsubject to (?:cancel|terminat|suspen)",
        ),
    ),
    (  # what customers must do
        (
            ClauseKind.DUTY,
            rf"\b{_YOU}\b.{{0,60}}?\b(?:must|shall|agrees?|(?:is|are)(?: \w+)? responsible|should|have to)\b",
        ),
        (ClauseKind.DUTY, r"\bcompliance with the following\b|\bmust\b|\bask you to\b|\byou need to\b"),
    ),
)
_GROUPS = tuple(tuple((kind, re2.compile("(?i)" + pattern)) for kind, pattern in group) for group in _TABLE)
_FRAGMENT = re2.compile(r"^(?:[a-z]|To )")  # an item that only its lead-in makes a sentence
_BANNING_HEADING = re2.compile(
    r"(?i)\b(?:prohibit\w*|forbidden|restrict\w*|unacceptable|not allowed|may not|must not|unlawful|abuse)\b"
)
_PLAIN = str.maketrans("’‘“”", "''\"\"")


def guess_kinds(clauses: Sequence[Clause]) -> tuple[Clause, ...]:
    """Return the clauses with their kinds guessed; headings are statements."""
    found: dict[str, Clause] = {}
    for clause in clauses:
        above = found.get(clause.parent or "")
        found[clause.id] = replace(clause, kind=_guess(clause, above))
    return tuple(found.values())


def with_kinds(document: Document, kinds: Mapping[str, ClauseKind]) -> Document:
    """Return the document with the kinds that a person set.

    Raises:
        Problems: an id is not in the document (``policy.unknown_clause``).
    """
    unknown = [
        Problem(
            code="policy.unknown_clause",
            message=f"`{clause}` is no clause of `{document.key}`",
            where=Where(document.file),
            hint=did_you_mean(clause, document.by_id),
        )
        for clause in kinds
        if clause not in document.by_id
    ]
    if unknown:
        raise Problems(unknown)
    return replace(
        document, clauses=tuple(replace(c, kind=kinds.get(c.id, c.kind)) for c in document.clauses)
    )


def _guess(clause: Clause, above: Clause | None) -> ClauseKind:
    if clause.heading:
        return ClauseKind.STATEMENT
    text = clause.text.translate(_PLAIN)
    if is_open_contact(text) or is_contact_question(text):
        return ClauseKind.ROUTE
    led = above is not None and not above.heading
    if not (led and _FRAGMENT.search(text)):
        for group in _GROUPS:
            matches = [(m.start(), kind) for kind, pattern in group if (m := pattern.search(text))]
            if matches:
                return min(matches, key=lambda match: match[0])[1]
    return _inherited(clause, above)


def _inherited(clause: Clause, above: Clause | None) -> ClauseKind:
    if above is None:
        return ClauseKind.STATEMENT
    if above.heading:
        banned = clause.enumerator and _BANNING_HEADING.search(above.text)
        return ClauseKind.BAN if banned else ClauseKind.STATEMENT
    return above.kind
