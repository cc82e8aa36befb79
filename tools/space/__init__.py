"""Whether the repository, as it is, works as a Hugging Face Space: `python -m tools.space`.

Each module checks one thing of a folder that holds the repository and returns findings; none knows the others.
"""
