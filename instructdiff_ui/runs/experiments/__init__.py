"""Experiments of a run: ways of choosing rows, trained and evaluated alike, and held against random rows."""
