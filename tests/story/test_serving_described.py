"""The description of the interface is complete and true: asked whatever it allows, and what it does not."""

from collections.abc import Iterator, Mapping
from typing import Any

import httpx2
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import CHECKS
from schemathesis.generation.modes import GenerationMode

from bylaw.staff.permissions import PERMISSIONS
from bylaw.staff.roles import BUILT_IN
from bylaw.web.app import ROUTES
from bylaw.web.routes import Route
from service import Service, served
from staff_browser import OURS, at_a_browser, at_work, cheap
from staff_world import Clock

EXAMPLES = 6
API = [route for route in ROUTES if not route.page]  # pages are for people, and undescribed
LEFT_OUT = {
    "positive_data_acceptance",  # types do not say everything: an event may lie in the future, a filter name nothing
    "ignored_auth",  # who may is asked for every route in test_serving_attacks
}


@schemathesis.serializer("message/rfc822")
def mail(_context: schemathesis.SerializationContext, value: object) -> bytes:
    """A mail is any bytes."""
    return str(value).encode(errors="replace")


@pytest.fixture(scope="module")
def clock() -> Clock:
    return at_work()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Iterator[Service]:
    with served(tmp_path_factory.mktemp("served"), clock=clock, hasher=cheap()) as running:
        yield running


def shown_at(route: Route, service: Service, clock: Clock) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Headers and cookies: a program's key, or what takes a person: every role, two factors shown just now."""
    if route.permission and not PERMISSIONS[route.permission].fresh:
        return {"authorization": f"Bearer {service.key()}"}, {}
    with at_a_browser(service, clock)(f"{route.name}.{clock.now}", *BUILT_IN) as browser:
        clock.pass_(1)
        return OURS, dict(browser.client.cookies)


@pytest.fixture(scope="module")
def described(service: Service) -> schemathesis.BaseSchema:
    return schemathesis.openapi.from_url(f"{service.url}/openapi.json")


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("route", API, ids=lambda route: route.name)
def test_answers_are_as_described(
    service: Service, clock: Clock, described: schemathesis.BaseSchema, route: Route, mode: GenerationMode
) -> None:
    operation = described[route.path][route.method]
    told = operation.definition.raw
    if mode is GenerationMode.NEGATIVE and not ("parameters" in told or "requestBody" in told):
        return  # there is nothing to get wrong
    checks = [check for check in CHECKS.get_all() if check.__name__ not in LEFT_OUT]
    headers, cookies = shown_at(route, service, clock)

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=mode))
    def ask(case: schemathesis.Case[Any]) -> None:
        case.cookies = {name: cookies.get(name, value) for name, value in (case.cookies or {}).items()}
        case.call_and_validate(headers=headers, checks=checks)  # type: ignore[arg-type]  # some are classes

    ask()


def test_every_route_is_described_and_nothing_else(service: Service) -> None:
    paths = httpx2.get(f"{service.url}/openapi.json").json()["paths"]
    told = {(method.upper(), path) for path, methods in paths.items() for method in methods}
    assert told == {(route.method, route.path) for route in API}


def test_the_kinds_of_events_are_those_of_the_book(service: Service) -> None:
    described = httpx2.get(f"{service.url}/openapi.json").json()
    kinds = described["paths"]["/v1/events"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert "post.created" in kinds["discriminator"]["mapping"]


def test_methods_that_are_not_described_are_refused(service: Service) -> None:
    for route in API:
        answer = httpx2.request("PATCH", service.url + route.path)
        assert (answer.status_code, answer.json()["code"]) == (405, "web.method"), route.path
        assert route.method in answer.headers["allow"]
