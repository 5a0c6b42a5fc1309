## A clerk's check of a delivery or a shelf: may each item be sold, why not, and the totals.

stock-awaiting-acceptance = You have not confirmed acceptance yet
stock-doubled = Scanned more than once
stock-expired = Expired
stock-extra = Extra: not in this delivery
stock-forged-seal = The seal does not match: set the item aside
stock-may-be-sold = May be sold
stock-may-not-be-sold = May not be sold
stock-misread = Not read properly: scan again
stock-missing = Missing: expected but not scanned
stock-not-checked = The register did not answer: check again later
stock-not-released = Not released yet
stock-not-yours = Registered to another owner
stock-pack-opened = The pack was taken apart: scan the items one by one
stock-product-only = Only a barcode of the product: scan the marking code
stock-recalled = Recalled: set the item aside
stock-shipped = On its way to a buyer who has not accepted it yet
stock-sold-already = Already marked as sold
stock-total-checked =
    { $count ->
        [one] { $count } code checked
       *[other] { $count } codes checked
    }
stock-total-doubled =
    { $count ->
        [one] { $count } code scanned again
       *[other] { $count } codes scanned again
    }
stock-total-extra =
    { $count ->
        [one] { $count } extra code
       *[other] { $count } extra codes
    }
stock-total-may-be-sold =
    { $count ->
        [one] { $count } item may be sold
       *[other] { $count } items may be sold
    }
stock-total-missing =
    { $count ->
        [one] { $count } code missing
       *[other] { $count } codes missing
    }
stock-total-not-checked =
    { $count ->
        [one] { $count } code could not be checked
       *[other] { $count } codes could not be checked
    }
stock-unconfirmed = The code could not be confirmed: set the item aside
stock-unknown = The code is not in the register
stock-withdrawn = Withdrawn from circulation
