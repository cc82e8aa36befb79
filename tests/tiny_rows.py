"""Small pools of instruction rows."""

from __future__ import annotations


def instruction_rows(n: int) -> list[dict]:
    """Rows of two domains with answers of different lengths, and a column of their own."""
    rows = []
    for i in range(n):
        domain = "math" if i % 2 else "code"
        task = f"Add {i} and {i + 1}." if i % 2 else f"Print the number {i} three times."
        answer = f"The sum is {2 * i + 1}." if i % 2 else "\n".join([f"print({i})"] * (1 + i % 3))
        rows.append({"instruction": task, "input": "", "output": answer, "domain": domain, "n": i})
    return rows
