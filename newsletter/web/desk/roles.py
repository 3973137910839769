"""The order of the roles, whether who works here has one, and which pages that opens."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from flask import current_app
from flask_security import current_user
from werkzeug.exceptions import NotFound
from werkzeug.routing import RequestRedirect

from newsletter.accounts.models import RoleName

RANKS = list(RoleName)  # each role may do what the ones before it may


def may(role: RoleName) -> bool:
    """Whether who works here has that role, or one that stands above it."""
    return any(RANKS.index(RoleName(one.name)) >= RANKS.index(role) for one in current_user.roles)


def may_open(href: str, roles: Mapping[str, RoleName]) -> bool:
    """Whether who works here may open that page; `roles` has the lowest role of each endpoint."""
    try:
        endpoint, _values = current_app.url_map.bind("").match(urlsplit(href).path)
    except (NotFound, RequestRedirect):
        return False
    role = roles.get(str(endpoint))
    return role is not None and may(role)
