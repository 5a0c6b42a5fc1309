## What is wrong with one field of a request. Short, without the name of the field.

field-check-digit = The check digit does not match
field-control-character = There is a control character in the text
field-doubled = Stands twice in this request
field-hs-heading = The headings of this group are: { $allowed }
field-id-taken = Another record has this id already
field-idempotency-key = From 8 to 64 Latin letters, digits or signs, without spaces
field-in-the-future = The date lies in the future
field-in-the-past = The date lies in the past
field-no-such-participant = There is no such participant
field-not-a-bin = A BIN or IIN has 12 digits
field-not-a-country = Give the two-letter code of the country: KZ
field-not-a-date = Write the date like this: 2026-11-20
field-not-a-gtin = A GTIN has 8, 12, 13 or 14 digits
field-not-a-number = Enter a number
field-not-a-phone-or-mail = Enter a phone number or an e-mail address
field-not-a-whole-number = Enter a whole number
field-not-an-address = This is not an address
field-not-an-hs-code = A commodity code has 4 to 10 digits
field-not-json = This is not JSON from here on
field-not-one-of = Choose one of these: { $allowed }
field-one-list = Name the codes in one way only: as a list, by ranges or by packs
field-out-of-range = Must be from { $min } to { $max }
field-required = This field is needed
field-reused = Was used in another request before
field-too-long =
    { $max ->
        [one] At most { $max } character
       *[other] At most { $max } characters
    }
field-too-many-units =
    { $max ->
        [one] At most { $max } code
       *[other] At most { $max } codes
    }
field-too-short =
    { $min ->
        [one] At least { $min } character
       *[other] At least { $min } characters
    }
field-unknown = There is no such field
field-unknown-group = There is no such group of goods
field-wrong-type = The value is of a wrong type
