## What is wrong with one field of a request. Short, without the name of the field.

field-already-packed = It is already in a pack
field-check-digit = The check digit does not match
field-common-password = A password like this is easy to guess
field-control-character = There is a control character in the text
field-declaration-date = The number of the declaration names another day
field-declaration-of-another = This declaration is another importer’s
field-doubled = Occurs twice in this request
field-expired = No. { $number }: the expiry date has passed
field-expiry-before-production = Must come after the production date
field-hs-heading = The headings of this group are: { $allowed }
field-id-taken = Another record has this id already
field-idempotency-key = From 8 to 64 Latin letters, digits or signs, without spaces
field-in-the-future = The date is in the future
field-in-the-past = The date is in the past
field-login = From 3 to 64 small Latin letters, digits, dots, hyphens, underscores or @
field-login-taken = This login is taken
field-misread = The code could not be read; scan it again
field-no-gs1-prefix = No GS1 prefix is registered to you; ask the operator
field-no-such-participant = There is no such participant
field-no-such-product = No product with this GTIN is registered
field-not-a-bin = A BIN or IIN has 12 digits
field-not-a-country = Give the two-letter code of the country: KZ
field-not-a-date = Write the date like this: 2026-11-20
field-not-a-declaration = Write the declaration like this: 55301/201126/0012345
field-not-a-group-pack = Only group packs go into a transport pack
field-not-a-gs1-prefix = A GS1 prefix has 4 to 12 digits
field-not-a-gtin = A GTIN has 8, 12, 13 or 14 digits
field-not-a-number = Enter a number
field-not-a-phone-or-mail = Enter a phone number or an e-mail address
field-not-a-photo = This is not a photo in JPEG, PNG or WebP, or it is damaged
field-not-a-purpose = No key serves this purpose
field-not-a-push-key = This is not a key that a browser gives
field-not-a-push-service = This is not an address at a known push service
field-not-a-region = Give the KATO code of the region, nine digits: 750000000
field-not-a-unit = This is not the code of a single item
field-not-a-uuid = An id looks like this: 0190b0f3-7c4e-7cc0-8000-000000000001
field-not-a-whole-number = Enter a whole number
field-not-an-hs-code = A commodity code has 4 to 10 digits
field-not-an-importer = This participant is not registered as an importer
field-not-an-inspector = There is no such inspector
field-not-an-sscc = An SSCC has 18 digits
field-not-for-domestic = Goods made in Kazakhstan have none
field-not-for-role = Does not belong to this role
field-not-json = This is not JSON from here on
field-not-one-of = Choose one of these: { $allowed }
field-not-own-bin = Give your own BIN: only the importer itself releases the goods
field-not-owned = No. { $number }: the code is not registered to you
field-not-published = Not published yet
field-not-the-key = Type the key’s name exactly as it is written
field-not-the-root = The signature is not that of the root
field-not-utf8 = The text is not UTF-8 from here on
field-not-your-prefix = This number is not under your GS1 prefix
field-not-your-product = The product is registered to another participant
field-number-out-of-range = The number must be from { $min } to { $max }
field-one-list = Give the codes in one way only: as a list, by ranges or by packs
field-only-for-imports = Only together with an importer
field-order-not-approved = The order awaits approval, was refused or was voided
field-out-of-order = No. { $number }: status now: { $status }
field-out-of-range = Must be from { $min } to { $max }
field-own-bin = This is your own BIN
field-pack-opened = The pack has been taken apart
field-prefix-taken = This prefix is registered to another participant
field-price-not-carried = Codes of this group carry no price
field-reason-needed = Say why: a colleague has this report
field-recalled = No. { $number }: the goods are recalled
field-required = Fill in this field
field-reused = Already used in another request
field-same-password = This is the present password
field-seal-does-not-match = The seal of the code does not match; scan it again
field-six-digits = Enter six digits
field-too-long =
    { $max ->
        [one] At most { $max } character
       *[other] At most { $max } characters
    }
field-too-long-ago = Longer ago than { $days } days
field-too-many = At most { $max }
field-too-many-particulars = This order cannot hold more different releases
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
field-unknown =
    { $nearest ->
        [none] There is no such field
       *[other] There is no such field here; did you mean “{ $nearest }”?
    }
field-unknown-code = No such code was issued
field-unknown-group = There is no such group of goods
field-unknown-order = There is no such order
field-unknown-pack = You have no such pack
field-version-behind = The version must be higher than the published one
field-wrong-code = This is not the code that the authenticator shows for the new key
field-wrong-password = This is not your password
field-wrong-type = The value is of a wrong type
