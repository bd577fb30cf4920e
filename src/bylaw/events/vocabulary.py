"""The built-in kinds: what rules can be written about on any service.

A class here is a kind; its tag is the kind's name and its docstring the line that people read.
Conventions: ``ip`` is an address in text form; ``country`` an ISO 3166-1 alpha-2 code, where the service
located the address; ``place`` the board, group, section or folder in which something stands;
``recipient`` the account or address a thing is directed at; ``session`` and ``device`` opaque ids of
the service. Ids of things (``post``, ``file``, ``listing``) are the service's own.
"""

from typing import Annotated

from msgspec import UNSET, UnsetType

from bylaw.events.event import (
    PERSONAL,
    Count,
    Event,
    Id,
    Int,
    Personal,
    PersonalId,
    PersonalIds,
    PersonalList,
    Text,
    Timestamp,
)

Coordinate = Annotated[float, PERSONAL]  # degrees, WGS 84, as coarse as the service likes


class Visit(Event, frozen=True, kw_only=True):
    """Where somebody came from; no kind by itself."""

    ip: Personal | UnsetType = UNSET
    country: str | UnsetType = UNSET
    latitude: Coordinate | UnsetType = UNSET
    longitude: Coordinate | UnsetType = UNSET
    user_agent: Personal | UnsetType = UNSET
    device: Personal | UnsetType = UNSET
    interface: str | UnsetType = UNSET  # web, app, api, …: the way in


class Registration(Visit, frozen=True, kw_only=True):
    """What a person told about themselves; no kind by itself."""

    email: Personal | UnsetType = UNSET
    email_verified: bool | UnsetType = UNSET
    username: Personal | UnsetType = UNSET
    display_name: Text | UnsetType = UNSET
    name: Personal | UnsetType = UNSET
    organisation_name: Personal | UnsetType = UNSET
    phone: Personal | UnsetType = UNSET
    address: Personal | UnsetType = UNSET
    declared_country: str | UnsetType = UNSET
    age: Annotated[Count, PERSONAL] | UnsetType = UNSET  # years
    language: str | UnsetType = UNSET  # that they read: a BCP 47 tag
    plan: str | UnsetType = UNSET


class AccountRegistered(Registration, frozen=True, kw_only=True, tag="account.registered"):
    """Somebody opened an account."""

    referrer: Personal | UnsetType = UNSET
    invited_by: PersonalId | UnsetType = UNSET


class AccountUpdated(Registration, frozen=True, kw_only=True, tag="account.updated"):
    """The registration details of an account changed; `changed` names the fields."""

    changed: list[str] | UnsetType = UNSET


class AccountLoggedIn(Visit, frozen=True, kw_only=True, tag="account.logged_in"):
    """Somebody signed in."""

    username: Personal | UnsetType = UNSET
    session: Personal | UnsetType = UNSET
    method: str | UnsetType = UNSET  # password, passkey, sso, token, …
    second_factor: bool | UnsetType = UNSET
    new_device: bool | UnsetType = UNSET


class AccountLoginFailed(Visit, frozen=True, kw_only=True, tag="account.login_failed"):
    """An attempt to sign in failed."""

    username: Personal | UnsetType = UNSET
    method: str | UnsetType = UNSET
    reason: str | UnsetType = UNSET  # unknown_user, bad_password, bad_factor, locked, rate_limited, …


class SessionSeen(Visit, frozen=True, kw_only=True, tag="session.seen"):
    """A session was used; `concurrent` counts the account's sessions in use at that moment."""

    session: Personal
    concurrent: Count | UnsetType = UNSET


class OrganisationJoined(Event, frozen=True, kw_only=True, tag="organisation.joined"):
    """An account became a member of an organisation."""

    organisation: PersonalId
    name: Personal | UnsetType = UNSET
    role: str | UnsetType = UNSET
    invited_by: PersonalId | UnsetType = UNSET
    members: Count | UnsetType = UNSET


class Written(Event, frozen=True, kw_only=True):
    """Circumstances of something that was written; no kind by itself."""

    place: str | UnsetType = UNSET
    visibility: str | UnsetType = UNSET  # public, members, private, …
    language: str | UnsetType = UNSET  # BCP 47, as the service knows it
    links: PersonalList | UnsetType = UNSET  # targets the text itself does not show
    attachments: PersonalList | UnsetType = UNSET  # file names
    ip: Personal | UnsetType = UNSET
    country: str | UnsetType = UNSET
    user_agent: Personal | UnsetType = UNSET
    interface: str | UnsetType = UNSET


class PostCreated(Written, frozen=True, kw_only=True, tag="post.created"):
    """Somebody published a post."""

    post: Id | UnsetType = UNSET
    title: Text | UnsetType = UNSET
    text: Text
    topic: str | UnsetType = UNSET
    tags: PersonalList | UnsetType = UNSET


class CommentCreated(Written, frozen=True, kw_only=True, tag="comment.created"):
    """Somebody commented; `recipient` wrote what is commented on."""

    comment: Id | UnsetType = UNSET
    post: Id | UnsetType = UNSET
    reply_to: Id | UnsetType = UNSET
    recipient: PersonalId | UnsetType = UNSET
    text: Text


class ListingCreated(Written, frozen=True, kw_only=True, tag="listing.created"):
    """Somebody advertised something; `place` is the section in which it stands."""

    listing: Id | UnsetType = UNSET
    title: Text
    text: Text | UnsetType = UNSET
    category: str | UnsetType = UNSET
    price: float | UnsetType = UNSET
    currency: str | UnsetType = UNSET  # ISO 4217
    commercial: bool | UnsetType = UNSET


