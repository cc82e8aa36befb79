"""The demo's instruction pool and its held-out rows, with the truth about every row.

Four domains, hand-written rows and drawn ones, a stated share of them deliberately bad. The same rows every time.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from random import Random

from ..files import write_text
from .checks import failing, problems
from .corpus import DOMAINS, domain_module
from .defects import DEFECTS, GOOD
from .task import Task

POOL_ROWS, HELDOUT_ROWS = 1000, 100  # of each domain
HANDWRITTEN_HELDOUT = 25  # how many of a domain's hand-written rows are held out


@dataclass(frozen=True)
class Row:
    """A row as it is shipped. `quality` is "good" or the name of a defect; training and scoring never see it."""

    domain: str
    instruction: str
    input: str
    output: str
    answer: str
    family: str
    quality: str


def build(handwritten: Path) -> tuple[list[Row], list[Row]]:
    """The pool and the held-out rows, from `<domain>.jsonl` in `handwritten` and what the families draw.

    Raises `ValueError` for a row that code finds wrong.
    """
    pool, heldout = [], []
    for domain in DOMAINS:
        kept, held = _domain_rows(domain, read_handwritten(handwritten / f"{domain}.jsonl"))
        pool += kept
        heldout += held
    Random("pool").shuffle(pool)
    Random("heldout").shuffle(heldout)
    return pool, heldout


def write_rows(path: Path, rows: Sequence[Row]) -> None:
    write_text(path, "".join(json.dumps(asdict(row), ensure_ascii=False) + "\n" for row in rows))


def read_handwritten(path: Path) -> list[Task]:
    return [Task(family="handwritten", **json.loads(line)) for line in path.read_text("utf-8").splitlines()]


def _domain_rows(domain: str, handwritten: list[Task]) -> tuple[list[Row], list[Row]]:
    rng = Random(f"rows {domain}")
    rng.shuffle(handwritten)
    held_by_hand, by_hand = handwritten[:HANDWRITTEN_HELDOUT], handwritten[HANDWRITTEN_HELDOUT:]
    bad_of = {kind: round(share * POOL_ROWS) for kind, (_, share) in DEFECTS.items()}
    draw = _draws(domain, taken=handwritten)
    # 1. good rows, for both parts
    held = held_by_hand + [next(draw) for _ in range(HELDOUT_ROWS - len(held_by_hand))]
    good = by_hand + [next(draw) for _ in range(POOL_ROWS - sum(bad_of.values()) - len(by_hand))]
    _confirm(domain, held + good)
    # 2. bad rows: copies of good ones, and rows of their own that are spoiled
    rows = [_row(domain, task, GOOD) for task in good]
    for kind, wanted in bad_of.items():
        spoiled = _spoiled(kind, wanted, iter(rng.sample(good, len(good))) if kind == "near_duplicate" else draw, good)
        rows += [_row(domain, task, kind) for task in spoiled]
    return rows, [_row(domain, task, GOOD) for task in held]


def _draws(domain: str, *, taken: Sequence[Task]) -> Iterator[Task]:
    """Tasks of the domain's families in turn, none asked twice."""
    asked = {_asked(task) for task in taken}
    number = 0
    while True:
        for name, family in domain_module(domain).FAMILIES.items():
            for attempt in range(20):  # a family with few variants drops out once all are taken
                task = family(Random(f"task {domain} {name} {number} {attempt}"))
                if _asked(task) not in asked:
                    asked.add(_asked(task))
                    yield task
                    break
        number += 1


def _asked(task: Task) -> str:
    return " ".join(f"{task.instruction} {task.input}".casefold().split())


def _confirm(domain: str, tasks: list[Task]) -> None:
    """Refuse a good row that code finds wrong."""
    for task in tasks:
        if found := problems(task, domain):
            raise ValueError(f"{domain}, {task.family}, {task.instruction!r}: {found[0]}")
    checked = [task for task in tasks if domain == "code" and task.check]
    for place in failing(checked):
        raise ValueError(f"{domain}, {checked[place].family}, {checked[place].instruction!r}: its code does not do it")


def _spoiled(kind: str, wanted: int, source: Iterator[Task], others: Sequence[Task]) -> list[Task]:
    """`wanted` tasks with the defect. Spoiled code counts only if it fails its check."""
    defect, _ = DEFECTS[kind]
    rng = Random(f"defect {kind} {others[0].instruction}")
    spoiled: list[Task] = []
    while len(spoiled) < wanted:
        tried = [made for task in islice(source, wanted) if (made := defect(rng, task, others))]
        if kind == "wrong_answer":
            code = [task for task in tried if task.check and not task.answer]
            wrong = {id(code[place]) for place in failing(code)} if code else set()
            tried = [task for task in tried if task.answer or id(task) in wrong]
        spoiled += tried
    return spoiled[:wanted]


def _row(domain: str, task: Task, quality: str) -> Row:
    return Row(domain, task.instruction, task.input, task.output, task.answer, task.family, quality)
