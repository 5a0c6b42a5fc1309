## The list of recalled goods and its feeds.

recalls-entry = Recalled on { $on }. Reason: { $reason }. Manufacturer: { $maker }. GTIN: { $gtin }
recalls-title = Recalled goods
