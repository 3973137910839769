"""A Postfix of the tests' own, which takes mail on loopback and passes it on to one next server.

It needs root, as Postfix does; it shares no folder and no setting with one that the machine runs.
"""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.journeys.house import free_port

_PROGRAMS = Path("/usr/lib/postfix/sbin")
_SERVICES = """
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""
_SETTINGS = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = {programs}
myhostname = relay.example
mydestination =
relayhost = [127.0.0.1]:{next_port}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
alias_maps =
alias_database =
smtp_tls_security_level = none
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
smtputf8_enable = yes
"""


@contextmanager
def running(*, next_port: int) -> Iterator[int]:
    """The port on which it listens while the block runs."""
    folder = Path(tempfile.mkdtemp(prefix="pf-", dir="/tmp"))  # not deep: names of its sockets
    try:
        port = free_port()
        for name in ("conf", "queue", "data"):
            (folder / name).mkdir(mode=0o755)
        folder.chmod(0o755)
        shutil.chown(folder / "data", "postfix")
        (folder / "conf/master.cf").write_text(_SERVICES.format(port=port))
        (folder / "conf/main.cf").write_text(
            _SETTINGS.format(folder=folder, programs=_PROGRAMS, next_port=next_port))
        _say(folder, "start")
        try:
            yield port
        finally:
            _say(folder, "stop")
            _wait_for_end(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _say(folder: Path, word: str) -> None:
    subprocess.run(["postfix", "-c", folder / "conf", word], check=True, capture_output=True,
                   timeout=30)


def _wait_for_end(folder: Path) -> None:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        done = subprocess.run(["postfix", "-c", folder / "conf", "status"], check=False,
                              capture_output=True, timeout=30)
        if done.returncode != 0:
            return
        time.sleep(0.1)
