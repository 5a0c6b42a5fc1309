## What a phone says of a code without the register. Sentences, one fact each; names of groups stand after “for”.

offline-group-alcohol = alcohol
offline-group-clothes = clothes
offline-group-dairy = dairy products
offline-group-medicines = medicines
offline-group-shoes = footwear
offline-group-tobacco = tobacco products
offline-group-water = packed water
offline-key-not-in-list = The key of the seal is not in the phone’s list: it may be newer than the list or belong to another country.
offline-list-too-old = The seal fits the code, but the phone’s list of keys is too old: the key may have been revoked since.
offline-no-list = The phone has no list of keys, so the seal was not checked.
offline-note-bundled-list = Checked without a connection. The list of keys came with the app and was made on { $at }
offline-note-list = Checked without a connection. The list of keys was received on { $at }
offline-note-no-list = Checked without a connection and without a list of keys.
offline-online-only = Only the register can check a code like this.
offline-only-online-tells = Only a check online can tell whether this very item was sold or recalled, or its code copied.
offline-seal-holds = The seal holds: the register issued this code for this product.
offline-sealed-by = The marking register, key { $key } for { $group }
