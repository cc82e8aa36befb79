"""InstructDiff UI: `python app.py`, or a Hugging Face Space."""

from __future__ import annotations

import argparse
import os

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("GRADIO_RUN_HISTORY", "False")  # it would keep what was looked at in the browser's storage
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")  # its own keeps what each thread once took

# isort: off
from instructdiff_ui.runs import zerogpu  # noqa: F401  first: on ZeroGPU it imports `spaces`, before CUDA is touched
from instructdiff_ui import hosting
from instructdiff_ui.errors import UserError
from instructdiff_ui.ui import launch


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    own = "0.0.0.0" if hosting.on_space() else "127.0.0.1"
    parser.add_argument("--host", default=os.environ.get("GRADIO_SERVER_NAME", own), help="address to listen on")
    parser.add_argument("--port", type=int, default=None, help="default: the first free one from 7860")
    parser.add_argument("--open", action="store_true", help="open the page in a browser")
    arguments = parser.parse_args()
    try:
        launch.launch(host=arguments.host, port=arguments.port, open_browser=arguments.open)
    except UserError as error:  # a setting of the environment that cannot be meant
        parser.exit(2, f"{error.message}\n")


if __name__ == "__main__":
    main()
