"""Standard benchmarks, run by `lm-eval` where that is installed; it is no requirement of this software.

Knows nothing of pools and held-out rows: a model and names of tasks in, shares out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from ..errors import ConfigError, Stopped
from .evaluation import EvalResult

# What a task is reported by, the first that it has; each is a share of its questions.
MEASURES = ("acc_norm", "exact_match", "acc", "prompt_level_strict_acc", "pass@1", "pass_at_1", "f1")


def run_lm_eval(
    model: Any,
    tokenizer: Any,
    tasks: Sequence[str],
    *,
    limit: int | None = None,
    batch_size: int = 8,
    on_task: Callable[[int], None] = lambda done: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> list[EvalResult]:
    """The metric "benchmark" of each task, its name as the domain, and of "all": the plain mean over tasks.

    Of a task's measures the first in `MEASURES` is taken; of a group of tasks its own mean. The standard errors are
    those of lm-eval, and of "all" √Σse² ÷ tasks. `limit` takes so many questions of each task. Raises `ConfigError`
    when lm-eval is missing, does not know a task, or a task has no share to report; `Stopped` between tasks.
    """
    lm_eval, wrapper, manager = _library()
    wrapped = wrapper(pretrained=model, tokenizer=tokenizer, batch_size=batch_size)
    results: list[EvalResult] = []
    for done, task in enumerate(tasks):
        on_task(done)
        if should_stop():
            raise Stopped
        try:
            said = lm_eval.simple_evaluate(
                model=wrapped, tasks=[task], limit=limit, log_samples=False, task_manager=manager
            )
        except (KeyError, ValueError) as error:
            raise ConfigError(f"lm-eval cannot run {task!r} of evaluation.lm_eval_tasks: {error}.") from error
        results += [_result(said, name) for name in _outermost(said)]
    on_task(len(tasks))
    return [*results, _mean(results)] if results else []


def _library() -> tuple[Any, Any, Any]:
    try:
        import lm_eval
        from lm_eval.models.huggingface import HFLM
        from lm_eval.tasks import TaskManager
    except ImportError as error:
        raise ConfigError(
            "evaluation.lm_eval_tasks needs lm-eval, which is not installed: `pip install lm-eval`, or leave the "
            f"setting empty ({error})."
        ) from None
    return lm_eval, HFLM, TaskManager()


def _outermost(said: dict[str, Any]) -> list[str]:
    """The names of the results that are part of no group among them."""
    inner = {name for members in (said.get("group_subtasks") or {}).values() for name in members}
    return [name for name in said["results"] if name not in inner]


def _result(said: dict[str, Any], task: str) -> EvalResult:
    found = said["results"][task]
    for measure in MEASURES:
        for key, value in found.items():  # such as "exact_match,strict-match": the measure and how answers were read
            name, _, filtered = key.partition(",")
            if name == measure and isinstance(value, (int, float)):
                stderr = found.get(f"{measure}_stderr,{filtered}")
                error = float(stderr) if isinstance(stderr, (int, float)) else math.nan
                return EvalResult(task, "benchmark", float(value), error, _questions(said, task))
    raise ConfigError(f"The lm-eval task {task!r} reports no share of right answers: none of {', '.join(MEASURES)}.")


def _questions(said: dict[str, Any], task: str) -> int:
    if task in said["n-samples"]:
        return int(said["n-samples"][task]["effective"])
    return sum(_questions(said, member) for member in (said.get("group_subtasks") or {}).get(task, ()))


def _mean(results: Sequence[EvalResult]) -> EvalResult:
    k = len(results)
    stderr = math.sqrt(sum(result.stderr**2 for result in results)) / k
    value = sum(result.value for result in results) / k
    return EvalResult("all", "benchmark", value, stderr, sum(result.n for result in results))
