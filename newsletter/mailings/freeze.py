"""Freeze: keep a compiled manifest, so that only these bytes are ever sent (R17, promise 5)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert

from newsletter.extensions import Model, db
from newsletter.mailings.contents import CompiledManifest
from newsletter.mailings.models import Block, Manifest, Variant


def freeze(
    compiled: CompiledManifest, *, now: datetime, edition_id: int | None = None
) -> Manifest:
    """The manifest with all its blocks and variants as rows."""
    manifest = Manifest(hash=compiled.hash, edition_id=edition_id, created_at=now)
    db.session.add(manifest)
    db.session.flush()
    _add_all(
        Block,
        [
            {
                "manifest_id": manifest.id,
                "position": position,
                "name": block.name,
                "language": block.language,
                "format": block.format,
                "body": block.body,
                "hash": block.hash,
            }
            for position, block in enumerate(compiled.blocks)
        ],
    )
    _add_all(
        Variant,
        [
            {
                "manifest_id": manifest.id,
                "selection_key": variant.selection_key,
                "language": variant.language,
                "format": variant.format,
                "subject": variant.subject,
                "preheader": variant.preheader,
                "why": variant.why,
                "html_blocks": list(variant.html),
                "text_blocks": list(variant.text),
                "article_ids": list(variant.article_ids),
                "notice_ids": list(variant.notice_ids),
                "hash": variant.hash,
            }
            for variant in compiled.variants
        ],
    )
    return manifest


def _add_all(table: type[Model], rows: Sequence[Mapping[str, Any]]) -> None:
    # A slot in which nothing is new has a manifest without rows.
    if rows:
        db.session.execute(insert(table), rows)
