"""Statements about a person's health: modest, by the words of records and diagnoses."""

from collections.abc import Iterator

from bylaw.signals.personal_data.spelling import Span, spans, stands_near
from bylaw.signals.scanning import pattern

_STATEMENTS = pattern(
    r"(?i)\b(?:(?:was|were|is|been|am|are|got|being)(?: (?:just|recently|first))? diagnosed with"
    r"|(?:my|his|her|their|the patient'?s|patient) (?:diagnosis|prescription|medical (?:records?|history)|blood type|"
    r"test results?|hiv status|chart)(?: is| are| shows?| show| includes?|:)?"
    r"|(?:tested|hiv)[ -](?:positive|negative)(?: for)?|prescribed (?:\pL+ ){0,3}(?:\d+ ?mg|for)"
    r"|(?:primary |secondary |working |differential )?diagnos(?:is|es):|patient (?:name|id|no|number|record):?"
    r"|medical record (?:number|no)\.?|\bmrn[:# ]|health insurance (?:number|id)|medicare (?:number|id)"
    r"|undergo(?:es|ing)? (?:chemotherapy|dialysis|radiotherapy)"
    r"|suffers? from (?:\pL+ ){0,2}(?:depression|cancer|diabetes|epilepsy|schizophrenia|hiv|aids|hepatitis|bipolar|"
    r"dementia|anxiety|asthma|leukaemia|leukemia)"
    r"|diagnostiziert mit|diagnose:|diagnostiqué avec|diagnosticad[oa] (?:de|con))"
)
# SOURCE: the form of codes in the International Classification of Diseases, tenth revision.
_CODE = pattern(r"\b[A-TV-Z]\d{2}(?:\.[0-9A-Z]{1,4})?\b")
_CODE_WORDS = pattern(
    r"(?i)\b(?:icd(?:-?10)?(?:-?cm)?|diagnos\pL*|dx|patient|clinic\pL*|discharge|hospital)\b"
)


def health(text: str) -> Iterator[Span]:
    """Yield statements about somebody's health, and codes of diagnoses among words of medicine."""
    yield from spans(_STATEMENTS, text)
    for span in spans(_CODE, text):
        if stands_near(_CODE_WORDS, text, span):
            yield span
