## Where a unit stands in its life.

status-applied = Applied to goods
status-destroyed = Destroyed
status-emitted = Issued
status-expired = Expired
status-in-circulation = In circulation
status-lost = Lost
status-returned = Returned
status-shipped = Shipped
status-sold = Sold
status-withdrawn = Withdrawn
status-written-off = Written off
