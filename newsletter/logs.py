"""Structured logs: an event name and fields; never an address, a token or a body (P09, S07)."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, cast

import structlog
from structlog.typing import Processor

# A local part may be quoted (RFC 5321 §4.1.2); the look behind keeps long lines linear.
_ADDRESS = re.compile(
    r"""(?:"[^"\r\n]{0,254}"|(?<![^\s@<>",;:()])[^\s@<>",;:()]+)@[^\s@<>"',;:()]+"""
)
_SHORTEST_TOKEN = 40
_TOKEN = re.compile(rf"[A-Za-z0-9_-]{{{_SHORTEST_TOKEN},}}")
_TOKEN_PATHS = re.compile(
    r"(/(?:bevestigen|voorkeuren|afmelden|mijn-gegevens|adres|agenda|uitnodiging)/)[^\s\"?]+"
)
# One list for good: a logger keeps the one that it was first used with.
_PROCESSORS: list[Processor] = []


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """The logger of a module."""
    return cast(structlog.stdlib.BoundLogger, structlog.get_logger(name))


def clean(text: str) -> str:
    """`text` on one line, with addresses and tokens cut out."""
    if "/" in text:
        text = _TOKEN_PATHS.sub(r"\1[token]", text)
    if "@" in text:
        text = _ADDRESS.sub("[address]", text)
    if len(text) >= _SHORTEST_TOKEN:
        text = _TOKEN.sub("[token]", text)
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else " " for c in text)


def _clean_fields(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    return {k: clean(v) if isinstance(v, str) else v for k, v in event.items()}


class _CleanFilter(logging.Filter):
    """Libraries' own lines pass the same rule."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = clean(record.getMessage()), ()
        return True


class _CleanFormatter(logging.Formatter):
    """A traceback, which a filter does not see, passes it too; nothing in it can begin a line of
    its own (S07): for machines it stays on the line of its event, for people it stands indented.
    """

    def __init__(self, joint: str) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")
        self._joint = joint

    def format(self, record: logging.LogRecord) -> str:
        return self._joint.join(clean(line) for line in super().format(record).splitlines())


def configure(log_format: str) -> None:
    """Send everything to standard error, as `console` or as `json` lines."""
    last = (
        structlog.processors.JSONRenderer()
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0)
    )
    _PROCESSORS[:] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _clean_fields,
        last,
    ]
    structlog.configure(
        processors=_PROCESSORS,
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.addFilter(_CleanFilter())
    handler.setFormatter(_CleanFormatter(" | " if log_format == "json" else "\n    "))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    # Told at every command and every task: what matters of these stands in our own events.
    for name in ("mail.log", "celery.app.trace", "celery.worker.strategy", "httpx"):
        logging.getLogger(name).setLevel(logging.WARNING)
