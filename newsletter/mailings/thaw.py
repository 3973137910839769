"""Thaw: a frozen manifest as it was compiled, to be shown again."""

from sqlalchemy import select

from newsletter.extensions import db
from newsletter.mailings.contents import CompiledBlock, CompiledManifest, CompiledVariant
from newsletter.mailings.models import Block, Variant
from newsletter.mailings.queries import get_manifest


def thaw(manifest_id: int) -> CompiledManifest:
    """The blocks and variants of the manifest, byte for byte. Raises NotFound."""
    manifest = get_manifest(manifest_id)
    blocks = db.session.execute(
        select(Block.position, Block.name, Block.language, Block.format, Block.body, Block.hash)
        .where(Block.manifest_id == manifest_id)
        .order_by(Block.position)
    ).all()
    places = {row.position: index for index, row in enumerate(blocks)}
    variants = db.session.scalars(
        select(Variant).where(Variant.manifest_id == manifest_id).order_by(Variant.id))
    return CompiledManifest(
        tuple(CompiledBlock(*row[1:]) for row in blocks),
        tuple(_compiled(each, places) for each in variants),
        manifest.audience,
        manifest.hash,
        manifest.page,
    )


def _compiled(variant: Variant, places: dict[int, int]) -> CompiledVariant:
    return CompiledVariant(
        selection_key=variant.selection_key,
        language=variant.language,
        format=variant.format,
        subject=variant.subject,
        preheader=variant.preheader,
        why=variant.why,
        html=tuple(places[position] for position in variant.html_blocks),
        text=tuple(places[position] for position in variant.text_blocks),
        hash=variant.hash,
        article_ids=tuple(variant.article_ids),
        notice_ids=tuple(variant.notice_ids),
    )
