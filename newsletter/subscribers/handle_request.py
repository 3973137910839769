"""Handle a request under the AVG: say how, once."""

import unicodedata
from datetime import datetime

from newsletter.errors import BadInput, WrongState
from newsletter.extensions import db
from newsletter.subscribers.request_models import DataRequest, RequestOutcome

LONGEST_NOTE = 500  # characters


def handle_request(
    request: DataRequest,
    outcome: RequestOutcome,
    *,
    note: str = "",
    account_id: int,
    now: datetime,
) -> None:
    """Close the request, locked by who calls. Raises WrongState when it was handled already, and
    BadInput at `note` when that is too long or might hold an address."""
    if request.handled_at is not None:
        raise WrongState("handled")
    request.note = read_note(note)
    request.outcome, request.handled_at, request.handled_by = outcome, now, account_id
    db.session.flush()


def read_note(typed: str) -> str:
    """The note, trimmed. Raises BadInput at `note`."""
    note = typed.strip().replace("\r\n", "\n")
    if len(note) > LONGEST_NOTE:
        raise BadInput("note", "too_long")
    if "@" in note:
        raise BadInput("note", "holds_address")
    if any(unicodedata.category(c) in ("Cc", "Cf", "Cs") and c != "\n" for c in note):
        raise BadInput("note", "control_character")
    return note
