"""What a stranger's clauses ask for: rules and mechanisms that are likely to carry them.

A table from words in a clause to a rule over plain signals. Suggestions start in shadow: a person reads
what they would have done before they bite.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import re2

from bylaw.policy.document import Clause, ClauseKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A rule for clauses that speak of a topic."""

    topic: str
    words: str  # RE2, in lower case, over the clause's text
    on: tuple[str, ...]
    when: str
    then: tuple[str, ...]
    note: str


_WRITTEN = ("post.created", "comment.created", "listing.created", "message.sent")
_REQUEST = ("request.served",)

SUGGESTIONS = (
    Suggestion(
        topic="cards-and-account-numbers",
        words=r"payment card|credit card|financial information|social security|regulated data|sensitive data",
        on=_WRITTEN,
        when="personal_data.cards > 0 || personal_data.ssns > 0 || personal_data.ibans > 0",
        then=("hold", "review: {queue: review}"),
        note="numbers whose checksum is right",
    ),
    Suggestion(
        topic="others-contact-details",
        words=r"personal (data|information)|private information|doxx|harvest",
        on=_WRITTEN,
        when="personal_data.emails + personal_data.phones > 5",
        then=("review: {queue: review}",),
        note="many people's contact details at once",
    ),
    Suggestion(
        topic="credentials",
        words=r"credential|password|confidential|trade secret",
        on=_WRITTEN,
        when="personal_data.secrets > 0",
        then=("hold", "review: {queue: review}"),
        note="keys, tokens and passwords in what people write",
    ),
    Suggestion(
        topic="link-spam",
        words=r"spam|unsolicited|junk|bulk (e-?mail|message)|advertis",
        on=_WRITTEN,
        when="urls.count > 5 || urls.shortened > 1",
        then=("review: {queue: review}",),
        note="many links, or links that hide where they lead",
    ),
    Suggestion(
        topic="deceptive-links",
        words=r"phish|fraud|deceptive|decei|impersonat|scam|malware|virus|malicious",
        on=(*_WRITTEN, "link.shared"),
        when="urls.deceptive_text || urls.look_alike || urls.has_credentials",
        then=("hold", "review: {queue: review}"),
        note="links that pretend to lead elsewhere",
    ),
    Suggestion(
        topic="attacks",
        words=r"hack|attack|security|unauthori[sz]ed access|vulnerab|penetrat|probe",
        on=_REQUEST,
        when="size(traffic.attack) > 0",
        then=("refuse", "review: {queue: review}"),
        note="requests that carry an attack",
    ),
    Suggestion(
        topic="crawlers",
        words=r"crawl|scrap|robot|spider|automated (means|access)|bots?\b",
        on=_REQUEST,
        when="traffic.crawler",
        then=("label: crawler",),
        note="clients that say they are programs, or are known as such",
    ),
    Suggestion(
        topic="throw-away-addresses",
        words=r"temporary .*e-?mail|disposable|false or inaccurate|accurate .*(information|registration)",
        on=("account.registered", "account.updated"),
        when="accounts.email_disposable",
        then=("refuse", "review: {queue: review}"),
        note="addresses from services that hand them out for minutes",
    ),
)


def suggested_rules(clauses: Iterable[Clause]) -> Iterable[tuple[Suggestion, tuple[str, ...]]]:
    """Return each suggestion with the ids of the bans it may carry; suggestions without one are left out."""
    bans = [clause for clause in clauses if clause.kind is ClauseKind.BAN and not clause.heading]
    for suggestion in SUGGESTIONS:
        pattern = re2.compile(suggestion.words)
        ids = tuple(clause.id for clause in bans if pattern.search(clause.text.lower()))
        if ids:
            yield suggestion, ids


MECHANISM_FOR = {
    ClauseKind.BAN: "people",
    ClauseKind.DUTY: "people",
    ClauseKind.PROMISE: "people",
    ClauseKind.RIGHT: "discretion",
    ClauseKind.ROUTE: "contact-route",
    ClauseKind.FORM: "document-versions",
    ClauseKind.STATEMENT: "shown-with-document",
}
