"""What every test may ask for."""

import os
import tempfile
from collections.abc import Generator, Iterator
from functools import partial
from pathlib import Path

import pytest
from hypothesis import settings

from databases import MakePlace, Server, new_place, postgres

ROOT = Path(__file__).resolve().parents[1]

# Many tests start processes. They share what was compiled once, also where the environment says to keep nothing.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
os.environ.setdefault("PYTHONPYCACHEPREFIX", str(Path(tempfile.gettempdir()) / "bylaw-bytecode"))

settings.register_profile("bylaw", deadline=None, print_blob=True)
settings.load_profile("bylaw")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--forbid-skips", action="store_true", help="a skipped test fails the run")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and item.config.getoption("--forbid-skips"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, and this run forbids it: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference material beside the checkout."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("the reference material (../shared) is not beside this checkout")
    return folder


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A real PostgreSQL, started once for each process of the run."""
    with postgres() as started:
        yield started


@pytest.fixture(params=["sqlite", "postgresql"])
def make_place(request: pytest.FixtureRequest, tmp_path: Path) -> MakePlace:
    """Makes data folders of new operators, on one database and then on the other."""
    url = request.getfixturevalue("server").url if request.param == "postgresql" else ""
    return partial(new_place, tmp_path, url)
