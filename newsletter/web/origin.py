"""From where a request comes, as the audit trail keeps it for a while."""

from flask import request

from newsletter.accounts.audit import Origin

LONGEST = 200


def origin() -> Origin:
    """The visitor's address, and the browser as it names itself, on one line."""
    said = request.user_agent.string[:LONGEST]
    program = "".join(letter if letter.isprintable() else " " for letter in said)
    return Origin(request.remote_addr or "", program)
