"""The planner that takes reader after reader, with which the benchmark of slots compares, in small.

The benchmark itself runs only by `make bench`; what the digest changes must not leave it behind.
"""

from tests.benchmarks.content import fill
from tests.benchmarks.test_slots import ARTICLES_EACH, THEMES, planned

READERS = 30


def test_the_planner_of_one_reader_at_a_time_can_make_what_ours_makes(
    make_database: object,
) -> None:
    environ = make_database()  # type: ignore[operator]
    slot_id = fill(environ, readers=READERS, themes=THEMES, articles_each=ARTICLES_EACH)
    found = planned(environ, slot_id, naively=READERS)
    assert found["recipients"] == READERS
    assert found["naive_each"] > 0
