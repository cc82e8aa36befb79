"""The cards, lists and tables of the page, as trees for `view`. Pure: api values in, trees out."""
