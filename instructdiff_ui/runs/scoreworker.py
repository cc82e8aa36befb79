"""A process that scores a share of a pool: `python -m instructdiff_ui.runs.scoreworker ARTIFACT`.

It reads lines of JSON and answers with such lines: a request, on which it loads the model and says that it is `ready`;
then its units, of which it tells the `tokens` scored; at last `done`, or the `error` that ended it. It stops between
batches when it is told to, and ends at once when whoever started it is gone. Knows nothing of run directories.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from contextlib import AbstractContextManager
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from ..config import ModelConfig, validated
from ..errors import Stopped, UserError, disk_full
from .reuse import Known
from .scoringwork import Task, opened


class Line:
    """The line to the process that started this one."""

    def __init__(self) -> None:
        self._out = os.fdopen(os.dup(1), "w", encoding="utf-8")
        os.dup2(2, 1)  # whatever a library prints must not mix with the answers
        self._said: SimpleQueue[dict[str, Any]] = SimpleQueue()
        self._stop = threading.Event()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        for line in sys.stdin:
            message = json.loads(line)
            if "stop" in message:
                self._stop.set()
            self._said.put(message)
        os._exit(1)  # nobody is there any more: another job may want the device

    def tell(self, **message: Any) -> None:
        self._out.write(json.dumps(message) + "\n")
        self._out.flush()

    def next(self) -> dict[str, Any]:
        """What was said next; `Stopped` if that is to stop."""
        message = self._said.get()
        if "stop" in message:
            raise Stopped
        return message

    def stopped(self) -> bool:
        return self._stop.is_set()


def work(line: Line) -> None:
    """Score what one is told to."""
    request = line.next()
    job = opened(Task(**request["task"]))
    if request["known"] is not None:
        job = job.knowing(Known.load(Path(request["known"])))
    with _model(request) as model:
        from ..engine.batching import batch_tokens_for

        line.tell(ready=batch_tokens_for(model, request["batch_tokens"]))
        share = line.next()
        job.score(
            model,
            share["units"],
            batch_tokens=share["batch_tokens"],
            on_tokens=lambda tokens: line.tell(tokens=tokens),
            should_stop=line.stopped,
        )
    line.tell(done=True)


def _model(request: dict[str, Any]) -> AbstractContextManager[Any]:
    from ..engine.models import Models
    from ..engine.processor import tune

    if request["products"] is not None:
        tune(request["products"])
    models = Models(validated(ModelConfig, request["model"]))
    return models.base() if request["tuned"] is None else models.tuned(request["tuned"])


def main() -> int:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; whoever started this one decides
    line = Line()
    try:
        work(line)
    except Stopped:
        return 3
    except UserError as error:
        line.tell(error=error.message)
        return 2
    except OSError as error:
        full = disk_full(error, "the scores")
        if full is None:
            raise
        line.tell(error=full.message)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
