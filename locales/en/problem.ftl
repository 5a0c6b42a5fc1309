## What went wrong with a request: a title, and in .detail what to do about it.

problem-already-packed = The code is already in a pack
    .detail = One item cannot be in two packs. Take it out of its present pack first.
problem-body-too-large = The request is too large
    .detail = A request may take at most { $max } kB.
problem-code-malformed = The code is malformed
    .detail = This does not look like a marking code. Scan it again, or check what you typed.
problem-code-too-long = The code is too long
    .detail =
        { $max ->
            [one] A code may have at most { $max } character.
           *[other] A code may have at most { $max } characters.
        }
problem-common-password = The password is too common
    .detail = Many people use this password, so it is easy to guess. Choose another one.
problem-conflict = The data have changed meanwhile
    .detail = Somebody changed them before you. Load them again and repeat.
problem-duplicate = This exists already
    .detail = The register holds the same record already; no second one was made.
problem-expired-range = The dates do not fit together
    .detail = The expiry date must come after the production date and must not have passed.
problem-forbidden = Not allowed
    .detail = Your role does not include this action.
problem-idempotency-in-progress = The request is still being carried out
    .detail = The request with this key is not finished yet. Repeat it in a few seconds.
problem-idempotency-key-missing = The Idempotency-Key header is missing
    .detail = Add this header, so that a repeated request does not make a second record.
problem-idempotency-key-reused = The Idempotency-Key was used before
    .detail = Another request came with this key. Take a new key for a new request.
problem-internal = Something broke on our side
    .detail = The fault is recorded and we will look into it. Please try again later.
problem-invalid-check-digit = The check digit does not match
    .detail = There seems to be a typing error in the number. Please check it.
problem-invalid-cursor = The page of the list was not found
    .detail = The page mark is wrong or too old. Start the list from its beginning.
problem-invalid-field = Check the fields
    .detail = Some fields are not filled in correctly; they are listed in this answer.
problem-invalid-range = The range is not valid
    .detail = Its start must not lie after its end, and all of it must lie within the order.
problem-malformed-header = A header could not be read
    .detail = One of the headers of the request is not written correctly.
problem-malformed-json = The JSON could not be read
    .detail = The body breaks the rules of JSON. Check the brackets, quotes and commas.
problem-malformed-query = The query could not be read
    .detail = Check the part of the address after the question mark.
problem-method-not-allowed = The method is not supported
    .detail = This address does not take this HTTP method.
problem-missing-attribute = Information about the product is missing
    .detail = Not everything that this group of goods requires has been filled in.
problem-not-acceptable = No such form of answer
    .detail = We cannot answer in the form that you asked for.
problem-not-found = Not found
    .detail = There is nothing here, or you may not see it.
problem-not-owned = The code is not registered to you
    .detail = Only its owner may act on a code.
problem-not-packed = The code is not in a pack
    .detail = The item is in no pack, so it cannot be taken out of one.
problem-order-limit = The order is too large
    .detail =
        { $max ->
            [one] An order holds from 1 to { $max } code.
           *[other] An order holds from 1 to { $max } codes.
        }
problem-origin-refused = The request came from another site
    .detail = Data cannot be changed from that site.
problem-out-of-order = This cannot be done now
    .detail = The present status of the code does not allow this step.
problem-overloaded = The service is overloaded
    .detail = Please repeat in a few seconds.
problem-pack-not-empty = The pack is not empty
    .detail = Take the goods out of it first.
problem-photo-limit = The picture has too many pixels
    .detail = Make the picture smaller, or take another at a lower resolution.
problem-photo-too-large = The photo is too large
    .detail = A photo may take at most { $max } MB.
problem-photo-too-many = Too many photos
    .detail =
        { $max ->
            [one] At most { $max } photo can be added to a report.
           *[other] At most { $max } photos can be added to a report.
        }
problem-photo-unreadable = The photo could not be opened
    .detail = Send the photo as JPEG, PNG or WebP.
problem-product-not-published = The product card is not published
    .detail = Codes can be ordered only for a published product.
problem-quota-exceeded = The limit for today is used up
    .detail = No more can be sent today. Please come back tomorrow.
problem-rate-limited = Too many requests
    .detail =
        { $seconds ->
            [one] Please repeat in { $seconds } second.
           *[other] Please repeat in { $seconds } seconds.
        }
problem-register-unavailable = The register cannot be reached
    .detail = The code cannot be checked right now, so we say nothing about it. Please repeat in a minute.
problem-report-closed = The report is closed
    .detail = Reopen it to go on.
problem-report-token-wrong = The key does not fit
    .detail = There is no report with this number and key. Check both.
problem-second-factor-needed = A confirmation code is needed
    .detail = Enter the six digits that your authenticator app shows.
problem-snapshot-unavailable = The fast copy cannot be reached
    .detail = We cannot answer right now. Please repeat in a minute.
problem-store-unavailable = Nothing can be saved right now
    .detail = Your request was not saved. Please repeat it in a minute.
problem-timeout = The answer took too long
    .detail = Repeat the request: with the same key it is never carried out twice.
problem-token-expired = The session has ended
    .detail = Its time has run out. Please sign in again.
problem-too-many-attempts = Too many attempts
    .detail =
        { $seconds ->
            [one] Please try again in { $seconds } second.
           *[other] Please try again in { $seconds } seconds.
        }
problem-too-many-items = Too many items
    .detail =
        { $max ->
            [one] A request may hold at most { $max } item.
           *[other] A request may hold at most { $max } items.
        }
problem-unauthenticated = Please sign in
    .detail = This action needs you to be signed in.
problem-unknown-group = There is no such group of goods
    .detail = Choose a group from the reference list.
problem-unknown-key = There is no such key
    .detail = Check the id of the key.
problem-unknown-order = There is no such order
    .detail = Check the number of the order.
problem-unknown-participant = The participant is not in the register
    .detail = Check the BIN or IIN.
problem-unknown-product = The product is not in the register
    .detail = Register the product with this GTIN first.
problem-unsupported-media-type = The form of the data is not supported
    .detail = Send the data in the form that the description of this address names.
problem-weak-password = The password is too short
    .detail =
        { $min ->
            [one] A password needs at least { $min } character.
           *[other] A password needs at least { $min } characters.
        }
problem-wrong-credentials = Wrong login, password or code
    .detail = Check what you entered and try again.
