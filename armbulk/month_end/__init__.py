"""The month-end workbook and what it is made of."""
