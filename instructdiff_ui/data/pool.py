"""The pool of examples and the rows held out from it.

Knows nothing of templates, tokens or models. Everything that is drawn at random depends on the seed and the order of
the rows alone.
"""

from __future__ import annotations

import json
import random
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

from ..config import DataConfig, SourceConfig
from ..errors import DataError
from ..files import expanded, replacing
from .columns import Layout, recognise, to_example
from .domains import discover
from .examples import Example, Message, Quarantined
from .sources import RawTable, preview, read_source

MAX_HELDOUT = 1_000
UNLABELLED = "unlabelled"
_BATCH = 10_000  # rows written to Parquet at a time
_GROUP = 2_000  # rows that are read together: a single one costs as much


@dataclass(frozen=True)
class SourceInfo:
    """Where rows came from, pinned, and how they were understood."""

    path: str
    name: str
    revision: str
    rows: int
    columns: dict[str, str]  # every column → the part it plays


@dataclass
class Pool:
    """The usable rows of all sources, and the ones that training never sees."""

    examples: list[Example]
    heldout: list[Example]
    quarantined: list[Quarantined]
    sources: list[SourceInfo] = field(default_factory=list)


def load_pool(config: DataConfig, *, token: str | None = None) -> Pool:
    """Read every source and split off the held-out rows.

    Held out are the rows of `heldout_sources`, and pool rows with the same content are set aside; without such sources,
    ⌊ratio · rows⌋ rows of each domain, at most 1,000 in all. These are drawn only among rows whose content occurs once
    in the pool, so no copy of a held-out row can stay behind. Raises `DataError` when nothing usable is left.
    """
    if not config.sources:
        raise DataError("The pool has no source: name at least one dataset.")
    # 1. read: every row is an example or set aside with a reason
    examples, quarantined, infos = _read_all(config.sources, config, token, part="pool")
    heldout, more, held_infos = _read_all(config.heldout_sources, config, token, part="heldout")
    quarantined += more
    if not examples:
        raise DataError(_nothing_usable(quarantined))
    # 2. draw the row limit
    examples = drawn(examples, config.limit, f"limit {config.seed}")
    # 3. find domains, over both parts, so that they share their names
    if config.discover_domains:
        examples, heldout = _discovered(examples, heldout, config.discover_domains, config.seed)
    # 4. hold out, by content
    if config.heldout_sources:
        examples, copies = _without_copies(examples, heldout)
        quarantined += copies
    else:
        examples, heldout = split_heldout(examples, ratio=config.heldout_ratio, seed=config.seed)
    if not examples:
        raise DataError("The pool is empty: every row of it is also held out.")
    # 5. number repeated contents
    numbered = with_unique_ids([*examples, *heldout])
    return Pool(numbered[: len(examples)], numbered[len(examples) :], quarantined, infos + held_infos)


