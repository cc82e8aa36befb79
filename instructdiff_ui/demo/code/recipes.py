"""All recipes by the family that asks for them."""

from __future__ import annotations

from . import (
    dict_recipes,
    guard_recipes,
    list_recipes,
    number_recipes,
    order_recipes,
    parsing_recipes,
    sequence_recipes,
    sum_recipes,
    text_recipes,
)
from .program import Recipe

GROUPS: dict[str, tuple[Recipe, ...]] = {
    "write_count": list_recipes.COUNTING,
    "write_filter": list_recipes.FILTERING,
    "write_map": list_recipes.MAPPING,
    "write_sum": sum_recipes.ADDING,
    "write_slice": sum_recipes.SLICING,
    "write_text_count": text_recipes.TEXT_COUNTING,
    "write_text_change": text_recipes.CHANGING,
    "write_text_test": text_recipes.TESTING,
    "write_cipher": parsing_recipes.CIPHERS,
    "write_parser": parsing_recipes.PARSING,
    "write_division": number_recipes.DIVIDING,
    "write_digits": number_recipes.DIGITS,
    "write_recursion": number_recipes.RECURSION,
    "write_sequence": sequence_recipes.SEQUENCES,
    "write_conversion": sequence_recipes.CONVERTING,
    "write_date": sequence_recipes.DATES,
    "write_dict": dict_recipes.DICTS,
    "write_grouping": dict_recipes.GROUPING,
    "write_set": dict_recipes.SETS,
    "write_pairs": dict_recipes.PAIRS,
    "write_sort": order_recipes.SORTING,
    "write_search": order_recipes.SEARCHING,
    "write_matrix": guard_recipes.GRIDS,
    "write_stack": guard_recipes.STACKS,
    "write_guard": guard_recipes.GUARDING,
}
RECIPES: tuple[Recipe, ...] = tuple(recipe for group in GROUPS.values() for recipe in group)
