"""The cheap sink: compiled from `fastsink.c` where there is a C compiler."""

import shutil
import signal
import socket
import subprocess
from pathlib import Path
from typing import Self

import pytest

SOURCE = Path(__file__).with_name("fastsink.c")


class Sink:
    """Takes every mail and keeps none; a few dozen microseconds a mail."""

    def __init__(self, folder: Path) -> None:
        compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
        if compiler is None:
            pytest.fail("not run: no C compiler; install the package gcc")
        self._program = folder / "fastsink"
        subprocess.run([compiler, "-O2", "-o", str(self._program), str(SOURCE)], check=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [str(self._program), str(self.port)], stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.send_signal(signal.SIGTERM)
        self.counts = self._process.communicate(timeout=10)[0]

    @property
    def url(self) -> str:
        """Its address as a setting."""
        return f"smtp://127.0.0.1:{self.port}?tls=none"
