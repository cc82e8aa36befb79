"""`python -m instructdiff_ui`."""

from .cli import main

main()
