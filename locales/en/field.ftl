## What is wrong with one field of a request. Short, without the name of the field.

field-check-digit = The check digit does not match
field-control-character = There is a control character in the text
field-doubled = Stands twice in this request
field-id-taken = Another record has this id already
field-idempotency-key = From 8 to 64 Latin letters, digits or signs, without spaces
field-in-the-future = The date lies in the future
field-in-the-past = The date lies in the past
field-not-a-bin = A BIN or IIN is 12 digits
field-not-a-date = Write the date like this: 2026-11-20
field-not-a-number = Enter a number
field-not-a-phone-or-mail = Enter a phone number or an e-mail address
field-not-an-address = This is not an address
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
field-wrong-type = The value is of a wrong type
