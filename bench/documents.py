"""Documents: parsing one, and finding what became of each clause in the next version."""

from pathlib import Path

from markdown_it import MarkdownIt

from bench.measure import rate, show
from bylaw.policy.lineage import lineage
from bylaw.policy.parse import parse_document

DOCUMENTS = Path(__file__).parents[1] / "examples/harbour/policies/acceptable-use"


def bench() -> None:
    old, new = (path.read_bytes() for path in sorted(DOCUMENTS.glob("*.md"))[:2])
    documents = [parse_document(data, file="acceptable-use.md") for data in (old, new)]
    text = old.decode()

    def parse() -> int:
        parse_document(old, file="acceptable-use.md")
        return 1

    def compare() -> int:
        lineage(*documents)
        return 1

    def markdown() -> int:
        MarkdownIt().parse(text)
        return 1

    rows = [
        rate("bylaw: clauses, ids, kinds, problems", parse),
        rate("bylaw: lineage of two versions", compare),
        rate("markdown-it-py: tokens", markdown),
    ]
    show(f"A policy of {len(old):,} bytes, {len(documents[0].clauses)} clauses", rows, "times")