def split_heldout(examples: Sequence[Example], *, ratio: float, seed: int) -> tuple[list[Example], list[Example]]:
    """Pool and held-out rows, both in order: ⌊ratio · rows⌋ per domain (fewer where contents repeat), seeded."""
    copies = Counter(example.example_id for example in examples)
    rows, candidates = Counter(example.domain for example in examples), defaultdict(list)
    for i, example in enumerate(examples):
        if copies[example.example_id] == 1:
            candidates[example.domain].append(i)
    quotas = {domain: int(ratio * n + 1e-9) for domain, n in rows.items()}  # 0.29 · 100 is 28.999… in floats
    if (total := sum(quotas.values())) > MAX_HELDOUT:
        quotas = {domain: quota * MAX_HELDOUT // total for domain, quota in quotas.items()}
    held: set[int] = set()
    for domain, there in candidates.items():
        held.update(random.Random(f"heldout {seed} {domain}").sample(there, min(quotas[domain], len(there))))
    pool = [example for i, example in enumerate(examples) if i not in held]
    return pool, [example for i, example in enumerate(examples) if i in held]


def with_unique_ids(examples: Sequence[Example]) -> list[Example]:
    """The same examples; the second and later ones of one id get `-2`, `-3`, … in order."""
    seen: Counter[str] = Counter()
    out = []
    for example in examples:
        seen[example.example_id] += 1
        n = seen[example.example_id]
        out.append(example if n == 1 else replace(example, example_id=f"{example.example_id}-{n}"))
    return out


def _read_all(
    sources: Sequence[SourceConfig], config: DataConfig, token: str | None, *, part: str
) -> tuple[list[Example], list[Quarantined], list[SourceInfo]]:
    tables = [read_source(source, token=token) for source in sources]
    examples: list[Example] = []
    quarantined: list[Quarantined] = []
    infos = []
    for place, (source, table, label) in enumerate(zip(sources, tables, _labels(sources, tables), strict=True)):
        layout = recognise(table.columns, table.rows, source.columns, source=table.name)
        quarantined += table.quarantined
        found: list[Example | Quarantined] = list(_rows(table, layout, source, config.domain_column, label))
        usable = [row for row in found if isinstance(row, Example)]
        examples += drawn(usable, source.limit, f"limit {config.seed} {part} {place}")
        quarantined += [row for row in found if isinstance(row, Quarantined)]
        rows = len(table.rows) + len(table.quarantined)
        infos.append(SourceInfo(source.path, table.name, table.revision, rows, layout.columns))
    return examples, quarantined, infos


def drawn(examples: list[Example], limit: int | None, seed: str) -> list[Example]:
    """At most `limit` of the examples, drawn at random and in their order."""
    if limit is None or limit >= len(examples):
        return examples
    return [examples[i] for i in sorted(random.Random(seed).sample(range(len(examples)), limit))]


def _rows(
    table: RawTable, layout: Layout, source: SourceConfig, domain_column: str | None, label: str
) -> Iterator[Example | Quarantined]:
    column = None if source.domain else domain_column
    if column is not None and column not in table.columns:
        there = ", ".join(repr(name) for name in table.columns)
        raise DataError(f"{table.name} has no domain column {column!r}; its columns are {there}.")
    fixed = source.domain or label
    for number, row in table.numbered():
        domain = fixed if column is None else _domain(row.get(column))
        yield to_example(row, layout, source=table.name, number=number, domain=domain)


def _domain(value: Any) -> str:
    return (str(value).strip() if value is not None else "") or UNLABELLED


def _labels(sources: Sequence[SourceConfig], tables: Sequence[RawTable]) -> list[str]:
    """The domains of sources that name none: "all" for one, else file stems, with the folder where they clash."""
    if len(sources) == 1:
        return ["all"]
    local = [expanded(source.path) for source in sources]
    stems = [path.stem if path.is_file() else table.name for path, table in zip(local, tables, strict=True)]
    return [
        f"{path.resolve().parent.name}/{stem}" if stems.count(stem) > 1 and path.exists() else stem
        for path, stem in zip(local, stems, strict=True)
    ]


def _discovered(
    examples: list[Example], heldout: list[Example], k: int, seed: int
) -> tuple[list[Example], list[Example]]:
    every = [*examples, *heldout]
    texts = [f"{row.instruction}\n{row.input}\n{row.response[:500]}" for row in every]
    labelled = [replace(row, domain=d) for row, d in zip(every, discover(texts, k=k, seed=seed), strict=True)]
    return labelled[: len(examples)], labelled[len(examples) :]


def _without_copies(examples: list[Example], heldout: list[Example]) -> tuple[list[Example], list[Quarantined]]:
    held = {example.example_id for example in heldout}
    copies = [
        Quarantined(row.source, row.row, "held out: the same row is in a held-out source", preview(row.instruction))
        for row in examples
        if row.example_id in held
    ]
    return [row for row in examples if row.example_id not in held], copies


def _nothing_usable(quarantined: list[Quarantined]) -> str:
    reason, n = Counter(row.reason for row in quarantined).most_common(1)[0]
    return f"The pool is empty: none of {len(quarantined)} rows can be used; most often ({n}×): {reason}."


# --- files


def write_examples(path: Path | str, examples: Iterable[Example]) -> None:
    """One Parquet file, whole or not at all; chats and extra columns as JSON text."""
    _write(path, (_record(example) for example in examples), _EXAMPLE_COLUMNS)


def read_examples(path: Path | str, *, ids: Collection[str] | None = None) -> list[Example]:
    """What `write_examples` wrote; of a large file, only the rows with these `ids` need be made."""
    batches = _batches(path)
    return list(decode_examples(batches if ids is None else _with_ids(batches, ids)))


def decode_examples(tables: Iterable[Any]) -> Iterator[Example]:
    """The examples in Arrow tables or batches with the columns of such a file."""
    columns_of = lru_cache(maxsize=None)(json.loads)  # rows of one source share their columns again
    for record in (record for table in tables for record in table.to_pylist()):
        messages = tuple(Message(**message) for message in json.loads(record["messages"]))
        parts = {"messages": messages, "extra": json.loads(record["extra"]), "columns": columns_of(record["columns"])}
        yield Example(**(record | parts))


def write_quarantined(path: Path | str, rows: Iterable[Quarantined]) -> None:
    """One Parquet file, whole or not at all."""
    _write(
        path, (asdict(row) for row in rows), {"source": "string", "row": "int64", "reason": "string", "text": "string"}
    )


def read_quarantined(path: Path | str) -> list[Quarantined]:
    """What `write_quarantined` wrote."""
    return [Quarantined(**record) for record in _read(path)]


_EXAMPLE_COLUMNS = dict.fromkeys(
    ["example_id", "domain", "instruction", "input", "response", "source", "messages", "extra", "columns"], "string"
) | {"row": "int64"}


def _record(example: Example) -> dict[str, Any]:
    record = {name: getattr(example, name) for name in _EXAMPLE_COLUMNS}
    record["messages"] = json.dumps([asdict(message) for message in example.messages], ensure_ascii=False)
    record["extra"] = json.dumps(example.extra, ensure_ascii=False)
    record["columns"] = json.dumps(example.columns, ensure_ascii=False)
    return record


def _write(path: Path | str, records: Iterable[dict[str, Any]], columns: dict[str, str]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([(name, pa.type_for_alias(kind)) for name, kind in columns.items()])
    rows = iter(records)
    with replacing(path) as temporary, pq.ParquetWriter(temporary, schema, compression="zstd") as writer:
        while batch := list(islice(rows, _BATCH)):
            writer.write_table(pa.Table.from_pylist(batch, schema=schema), row_group_size=_GROUP)


def _read(path: Path | str) -> Iterator[dict[str, Any]]:
    for batch in _batches(path):
        yield from batch.to_pylist()


def _with_ids(batches: Iterable[Any], ids: Collection[str]) -> Iterator[Any]:
    import pyarrow as pa
    import pyarrow.compute as pc

    wanted = pa.array(ids, pa.string())
    for batch in batches:
        yield batch.filter(pc.is_in(batch.column("example_id"), value_set=wanted))


def _batches(path: Path | str) -> Iterator[Any]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        yield from file.iter_batches(batch_size=_BATCH)