class MessageSent(Written, frozen=True, kw_only=True, tag="message.sent"):
    """A message went to one or more people by mail, chat, newsgroup or form.

    ``recipient`` is the first of ``recipients``; ``recipient_count`` counts them all, those not listed
    too. ``truncated`` says that the text was longer than what is kept.
    """

    message_id: Personal | UnsetType = UNSET
    channel: str | UnsetType = UNSET  # mail, chat, sms, newsgroup, form, …
    sender: Personal | UnsetType = UNSET
    sender_name: Personal | UnsetType = UNSET
    reply_address: Personal | UnsetType = UNSET
    recipient: PersonalId | UnsetType = UNSET
    recipients: PersonalIds | UnsetType = UNSET
    recipient_count: Count | UnsetType = UNSET
    subject: Text | UnsetType = UNSET
    text: Text
    truncated: bool | UnsetType = UNSET
    attachment_bytes: Count | UnsetType = UNSET
    commercial: bool | UnsetType = UNSET
    bulk: bool | UnsetType = UNSET  # says of itself that it went to a list
    conversation: Id | UnsetType = UNSET
    reply_to: Personal | UnsetType = UNSET  # the message it answers


class ProfileUpdated(Visit, frozen=True, kw_only=True, tag="profile.updated"):
    """The public face of an account changed; `changed` names the fields."""

    username: Personal | UnsetType = UNSET
    display_name: Text | UnsetType = UNSET
    bio: Text | UnsetType = UNSET
    organisation_name: Personal | UnsetType = UNSET
    website: Personal | UnsetType = UNSET
    location: Personal | UnsetType = UNSET
    picture_sha256: str | UnsetType = UNSET
    changed: list[str] | UnsetType = UNSET


class FileUploaded(Event, frozen=True, kw_only=True, tag="file.uploaded"):
    """A file was stored; `media_type` is what was declared, `detected_type` what it is."""

    file: Id | UnsetType = UNSET
    name: Personal
    size: Count  # bytes
    media_type: str | UnsetType = UNSET
    detected_type: str | UnsetType = UNSET
    sha256: str | UnsetType = UNSET
    pdq: str | UnsetType = UNSET  # perceptual hash, 64 hexadecimal digits
    description: Text | UnsetType = UNSET
    place: str | UnsetType = UNSET
    visibility: str | UnsetType = UNSET
    ip: Personal | UnsetType = UNSET
    interface: str | UnsetType = UNSET


class LinkShared(Written, frozen=True, kw_only=True, tag="link.shared"):
    """Somebody shared a link."""

    url: Personal
    title: Text | UnsetType = UNSET
    text: Text | UnsetType = UNSET
    recipient: PersonalId | UnsetType = UNSET


class RequestServed(Event, frozen=True, kw_only=True, tag="request.served"):
    """A server answered a request; `request` is its first line where that is not HTTP."""

    ip: Personal | UnsetType = UNSET
    host: str | UnsetType = UNSET
    method: str | UnsetType = UNSET
    path: Personal | UnsetType = UNSET
    query: Personal | UnsetType = UNSET
    protocol: str | UnsetType = UNSET
    request: Personal | UnsetType = UNSET
    status: Int | UnsetType = UNSET
    bytes: Count | UnsetType = UNSET
    duration_ms: float | UnsetType = UNSET
    username: Personal | UnsetType = UNSET
    session: Personal | UnsetType = UNSET
    user_agent: Personal | UnsetType = UNSET
    referrer: Personal | UnsetType = UNSET
    country: str | UnsetType = UNSET


class ConnectionFlow(Event, frozen=True, kw_only=True, tag="connection.flow"):
    """Packets went between two addresses, summed up by a router, firewall or host."""

    source_ip: Personal
    source_port: Count | UnsetType = UNSET
    destination_ip: Personal
    destination_port: Count | UnsetType = UNSET
    protocol: str | UnsetType = UNSET  # tcp, udp, icmp, …
    direction: str | UnsetType = UNSET  # in, out: as seen from the service
    state: str | UnsetType = UNSET  # established, refused, reset, timeout, …
    bytes: Count | UnsetType = UNSET
    packets: Count | UnsetType = UNSET
    duration_ms: float | UnsetType = UNSET


class UsageMetered(Event, frozen=True, kw_only=True, tag="usage.metered"):
    """An account used some of a resource; a negative quantity corrects an earlier one."""

    resource: str
    quantity: float
    unit: str | UnsetType = UNSET
    since: Timestamp | UnsetType = UNSET
    corrects: Id | UnsetType = UNSET


class ReportReceived(Event, frozen=True, kw_only=True, tag="report.received"):
    """Somebody reported a person, a thing or an incident; `actor` is unset when not an account."""

    category: str
    text: Text | UnsetType = UNSET
    target: PersonalId | UnsetType = UNSET  # the account reported
    content: Id | UnsetType = UNSET  # the thing reported
    links: PersonalList | UnsetType = UNSET
    ip: Personal | UnsetType = UNSET  # the address reported
    observed_at: Timestamp | UnsetType = UNSET
    reporter: PersonalId | UnsetType = UNSET
    reporter_email: Personal | UnsetType = UNSET
    channel: str | UnsetType = UNSET  # form, mail, xarf, …


class RelationMade(Event, frozen=True, kw_only=True, tag="relation.made"):
    """Two accounts became related: a follow, a contact, a purchase, a shared group."""

    other: PersonalId
    relation: str
    mutual: bool | UnsetType = UNSET


class RelationEnded(Event, frozen=True, kw_only=True, tag="relation.ended"):
    """A relation of two accounts ended."""

    other: PersonalId
    relation: str
    mutual: bool | UnsetType = UNSET
