"""The years of what is planned. Any other is a slip of the pen: nothing here lasts so long."""

FIRST_YEAR, LAST_YEAR = 2000, 2100
