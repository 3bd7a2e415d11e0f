"""The years in which something may be planned. Any other is a typing error."""

FIRST_YEAR, LAST_YEAR = 2000, 2100
