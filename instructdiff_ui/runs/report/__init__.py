"""The report of a run: what was chosen, how sure that is, what training on it came to, and how to do it again.

`document` puts blocks together from what the run holds; `html` and `markdown` write the same blocks down.
"""
