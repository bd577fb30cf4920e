"""Who did something, by the name that colleagues know: staff by theirs, programs by their key's, else rules."""

from collections.abc import Callable
from functools import cache

from bylaw.base.errors import NotFoundError
from bylaw.enforcement.acting import SYSTEM
from bylaw.staff.model import Member
from bylaw.web.languages import Tongue
from bylaw.web.service import Service


def naming(service: Service, tongue: Tongue) -> Callable[[str], str]:
    """Return what tells the name of a member of staff, of a key, or of the rules (the empty id)."""

    @cache
    def name(who: str) -> str:
        if not who:
            return tongue.say("Rules")
        if who == SYSTEM:
            return tongue.say("by itself")
        key = next((key for key in service.staff.keys.keys() if key.id == who), None)  # noqa: SIM118 - a method
        if key is not None:
            return tongue.say("key {name}", name=key.name)
        try:
            return name_of(service, service.staff.roster.member(who))
        except NotFoundError:
            return who

    return name


def name_of(service: Service, member: Member) -> str:
    """Return what colleagues know a member of staff by."""
    profile = service.staff.roster.profile(member)
    return profile.name if profile and profile.name else member.outside
