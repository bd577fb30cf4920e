"""Somebody who must be found nowhere: what is known of the person, and a search for it in every form."""

import base64
from collections.abc import Iterable, Iterator
from pathlib import Path

from bylaw.records.vault.scan import scan

ID = "acc_canary_7f3a91"
PERSON = {
    "name": "Serinette Quillfeather",
    "email": "s.quillfeather@canary.example",
    "address": "19 Perchlight Mews, Wrenbury",
}
CARD = "5425 2334 3010 9903"
WORDS = (ID, *PERSON.values(), CARD, CARD.replace(" ", ""), "Quillfeather", "Perchlight")


def forms(words: Iterable[str]) -> Iterator[bytes]:
    """The bytes of each word, as they are and as UTF-16, hexadecimal digits and base64 of each hold them."""
    for word in words:
        for text in (word, word.lower()):
            for raw in (text.encode(), text.encode("utf-16-le"), text.encode("utf-16-be")):
                yield raw
                yield raw.hex().encode()
                yield raw.hex().upper().encode()
                yield from _base64(raw)
            yield text.replace("@", "%40").replace(" ", "%20").replace(",", "%2C").encode()
            yield text.replace(" ", "+").encode()


def found(folder: Path) -> set[str]:
    """The files, temporary and hidden ones too, in which any form of the canary stands."""
    needles = sorted(set(forms(WORDS)))
    return {str(finding.path.relative_to(folder)) for finding in scan([folder], needles)}


def _base64(raw: bytes) -> Iterator[bytes]:
    # What is encoded together with bytes before and after it has another form at each of three places.
    for before in range(3):
        encoded = base64.b64encode(bytes(before) + raw)
        whole = encoded[-(-before * 4 // 3) + (before > 0) : (before + len(raw)) // 3 * 4]
        yield whole
        yield whole.replace(b"+", b"-").replace(b"/", b"_")
