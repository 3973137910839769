"""A mail as the relay took it, back into the frozen blocks that it was made of."""

import hashlib
import html
import quopri
import re
from email import message_from_bytes, policy

from sqlalchemy import select

from newsletter.extensions import db
from newsletter.mailer import places
from newsletter.mailings.models import Block, Variant


def blocks_of(manifest_id: int) -> list[Block]:
    """The frozen blocks."""
    return list(db.session.scalars(select(Block).where(Block.manifest_id == manifest_id)))


def line_of(key: str, data: bytes, manifest_id: int) -> str:
    """The line of one mail, as it was received, in the list that a manifest's hash is made of."""
    language, form = key.split(":")
    variant = db.session.scalars(select(Variant).where(
        Variant.manifest_id == manifest_id, Variant.selection_key == key)).one()
    bodies = {each.position: each.body for each in blocks_of(manifest_id)}
    hashes, said = [], {"preheader": variant.preheader}  # of plain text it is not in the mail
    for kind, positions in (("html", variant.html_blocks), ("plain", variant.text_blocks)):
        if positions:
            cut, values = cut_of(part_of(data, kind), [bodies[each] for each in positions])
            hashes += cut
            said |= values if kind == "html" else {"why": values["why"]}
    subject = str(message_from_bytes(data, policy=policy.default)["subject"])
    own = hash_of(subject, said["preheader"], said["why"], *hashes)
    return f"{key} {language} {form} {own}"


def part_of(data: bytes, kind: str) -> bytes:
    """The encoded body of a part, as it came."""
    for part in message_from_bytes(data).walk():
        if part.get_content_type() == f"text/{kind}":
            return str(part.get_payload()).encode("ascii")
    return b""


def cut_of(received: bytes, blocks: list[bytes]) -> tuple[list[str], dict[str, str]]:
    """The hash of each block as received, its places open again; and what filled those that are
    the same for everyone.
    """
    hashes, said, rest = [], {}, received if received.endswith(b"\r\n") else received + b"\r\n"
    for block in blocks:
        stretches, names = places.split(block)
        found = re.match(b"(.*?)".join(re.escape(each) for each in stretches), rest, re.DOTALL)
        assert found, (block, rest[:200])
        seen, at = b"", 0
        for index, name in enumerate(names, start=1):
            seen += rest[at:found.start(index)] + places.place(name).encode()
            at = found.end(index)
            if name in places.VARIANT_PLACES:
                words = quopri.decodestring(found[index]).decode()
                said[name] = " ".join(html.unescape(words).split())
        hashes.append(hashlib.sha256(seen + rest[at:found.end()]).hexdigest())
        rest = rest[found.end():]
    assert rest.strip() == b""
    return hashes, said


def hash_of(*parts: str) -> str:
    """As the compiler makes the hash of a variant and of a manifest."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
