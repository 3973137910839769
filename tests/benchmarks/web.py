"""The web as a benchmark meets it: served by processes, its form as a reader would send it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from selectolax.lexbor import LexborHTMLParser

from tests.faults.parts import ROOT, wait_until
from tests.journeys.house import free_port

# Limits that no benchmark meets.
QUIET = {"SIGNUP_PER_HOUR": "100000000 per hour",
         "SIGNUP_WITHOUT_PROOF_PER_HOUR": "100000000 per hour",
         "SIGNUP_GLOBAL_PER_MINUTE": "100000000 per minute"}
WORKERS = ("--workers", "2", "--threads", "8", "--preload", "--no-control-socket",
           "--log-level", "warning")


@contextmanager
def served(application: str, environ: dict[str, str]) -> Iterator[int]:
    """The port at which two processes of eight threads serve an application."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}",
               *WORKERS]
    log_folder = ROOT / ".benchmarks"
    log_folder.mkdir(exist_ok=True)
    with (log_folder / "web.log").open("ab") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **environ}, stdout=log, stderr=log
        )

        def answers() -> bool:
            try:
                return httpx.get(f"http://127.0.0.1:{port}/", trust_env=False).is_success
            except httpx.TransportError:
                return False

        try:
            wait_until(answers, seconds=60, what="the web")
            yield port
        finally:
            process.terminate()
            process.wait(timeout=30)


def sign_up_form(port: int) -> dict[str, str]:
    """What the form would send, with a signed token; only the address is still to be typed."""
    page = LexborHTMLParser(
        httpx.get(f"http://127.0.0.1:{port}/aanmelden", trust_env=False).text
    )
    form = next(f for f in page.css("form") if f.attributes.get("action") == "/aanmelden")
    hidden = {str(field.attributes["name"]): str(field.attributes.get("value") or "")
              for field in form.css("input[type=hidden]")}
    return {**hidden, "website": "", "editions": "y", "cadence": "weekly", "themes": "data"}
