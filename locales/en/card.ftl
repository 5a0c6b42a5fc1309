## What a product card says.

card-checked-at = Answer of the register: { $at } (Kazakhstan time)
card-fact-declaration = Customs declaration
card-fact-expires-on = Best before
card-fact-gtin = Product number (GTIN)
card-fact-importer = Importer
card-fact-inside = Inside
card-fact-manufacturer = Manufacturer
card-fact-participant = Codes ordered by
card-fact-produced-on = Production date
card-fact-sealed-by = Sealed by
card-fact-serial = Serial number
card-fact-sscc = Pack number (SSCC)
card-fact-status = Status
card-fact-trade-name = Trade name
card-no = No
card-step-check-online = Check online
card-step-report = Report
card-step-scan-again = Scan again
card-step-scan-next = Scan another code
card-yes = Yes
