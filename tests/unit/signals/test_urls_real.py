"""Links from the wild are found in sentences, and plain messages hold none. No link is ever followed."""

from pathlib import Path

import pytest

from bylaw.signals.urls.links import read_links

SAMPLE = 3_000


def sample(shared: Path, name: str, where: str) -> list[str]:
    duckdb = pytest.importorskip("duckdb")
    query = f"select text from read_parquet($1) where {where} order by hash(text) limit {SAMPLE}"  # noqa: S608 - our own words
    return [text for (text,) in duckdb.execute(query, [str(shared / "data" / f"{name}.parquet")]).fetchall()]


@pytest.mark.parametrize("name", ["urls_pdd", "urls_jpcert"])
def test_links_in_a_sentence_are_found(shared: Path, name: str) -> None:
    urls = sample(shared, name, "text like '%://%' and text not like '% %'")
    found = [read_links(f"Please look at {url}, it is new.") for url in urls]
    assert sum(len(links) == 1 for links in found) >= 0.999 * len(urls)
    bare = [read_links(f"Please look at {url.partition('://')[2]} now.") for url in urls]
    assert sum(map(bool, bare)) >= 0.95 * len(urls)


def test_plain_messages_hold_no_links(shared: Path) -> None:
    texts = sample(
        shared,
        "sms_spam_collection",
        "label = 0 and not regexp_matches(text, '(?i)www|http|[.](com|co|edu)')",
    )
    assert sum(bool(read_links(text)) for text in texts) <= 1
