"""Runs and the Hugging Face Hub: pushing what a run made, publishing and opening whole runs, handing trainings over.

Every function is given the token to use, or None for none: the machine's own token is never taken up by itself. No
token is kept, written or said. Knows nothing of pages and requests.
"""
