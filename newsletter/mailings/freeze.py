"""Freeze: keep a compiled manifest, so that only these bytes are ever sent (R17, promise 5)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert

from newsletter.extensions import Model, db
from newsletter.mailings.contents import CompiledBlock, CompiledManifest, CompiledVariant
from newsletter.mailings.models import Block, Manifest, Variant


def freeze(
    compiled: CompiledManifest, *, now: datetime, edition_id: int | None = None,
    numbers: Mapping[str, int] | None = None,
) -> Manifest:
    """The manifest with all its blocks and variants as rows.

    `numbers` are those of its variants by selection key, if they were given out before.
    """
    manifest = Manifest(hash=compiled.hash, audience=compiled.audience, edition_id=edition_id,
                        created_at=now, page=compiled.page)
    db.session.add(manifest)
    db.session.flush()
    keep_blocks(manifest.id, enumerate(compiled.blocks))
    keep_variants(manifest.id, compiled.variants, places=range(len(compiled.blocks)),
                  numbers=numbers)
    return manifest


def keep_blocks(manifest_id: int, placed: Iterable[tuple[int, CompiledBlock]]) -> None:
    """The blocks as rows, each at its position in the manifest."""
    _add_all(
        Block,
        [
            {
                "manifest_id": manifest_id,
                "position": position,
                "name": block.name,
                "language": block.language,
                "format": block.format,
                "body": block.body,
                "hash": block.hash,
            }
            for position, block in placed
        ],
    )


def keep_variants(
    manifest_id: int, variants: Iterable[CompiledVariant], *, places: Sequence[int],
    numbers: Mapping[str, int] | None = None,
) -> None:
    """The variants as rows; `places` says at which position each compiled block lies.

    `numbers` as for `freeze`.
    """
    _add_all(
        Variant,
        [
            {
                **({} if numbers is None else {"id": numbers[variant.selection_key]}),
                "manifest_id": manifest_id,
                "selection_key": variant.selection_key,
                "language": variant.language,
                "format": variant.format,
                "subject": variant.subject,
                "preheader": variant.preheader,
                "why": variant.why,
                "html_blocks": [places[index] for index in variant.html],
                "text_blocks": [places[index] for index in variant.text],
                "article_ids": list(variant.article_ids),
                "notice_ids": list(variant.notice_ids),
                "hash": variant.hash,
            }
            for variant in variants
        ],
    )


def _add_all(table: type[Model], rows: Sequence[Mapping[str, Any]]) -> None:
    # A slot in which nothing is new has a manifest without rows.
    if rows:
        db.session.execute(insert(table), rows)
