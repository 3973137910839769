"""A log that a Postfix wrote while it was used well and badly; recorded by us, names made plain."""

from pathlib import Path

RECORDING = Path(__file__).parent / "recorded" / "postfix.log"
RECORDED = RECORDING.read_bytes().splitlines()
# Each mail is named for what happened to it.
TAKEN = {"normal": "5E43E20E072", "in-chunks": "A9EF020E054", "client-gone": "DDF5B20E082",
         "after-a-reset": "98B6020E094"}
NOT_TAKEN = {"cut-off", "reset", "first-chunk-alone", "too-large"}


def name(word: str) -> str:
    """The Message-ID of a mail of the recording."""
    return f"<{word}@mail.example>"
