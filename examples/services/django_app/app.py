"""The community again, in Django and in one file: a middleware asks whether an account may act, a view asks about posts.

``python app.py runserver 8002 --noreload``
"""

import os
import sys
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import msgspec
from django.conf import settings
from django.core.management import execute_from_command_line
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path

from bylaw.client import Client, Outcome, Patience, Problem

FEATURE: Final = "posts"  # what Bylaw may restrict
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
STATUSES: Final = {
    Outcome.ALLOW: 201,
    Outcome.REDUCE: 201,
    Outcome.WARN: 409,
    Outcome.HOLD: 202,
    Outcome.REMOVE: 422,
    Outcome.REFUSE: 422,
}
SHOWN: Final = frozenset({Outcome.ALLOW, Outcome.REDUCE})

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1", "localhost"],
    MIDDLEWARE=[f"{__name__}.Admitting"],
    ROOT_URLCONF=__name__,
    SECRET_KEY=uuid.uuid4().hex,
    USE_TZ=True,
)

PATIENCE: Final = Patience(attempts=3, seconds=3, timeout=2)  # somebody waits for the page

bylaw = Client(os.environ["BYLAW_URL"], os.environ["BYLAW_KEY"], patience=PATIENCE)
published: list[dict[str, str]] = []


class Draft(msgspec.Struct):
    """A post; ``warned`` is the decision that warned its author, who insists."""

    text: str
    warned: str = ""


class Admitting:
    """Middleware: whoever changes something must be somebody who may, and nothing is published unasked."""

    def __init__(self, handle: Callable[[HttpRequest], HttpResponse]) -> None:
        self.handle = handle

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Handle a request, or refuse it."""
        try:
            refused = None if request.method in SAFE else refusal(request)
        except Problem as problem:
            return later(problem)
        return refused or self.handle(request)

    def process_exception(self, _: HttpRequest, error: Exception) -> HttpResponse | None:
        """Ask who writes while Bylaw cannot be reached to try again."""
        return later(error) if isinstance(error, Problem) else None


def refusal(request: HttpRequest) -> HttpResponse | None:
    """Return why an account may not act, if it may not."""
    account = request.COOKIES.get("account")  # a real service has a session here
    if not account:
        return JsonResponse({"message": "Who are you?"}, status=401)
    access = bylaw.access(account)
    if access.may(FEATURE):
        return None
    told = {"message": "You cannot post now.", "until": access.until, "clauses": access.clauses}
    return JsonResponse(told, status=403)


def later(problem: Problem) -> HttpResponse:
    """Return what is said while Bylaw cannot be asked."""
    return JsonResponse({"message": "Please try again in a moment.", "code": problem.code}, status=503)


def posts(request: HttpRequest) -> HttpResponse:
    """Show posts, or publish one unless Bylaw says otherwise."""
    if request.method in SAFE:
        return JsonResponse(published, safe=False)
    if request.content_type != "application/json":  # which no form of another site can send
        return JsonResponse({"message": "Send JSON."}, status=415)
    try:
        draft = msgspec.json.decode(request.body, type=Draft)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return JsonResponse({"message": 'A post is {"text": …}.'}, status=422)
    return publish(draft, request.COOKIES["account"])


def publish(draft: Draft, account: str) -> HttpResponse:
    """Publish a post, unless Bylaw says otherwise."""
    name, now = f"post-{uuid.uuid4()}", datetime.now(UTC)
    event = {"kind": "post.created", "id": name, "at": now, "actor": account, "text": draft.text}
    said = bylaw.decide(event, warned=draft.warned)
    if said.outcome in SHOWN:
        published.append({"post": name, "account": account, "text": draft.text})
    clauses = [{"clause": c.clause, "title": c.title, "text": c.text} for c in said.clauses]
    told = {"post": name, "outcome": said.outcome, "clauses": clauses, "decision": said.decision}
    return JsonResponse(told, status=STATUSES[said.outcome])


urlpatterns = [path("posts", posts)]

if __name__ == "__main__":
    execute_from_command_line(sys.argv)
