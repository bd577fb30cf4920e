"""The signals about an account as its holder described it: address, handle, names, profile.

All look at one event. Where the field is absent nothing was found: the value is ``false``, 0 or empty, and
a rule that must know asks ``has(event.email)``. A handle is the username, or else the part of the e-mail
address before ``@``.
"""

from collections.abc import Callable

from bylaw.events.event import Event
from bylaw.signals.accounts.addresses import base, is_disposable, is_free, is_role, is_tagged, is_valid
from bylaw.signals.accounts.handles import digit_share, randomness
from bylaw.signals.accounts.profiles import inconsistencies, looks_otherwise
from bylaw.signals.signal import Lists, Signal

_NAMES = ("username", "display_name", "name", "organisation_name")
_PROFILE = ("display_name", "name", "email", "phone", "declared_country")
_HANDLE = ("username", "email")


def _told(event: Event, field: str) -> str:
    # A declared kind may have a field of that name that is no string.
    value = getattr(event, field, "")
    return value if isinstance(value, str) else ""


def _of_email(test: Callable[[str], bool]) -> Callable[[Event, Lists], bool]:
    return lambda event, _lists: test(_told(event, "email"))


def _email_disposable(event: Event, lists: Lists) -> bool:
    return is_disposable(_told(event, "email"), lists)


def _of_handle(measure: Callable[[str], float]) -> Callable[[Event, Lists], float]:
    return lambda event, _lists: measure(_told(event, "username").strip() or base(_told(event, "email")))


def _name_confusable(event: Event, _lists: Lists) -> bool:
    return any(looks_otherwise(_told(event, field)) for field in _NAMES)


def _profile_inconsistent(event: Event, lists: Lists) -> list[str]:
    told = ((field, _told(event, field)) for field in _PROFILE)
    return inconsistencies({field: value for field, value in told if value}, lists)


SIGNALS: tuple[Signal, ...] = (
    Signal(
        name="accounts.email_disposable",
        type="bool",
        doc="Whether the e-mail address is of a throw-away or public mailbox; false without one. The lists "
        "`disposable_domains` and `public_inboxes` of the book add to the packaged one.",
        compute=_email_disposable,
        fields=("email",),
        cost=5,
    ),
    Signal(
        name="accounts.email_valid",
        type="bool",
        doc="Whether the e-mail address is well spelt and its domain not reserved; false without one.",
        compute=_of_email(is_valid),
        fields=("email",),
        cost=30,
    ),
    Signal(
        name="accounts.email_free",
        type="bool",
        doc="Whether the e-mail address is of a well-known free provider; false without one.",
        compute=_of_email(is_free),
        fields=("email",),
    ),
    Signal(
        name="accounts.email_tagged",
        type="bool",
        doc="Whether the e-mail address has a tag, as in ann+shop@; false without one.",
        compute=_of_email(is_tagged),
        fields=("email",),
    ),
    Signal(
        name="accounts.email_role",
        type="bool",
        doc="Whether the e-mail address is of an office, as abuse@ or postmaster@; false without one.",
        compute=_of_email(is_role),
        fields=("email",),
    ),
    Signal(
        name="accounts.name_digits",
        type="double",
        doc="The share of digits in the username, or else in the e-mail address before @, from 0 to 1; "
        "0 without either.",
        compute=_of_handle(digit_share),
        fields=_HANDLE,
    ),
    Signal(
        name="accounts.name_random",
        type="double",
        doc="How unlike a name one could speak the username is, or else the e-mail address before @, from 0 "
        "to 1; 0 without either, and below 6 characters. About 2 in 100 names that people choose reach 0.5.",
        compute=_of_handle(randomness),
        fields=_HANDLE,
        cost=6,
    ),
    Signal(
        name="accounts.name_confusable",
        type="bool",
        doc="Whether the username, display name, name or organisation name mixes look-alike scripts, or has "
        "styled or hidden characters; false without any.",
        compute=_name_confusable,
        fields=("username", "display_name", "organisation_name"),
        cost=14,
    ),
    Signal(
        name="accounts.profile_inconsistent",
        type="list(string)",
        doc="What does not fit together: name has a link, name is an address, name of a disposable address, "
        "name without letters, phone of another country, placeholder name. Empty where nothing was told.",
        compute=_profile_inconsistent,
        fields=("display_name", "declared_country"),
        cost=15,
    ),
)
