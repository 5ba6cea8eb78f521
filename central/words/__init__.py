"""Words for people, Vietnamese and English: dictionary, plurals, dates, numbers.

Codes with values come from evidence, alarms, errors and acts; here they become sentences in the reader's
language. All texts of the centre for people are here."""
