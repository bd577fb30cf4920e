"""A tiny community: people post, and Bylaw is asked before a post appears.

It shows the whole way. A post is decided before it is published; its author sees the clause, rephrases or insists. A
suspended account cannot post. What Bylaw decides later (a person looked at a held post) comes by webhook, is carried
out, and is acknowledged. Posts live in one SQLite file.
"""

import os
import sqlite3
import uuid
from collections.abc import Iterator, Mapping
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from fastapi import BackgroundTasks, Cookie, Depends, FastAPI, HTTPException, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from bylaw.client import Access, Answer, Client, Outcome, Patience, Problem

FEATURE: Final = "posts"  # what Bylaw may restrict
STATES: Final[Mapping[Outcome, str]] = {  # what becomes of a post at once
    Outcome.ALLOW: "published",
    Outcome.REDUCE: "published",
    Outcome.WARN: "warned",
    Outcome.HOLD: "held",
    Outcome.REMOVE: "removed",
    Outcome.REFUSE: "removed",
}
LATER: Final[Mapping[str, str]] = {  # and by actions that come later
    "hold": "held",
    "remove": "removed",
    "refuse": "removed",
    "release": "published",
    "restore": "published",
    "allow": "published",
}
STATUSES: Final = {"published": 201, "warned": 409, "held": 202, "removed": 422}
SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS posts (id TEXT PRIMARY KEY, account TEXT, text TEXT, state TEXT, decision TEXT);
CREATE TABLE IF NOT EXISTS deeds (action TEXT PRIMARY KEY, decision TEXT);
"""

PATIENCE: Final = Patience(attempts=3, seconds=3, timeout=2)  # somebody waits for the page

bylaw = Client(os.environ["BYLAW_URL"], os.environ["BYLAW_KEY"], patience=PATIENCE)
webhook = Webhook(os.environ["BYLAW_HOOK_SECRET"])


@asynccontextmanager
async def lifespan(_: FastAPI) -> Any:  # noqa: ANN401 - what FastAPI asks for
    """Make the tables, and close what was open."""
    with closing(connect()) as made:
        made.executescript(SCHEMA)
    yield
    bylaw.close()


app = FastAPI(title="Quayside", lifespan=lifespan)


def connect() -> sqlite3.Connection:
    """Open the file of posts."""
    return sqlite3.connect(
        os.environ.get("QUAYSIDE_DB", "quayside.db"), isolation_level=None, check_same_thread=False
    )


def posts() -> Iterator[sqlite3.Connection]:
    """Open the file of posts for one request."""
    with closing(connect()) as opened:
        yield opened


def author(account: Annotated[str, Cookie()] = "") -> str:
    """Return who posts, if they may; a real service has a session here, not a cookie that anybody can write."""
    if not account:
        raise HTTPException(401, {"message": "Who are you?"})
    access = bylaw.access(account)
    if not access.may(FEATURE):
        raise HTTPException(403, told_access(access))
    return account


Posts = Annotated[sqlite3.Connection, Depends(posts, scope="function")]
Author = Annotated[str, Depends(author)]


class Draft(BaseModel):
    """A post; ``warned`` is the decision that warned its author, who insists."""

    text: Annotated[str, Field(min_length=1, max_length=10_000)]
    warned: str = ""


@app.post("/posts")
def write(draft: Draft, account: Author, db: Posts) -> Response:
    """Publish a post, unless Bylaw says otherwise."""
    name = f"post-{uuid.uuid4()}"
    event = {
        "kind": "post.created",
        "id": name,
        "at": datetime.now(UTC),
        "actor": account,
        "text": draft.text,
    }
    said = bylaw.decide(event, warned=draft.warned)
    state = STATES[said.outcome]
    if state != "warned":
        row = (name, account, draft.text, state, said.decision)
        db.execute("INSERT INTO posts VALUES (?, ?, ?, ?, ?)", row)
    return JSONResponse({"post": name, "state": state, **told(said)}, STATUSES[state])


@app.get("/posts")
def read(db: Posts) -> list[dict[str, str]]:
    """Show what is published."""
    found = db.execute("SELECT id, account, text FROM posts WHERE state = 'published' ORDER BY rowid")
    return [dict(zip(("post", "account", "text"), row, strict=True)) for row in found]


@app.post("/hooks/bylaw", status_code=204)
async def hear(request: Request, tasks: BackgroundTasks) -> None:
    """Take actions from Bylaw; when this is answered they are carried out, and then Bylaw is told so."""
    try:
        told = webhook.verify(await request.body(), dict(request.headers))
    except WebhookVerificationError:
        raise HTTPException(401, {"message": "Nobody we know has signed this."}) from None
    if told["type"] == "bylaw.action.planned":
        tasks.add_task(carry_out, told["data"])


def carry_out(data: dict[str, Any]) -> None:
    """Do what actions say, and say that it is done. To do it twice does no harm: it may come twice."""
    with closing(connect()) as db:
        for action in data["actions"]:
            change(db, action, data["decision"])
    bylaw.acknowledge(action["action"] for action in data["actions"])


def change(db: sqlite3.Connection, action: dict[str, Any], decision: str | None) -> None:
    """Change the post that an action, or the action that it takes back, is about.

    An account that was suspended needs nothing here: ``author`` asks each time.
    """
    if action["undoes"]:
        found = db.execute("SELECT decision FROM deeds WHERE action = ?", (action["undoes"],)).fetchone()
        decision = found[0] if found else None
    if decision and action["effect"] in LATER:
        db.execute("INSERT OR IGNORE INTO deeds VALUES (?, ?)", (action["action"], decision))
        db.execute("UPDATE posts SET state = ? WHERE decision = ?", (LATER[action["effect"]], decision))


@app.exception_handler(Problem)
def no_answer(_: Request, problem: Problem) -> Response:
    """Nothing is published unasked: who posts while Bylaw cannot be reached is asked to try again."""
    return JSONResponse({"message": "Please try again in a moment.", "code": problem.code}, 503)


def told(said: Answer) -> dict[str, Any]:
    """Return what an author is told of a decision: the clauses in their own words, and how to insist."""
    clauses = [{"clause": c.clause, "title": c.title, "text": c.text} for c in said.clauses]
    return {"clauses": clauses, "decision": said.decision}


def told_access(access: Access) -> dict[str, Any]:
    """Return what somebody is told who may not post."""
    until = access.until.isoformat(timespec="seconds") if access.until else None
    return {"message": "You cannot post now.", "until": until, "clauses": access.clauses}
