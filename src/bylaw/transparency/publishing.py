"""A report as a folder: ``report.json``, ``report.html``, and the sheets; and whether such a folder is what it says.

The folder appears whole. What can be made from ``report.json`` is made again and compared, byte for byte.
"""

import io
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from bylaw.base.errors import ConflictError, InputError
from bylaw.transparency.page import document
from bylaw.transparency.published import Extent, Report, decode, encode
from bylaw.transparency.report import report_of
from bylaw.transparency.sheets import csv_of, file_name, sheets
from bylaw.transparency.sources import Ledger, Progress, count

JSON: Final = "report.json"
PAGE: Final = "report.html"
_UNFINISHED: Final = ".unfinished"


class Difference(NamedTuple):
    """What is not as it was published: where, what it says, and what the ledger says."""

    where: str
    published: object
    ledger: object


def files_of(report: Report) -> Mapping[str, bytes]:
    """Return the files of a report by their names."""
    csv = {file_name(report, sheet): csv_of(sheet) for sheet in sheets(report)}
    return {JSON: encode(report), PAGE: document(report, [JSON, *csv]).encode(), **csv}


def zipped(report: Report) -> bytes:
    """Return the sheets of a report in one file (ZIP). The same report, the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for sheet in sheets(report):
            archive.writestr(zipfile.ZipInfo(file_name(report, sheet)), csv_of(sheet), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def write(report: Report, folder: Path) -> list[str]:
    """Write a report into a new folder, and return the names of its files.

    Raises:
        ConflictError: the folder exists.
    """
    if folder.exists():
        raise ConflictError("transparency.exists", f"`{folder}` exists", hint="name a new folder")
    draft = folder.with_name(folder.name + _UNFINISHED)
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    files = files_of(report)
    for name, data in files.items():
        (draft / name).write_bytes(data)
    draft.rename(folder)
    return list(files)


def verify(path: Path, ledger: Ledger, progress: Progress = lambda _: None) -> Iterator[Difference]:
    """Count a published report again from a ledger, and yield what differs; nothing: it is the same.

    Args:
        path: ``report.json``. What lies beside it and is made from it is compared too.
        ledger: that is sound already.
        progress: is told how many more records are counted.

    Raises:
        InputError: the file is no report.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError("transparency.report", f"cannot read `{path}`") from error
    report = decode(data)
    first, last = ledger.extent(report.period)
    if last > report.ledger.last:
        yield Difference("ledger.last", report.ledger.last, last)
    counted = count(ledger, first, min(last, report.ledger.last), progress)
    again = report_of(counted.account, report.period, counted.extent, report.operator, report.settings)
    yield from _differences(report, again)
    for name, made in files_of(report).items():
        beside = path.with_name(name)
        if name != JSON and beside.exists() and beside.read_bytes() != made:
            yield Difference(name, "other bytes", "made anew from report.json")


def _differences(report: Report, again: Report) -> Iterator[Difference]:
    for name in Extent.__struct_fields__:
        told, found = getattr(report.ledger, name), getattr(again.ledger, name)
        if told != found:
            yield Difference(f"ledger.{name}", told, found)
    for name in type(report.figures).__struct_fields__:
        told, found = getattr(report.figures, name), getattr(again.figures, name)
        if told == found:
            continue
        if isinstance(told, tuple) and isinstance(found, tuple):
            odd = [one for one in told if one not in found], [one for one in found if one not in told]
            yield Difference(f"figures.{name}", odd[0][:1] or len(told), odd[1][:1] or len(found))
        else:
            yield Difference(f"figures.{name}", told, found)
