"""Texts for people, Vietnamese and English: dictionary, plurals, dates, numbers.

Codes with values from evidence, alarms, errors and actions become sentences in the reader's language here.
All texts of the centre for people are here.
"""
