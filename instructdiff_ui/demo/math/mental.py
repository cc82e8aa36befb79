"""Ways of doing a sum in the head, written out: in parts, in steps, by adding again and again."""

from __future__ import annotations

from random import Random


def add_in_parts(a: int, b: int) -> str:
    """`a + b` with the tens of `b` first."""
    tens, ones = b // 10 * 10, b % 10
    if not tens or not ones:
        return f"Start at {a} and go up by {b}: {a} + {b} = {a + b}."
    return (
        f"Take {b} apart into {tens} and {ones}, and add them one after the other.\n"
        f"{a} + {tens} = {a + tens}, and {a + tens} + {ones} = {a + b}."
    )


def subtract_in_parts(a: int, b: int) -> str:
    """`a - b` with the tens of `b` first."""
    tens, ones = b // 10 * 10, b % 10
    if not tens or not ones:
        return f"Start at {a} and go down by {b}: {a} - {b} = {a - b}."
    return (
        f"Take {b} away in two parts, first {tens} and then {ones}.\n"
        f"{a} - {tens} = {a - tens}, and {a - tens} - {ones} = {a - b}."
    )


def add_up_groups(a: int, b: int) -> str:
    """`a * b` by adding `b` again and again, or from ten or five groups."""
    if a <= 4:
        return f"{a} groups of {b} are {' + '.join([str(b)] * a)} = {a * b}, or shorter {a} * {b} = {a * b}."
    near = 10 if a > 9 else 5
    if a == near:
        return f"{a} groups of {b} make {a} * {b} = {a * b}."
    if a == near + 1:
        return f"{near} groups of {b} make {near} * {b} = {near * b}.\nOne more {b}: {near * b} + {b} = {a * b}."
    rest = f"the other {a - near} make {a - near} * {b} = {(a - near) * b}"
    return f"{near} groups of {b} make {near} * {b} = {near * b}, and {rest}.\n{near * b} + {(a - near) * b} = {a * b}."


def count_in_steps(total: int, step: int) -> str:
    """`total / step` by counting up to the total."""
    steps = total // step
    if steps == 10:
        return f"Ten times {step} is {total}: 10 * {step} = {total}."
    if steps > 8:
        ten = f"10 times {step} is {10 * step}."
        return f"{ten} We need {total}, and {steps} * {step} = {total}, so the number is {steps}."
    passed = ", ".join(str(step * place) for place in range(1, steps + 1))
    return (
        f"Count in steps of {step} up to {total}: {passed}.\nThat takes {steps} steps, so {total} / {step} = {steps}."
    )


def sometimes(rng: Random, steps: str, other: str, share: float = 0.3) -> str:
    """The steps, or in that share of cases the other way."""
    return other if rng.random() < share else steps
