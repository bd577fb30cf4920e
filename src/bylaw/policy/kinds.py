"""What a clause does, guessed from its words.

A table of patterns, read from top to bottom; the first that matches decides. A clause that says nothing by
itself has the kind of the sentence that leads into it: after "you will not", every item is a ban. The guess is
a default: the operator's book may set any kind.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import re2

from bylaw.base.errors import Problem, Problems, Where
from bylaw.base.spelling import did_you_mean
from bylaw.policy.contacts import is_contact_question, is_open_contact
from bylaw.policy.document import Clause, ClauseKind, Document

_WE = r"(?:we|(?:the )?company)"
_YOU = r"(?:you|(?:the )?customers?|users?|members?|subscribers?|clients?|visitors?|children|no one|nobody|anyone|third parties)"
_THIS = r"(?:this|the|these|our|any of the) (?:\w+ ){0,2}(?:policy|policies|aup|agreement|terms|document|notice|statement)\b"
_ADVERBS = r"(?:,? ?(?:at|in) (?:our|its|their) sole discretion,?| also| additionally| further| immediately| always| only| hereby| expressly| periodically| therefore| not only)*"
_CHANGE = r"(?:amend|modif|revis|updat|chang|replac)\w*"
_WARD_OFF = (
    r"suspend|terminate|cancel|remove|refuse|disable|delete|disclose|release|restrict|block|limit|freeze|review|"
    r"monitor|enforce|investigate|report"
)

_TABLE: Sequence[tuple[ClauseKind, str]] = (
    # how the documents behave
    (ClauseKind.FORM, rf"\b{_CHANGE}\b.{{0,60}}\b{_THIS}"),
    (ClauseKind.FORM, rf"\b{_THIS}.{{0,60}}\b(?:as {_CHANGE}|has been {_CHANGE}|supersede)"),
    (ClauseKind.FORM, r"\blast (?:modified|updated|revised|revision)\b|\bdate of last\b|\bsupersedes?\b"),
    (
        ClauseKind.FORM,
        rf"^(?:by using|when you use|your use of)\b.{{0,120}}\byou (?:agree|are agreeing|accept)\b|\bbound (?:to|by) {_THIS}",
    ),
    (
        ClauseKind.FORM,
        rf"\b{_THIS}[^.]{{0,30}} (?:describes?|do(?:es)? not (?:cover|apply)|appl(?:y|ies) to|covers?|explains?|incorporates?|is split)\b",
    ),
    (
        ClauseKind.FORM,
        rf"^the following is\b|\bupdates will be effective\b|\bhave (?:different|their own) privacy policies\b",
    ),
    # where nobody is liable
    (
        ClauseKind.STATEMENT,
        r"\bnot (?:be )?(?:liable|responsible|accountable)\b|\bno (?:liability|guarantees?|warrant(?:y|ies))\b|\b(?:not|unable to|cannot|can not) guarantee\b|\bat your (?:sole|own) risk\b|\b(?:entire|assume the) risk\b|\bas is\b|\bno third part(?:y|ies) shall\b|\bare governed by\b",
    ),
    # where people turn to
    (
        ClauseKind.ROUTE,
        r"\b(?:please|you (?:may|can|should)(?: also)?|to [^,]{3,60}, ?|immediately|let us know by|by) ?(?:contact|notify|e-?mail|send an? e-?mail|write|report|direct|get in touch|reach)(?:ing)?\b|\bget in touch\b|\bcontact (?:us|our)\b",
    ),
    (
        ClauseKind.ROUTE,
        r"\b(?:encourage|ask) you to (?:send|report|contact|notify)\b|\breports? \b.{0,60}\b(?:should be|can be|may be) (?:directed|sent|reported)|\bcan be reported by\b|\byou may use .{0,60} to report\b",
    ),
    # what users must not do
    (
        ClauseKind.BAN,
        rf"\b{_YOU}\b.{{0,40}}?\b(?:may|must|shall|will|can|should|do)(?: not\b|n't\b)|\bcan't\b|\bcannot use\b",
    ),
    (
        ClauseKind.BAN,
        rf"\b{_YOU}\b.{{0,80}}?\b(?:agrees?|undertakes?)(?: hereby)? not to\b|\b{_YOU} (?:are|is) prohibited\b",
    ),
    (
        ClauseKind.BAN,
        rf"\b(?:is|are|be|strictly) (?:strictly |expressly )?(?:prohibited|forbidden|banned|not (?:allowed|permitted|authorized|okay|tolerated))\b|\bnot okay to\b",
    ),
    (
        ClauseKind.BAN,
        rf"\b{_WE}{_ADVERBS} (?:prohibit|forbid|ban|don't tolerate|do not tolerate)|\b(?:spam|total) ban\b|\bwe define \W?(?:spam|abuse|harassment|phishing|fraud)",
    ),
    (
        ClauseKind.BAN,
        r"^(?:do not|don't|never)\b|\b(?:unethical|offensive|prohibited|unacceptable|restricted|abusive) (?:or \w+ )?(?:use|uses|content|conduct|purposes)\b[^.]{0,20}\b(?:include|are)\b",
    ),
    # what the operator is free to leave or to do, and what it will do
    (ClauseKind.RIGHT, rf"\bno obligation\b|\bright to use\b.{{0,40}}\bceases?\b|\bgrounds for\b"),
    (
        ClauseKind.PROMISE,
        rf"\b{_WE}{_ADVERBS} (?:will|shall|won't|agree to|promise|commit)\b|\bwe'll\b|\bwill be (?:purged|deleted|removed|destroyed|erased)\b",
    ),
    (ClauseKind.RIGHT, rf"\breserves? the right\b|\bhas the right\b"),
    (
        ClauseKind.FORM,
        rf"\b{_WE}{_ADVERBS}(?: may)?{_ADVERBS} (?:collect|gather|receive|ask for|log|use cookies|retain|store|keep|track)\b|\binformation (?:collected|gathered|is restricted)\b|\bconsidered to be public\b|\bmay be collected\b",
    ),
    (
        ClauseKind.PROMISE,
        rf"\byou (?:may|can)(?: also)? (?:opt out|unsubscribe|access|export|request)|\byou have the right\b|\byour right to\b",
    ),
    (
        ClauseKind.PROMISE,
        rf"\b{_WE}{_ADVERBS} (?:do not|don't|never|take|make every|endeavor|offer|strive|respect|never)\b|\bour policy (?:is )?(?:not )?to\b|\bour policy not to\b",
    ),
    (
        ClauseKind.RIGHT,
        rf"\b{_WE}{_ADVERBS} (?:may|can)\b|\bmay{_ADVERBS} (?:{_WARD_OFF})\b|\bresult in the\b|\bsubject to (?:cancellation|termination|suspension)\b",
    ),
    # what customers must do
    (
        ClauseKind.DUTY,
        rf"\b{_YOU}\b.{{0,60}}?\b(?:must|shall|agrees?|(?:is|are)(?: \w+)? responsible|should|need to|have to)\b|\bcompliance with\b|\bmust\b|\bask you to\b",
    ),
)
_PATTERNS = tuple((kind, re2.compile("(?i)" + pattern)) for kind, pattern in _TABLE)
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
    for kind, pattern in _PATTERNS:
        if pattern.search(text):
            return kind
    return _inherited(clause, above)


def _inherited(clause: Clause, above: Clause | None) -> ClauseKind:
    if above is None or not (clause.enumerator or not above.heading):
        return ClauseKind.STATEMENT
    if above.heading:
        return ClauseKind.BAN if _BANNING_HEADING.search(above.text) else ClauseKind.STATEMENT
    return above.kind
