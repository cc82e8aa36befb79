"""A stand-in for the package `spaces` on a ZeroGPU Space: what it does to a decorated function, without a GPU.

A call is forked as a daemonic process, its arguments and result are pickled, it runs in a thread of that process and
can start no children, it is killed at its time limit, and its seconds are taken from the visitor's quota. Refusals are
what the package raises: a `gradio.Error` with the same title and wording.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from multiprocessing.connection import Connection
from typing import Any

import gradio as gr

_FORK = multiprocessing.get_context("fork")


def _error(title: str, message: str) -> gr.Error:
    return gr.Error(message, title=title, print_exception=False)


@dataclass
class ZeroGpu:
    """The platform. `quota` is a visitor's seconds; what a call was asked for is what it costs.

    A second of a time limit lasts `stretch` seconds, so that slow machines do not decide how a test ends.
    """

    quota: float = 1e9
    longest: int = 120  # seconds of one call
    kill_when: Callable[[], bool] = lambda: False  # beside the time limit
    stretch: float = 30.0
    visitor: str = "someone"
    used: dict[str, float] = field(default_factory=dict)
    asked: list[int] = field(default_factory=list)  # seconds of every call that was let in
    killed: int = 0

    def GPU(self, function: Callable | None = None, *, duration: Any = 60) -> Callable:
        if function is None:
            return lambda given: self.GPU(given, duration=duration)

        @wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            seconds = int(duration(*args, **kwargs) if callable(duration) else duration)
            self._let_in(seconds)
            return self._run(function, _pickled((args, kwargs)), seconds)

        return call

    def hide_cuda(self, monkeypatch: Any) -> None:
        """Let nothing in the process of the server reach for CUDA."""
        import torch

        server, really = os.getpid(), torch.cuda._lazy_init

        def lazy_init() -> None:
            if os.getpid() == server:
                raise RuntimeError("No CUDA GPUs are available in the process of the server")
            really()

        monkeypatch.setattr(torch.cuda, "_lazy_init", lazy_init)

    def _let_in(self, seconds: int) -> None:
        left = self.quota - self.used.get(self.visitor, 0.0)
        if seconds > self.longest:
            raise _error(
                "ZeroGPU illegal duration",
                f"The requested GPU duration ({seconds}s) is larger than the maximum allowed",
            )
        if seconds > left:
            raise _error(
                "ZeroGPU quota exceeded",
                f"You have exceeded your free ZeroGPU quota ({seconds}s requested vs. {int(left)}s left). "
                "Try again in 23:59:59. ",
            )
        self.used[self.visitor] = self.used.get(self.visitor, 0.0) + seconds
        self.asked.append(seconds)

    def _run(self, function: Callable, arguments: bytes, seconds: int) -> Any:
        here, there = _FORK.Pipe(duplex=False)
        process = _FORK.Process(target=_worker, args=(function, arguments, there), daemon=True)
        process.start()
        there.close()
        deadline = time.monotonic() + self.stretch * seconds
        try:
            while not here.poll(0.005):
                if time.monotonic() > deadline or self.kill_when():
                    raise EOFError
            ok, value = pickle.loads(here.recv_bytes())
        except EOFError:  # killed here, or it died by itself
            self.killed += 1
            raise _error("ZeroGPU worker error", "GPU task aborted") from None
        finally:
            process.kill()
            process.join()
            here.close()
        if not ok:
            raise _error("ZeroGPU worker error", value)
        return value


def _pickled(value: Any) -> bytes:
    try:
        return pickle.dumps(value)
    except Exception as error:
        raise pickle.PicklingError(str(error)) from None


def _worker(function: Callable, arguments: bytes, out: Connection) -> None:
    import torch

    torch.set_num_threads(1)  # the threads of the process that it was forked from are not there
    _forbid_children()
    args, kwargs = pickle.loads(arguments)

    def run() -> None:
        try:
            said = _pickled((True, function(*args, **kwargs)))
        except Exception as error:
            said = _pickled((False, type(error).__name__))
        out.send_bytes(said)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


class ChildStarted(Exception):
    """What runs on the GPU has started a process."""


def _forbid_children() -> None:
    """Daemonic processes have no children of multiprocessing; here they have none at all."""

    def refuse(*_: Any, **__: Any) -> None:
        raise ChildStarted

    subprocess.Popen.__init__ = refuse  # type: ignore[method-assign]
    os.fork = refuse  # type: ignore[assignment]
