"""Add variants: what only some readers get beside what a frozen manifest gives everyone."""

from sqlalchemy import select

from newsletter.extensions import db
from newsletter.mailings.contents import CompiledBlock, CompiledManifest
from newsletter.mailings.freeze import keep_blocks, keep_variants
from newsletter.mailings.models import Block, Variant


def add_variants(manifest_id: int, compiled: CompiledManifest) -> None:
    """Keep the compiled variants that the manifest lacks; its own stay as they are.

    Blocks that it has, byte for byte, are used again; the others follow behind them. Its hash
    does not tell of them: to be asked when the compiled one has the same hash.
    """
    known = set(db.session.scalars(
        select(Variant.selection_key).where(Variant.manifest_id == manifest_id)))
    fresh = [each for each in compiled.variants if each.selection_key not in known]
    if not fresh:
        return
    rows = db.session.execute(
        select(Block.name, Block.language, Block.format, Block.hash, Block.position)
        .where(Block.manifest_id == manifest_id))
    present = {(row.name, row.language, row.format, row.hash): row.position for row in rows}
    places: list[int] = [-1] * len(compiled.blocks)
    behind = max(present.values(), default=-1) + 1
    added: list[tuple[int, CompiledBlock]] = []
    for index in sorted({index for each in fresh for index in (*each.html, *each.text)}):
        block = compiled.blocks[index]
        place = present.get((block.name, block.language, block.format, block.hash))
        if place is None:
            place = behind + len(added)
            added.append((place, block))
        places[index] = place
    keep_blocks(manifest_id, added)
    keep_variants(manifest_id, fresh, places=places)

