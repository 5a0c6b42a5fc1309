## Where a unit stands in its life, why it was withdrawn.

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
withdrawal-confiscated = Confiscated
withdrawal-damaged = Damaged
withdrawal-defect = Defective
withdrawal-e-commerce = Sold online
withdrawal-export = Exported
withdrawal-other = Another reason
withdrawal-own-needs = Used for the needs of the owner
withdrawal-sampling = Taken as a sample
withdrawal-utilisation = Disposed of
