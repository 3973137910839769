"""A core application whose relay is the recording one."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from flask import Flask

from newsletter.core import create_core
from newsletter.extensions import db
from newsletter.sending.run import Post
from tests.faults.relay import Relay

House = tuple[Flask, Post]


@pytest.fixture
def house(
    make_database: Callable[[], dict[str, str]], tmp_path: Path,
) -> Callable[[Relay], AbstractContextManager[House]]:
    """Opens a house that hands its mail to a relay: the application and its post."""

    @contextmanager
    def opened(relay: Relay, **settings: str) -> Iterator[House]:
        core = create_core({**make_database(), "SMTP_URL": relay.url,
                            "SPOOL": str(tmp_path / "spool"), **settings})
        with core.app_context():
            post = Post(core)
            try:
                yield core, post
            finally:
                post.close()
                db.session.remove()
                db.engine.dispose()

    return opened
