"""A statement of reasons to look at in tests, and who tells it."""

from bylaw.notices.choosing import voice_of
from bylaw.notices.statement import Cited, Decided, Done, Redress, Source, Statement
from small_book import a_book

NOON = 1_790_000_000_000_000  # 21 September 2026, 13:33:20
DAY = 86_400_000_000

BOOK = a_book()
VOICE = voice_of(BOOK)

STATEMENT = Statement(
    action="act_1",
    decision="dec_1",
    thing="your post of 3 March",
    facts="You shouted “AAA” in the library.",
    done=(Done(effect="remove"), Done(effect="suspend", value="7")),
    clauses=(
        Cited(
            document="House Rules", version="2026-01-01", clause="house/words/p1", text="You must not shout."
        ),
    ),
    why="The readers could not read.",
    source=Source.NOTICE,
    found_by_machine=False,
    decided=Decided.PERSON,
    regions=("de", "at"),
    since=NOON,
    until=NOON + 7 * DAY,
    redress=Redress(to="appeals@house.example", until="2027-04-01", bodies=("the Readers' Board",)),
)

GERMAN = """\
---
notice: words
kind: statement
language: de
class: service
clauses: ["*"]
subject: "Zu {{ thing }}"
---
{{ action }} {{ scope }} {{ length }} {{ facts }} {{ ground }} {{ source }} {{ automation }}
{{ appeal.until }} {{ appeal.to }}

{% for clause in clauses %}
{{ clause.id }} {{ clause.text }}
{% endfor %}
"""
