## Alerts for inspectors.

alert-decision-confirmed = Confirmed
alert-decision-honest-resale = Honest resale
alert-decision-not-confirmed = Not confirmed
alert-decision-scanner-fault = Scanner fault
alert-event-assigned = Assigned
alert-event-decided = Decided
alert-event-grew = Updated
alert-event-linked = Linked
alert-event-noted = Noted
alert-event-opened = Opened
alert-event-reopened = Reopened
alert-kind-after-withdrawal = On a shelf after withdrawal
alert-kind-before-release = On a shelf before its release
alert-kind-expired-on-sale = Expired goods on sale
alert-kind-far-from-route = Far from the rest of the batch
alert-kind-forged-seal = The seal does not match
alert-kind-guessed-codes = Device guessing codes
alert-kind-impossible-travel = Too far, too fast
alert-kind-many-devices = One code on many phones
alert-kind-many-places = One code in many places
alert-kind-neighbours = Suspicious adjacent codes in one place
alert-kind-recalled-on-sale = Recalled goods on sale
alert-kind-sale-after-withdrawal = Sale after withdrawal
alert-kind-seal-of-another = One seal on several codes
alert-kind-second-sale = Sold a second time
alert-kind-unknown-cluster = Unknown codes in one place
alert-seen-expired = Expired
alert-seen-forged = The seal does not match
alert-seen-misread = Misread
alert-seen-not-released = Not released yet
alert-seen-recalled = Recalled
alert-seen-sold = Already sold
alert-seen-sound = No issues
alert-seen-unknown = Never issued
alert-seen-withdrawn = Withdrawn
alert-state-assigned = With an inspector
alert-state-decided = Decided
alert-state-new = New
alert-text-after-withdrawal = { $devices } devices within { $days } days saw goods that had been withdrawn.
alert-text-before-release = { $devices } devices within { $days } days saw goods that were never released into circulation.
alert-text-expired-on-sale = { $devices } devices within { $days } days saw expired goods of this product in one place.
alert-text-far-from-route = { $units } items are { $kilometres } km away from the rest of their batch.
alert-text-forged-seal = { $devices } devices read the same label with a seal that does not match.
alert-text-guessed-codes = { $codes } codes in an hour that were never issued, { $share } % of what the device scanned.
alert-text-impossible-travel = Seen in two places { $kilometres } km apart within { $hours } h.
alert-text-many-devices = { $devices } devices on { $occasions } separate occasions within { $days } days.
alert-text-many-places = { $devices } devices in { $places } places up to { $kilometres } km apart within { $days } days.
alert-text-neighbours = { $units } suspicious items of one batch in one place within { $days } days.
alert-text-recalled-on-sale = { $devices } devices within { $days } days saw recalled goods of this product in one place.
alert-text-sale-after-withdrawal = A till asked to sell an item that had been withdrawn { $hours ->
    [one] { $hours } hour
   *[other] { $hours } hours
 } before.
alert-text-seal-of-another = The same seal is on { $codes } different codes.
alert-text-second-sale = A till asked to sell an item that had been sold { $hours ->
    [one] { $hours } hour
   *[other] { $hours } hours
 } before.
alert-text-unknown-cluster = { $devices } devices within { $days } days scanned codes that were never issued, in one place.
alert-why-after-withdrawal = Withdrawn goods must not be on a shelf.
alert-why-before-release = Goods may be sold only after their release: these are stolen, or their codes were copied from an order.
alert-why-expired-on-sale = So many people do not bring expired goods from home: the goods are on a shelf.
alert-why-far-from-route = Goods of one batch usually stay together: these were diverted or copied.
alert-why-forged-seal = Several networks scanned the symbol itself and read the same seal, which does not fit. Readings with known faults of scanners and typing are left out.
alert-why-guessed-codes = Someone is testing which codes the register accepts.
alert-why-impossible-travel = Goods on a shelf do not move that fast: there are probably two items with one code.
alert-why-many-devices = Few people scan the same item. Many people, week after week, point to copies of its code.
alert-why-many-places = One item cannot be sold in so many places: copies of its code are likely.
alert-why-neighbours = Codes that follow each other are often copied together.
alert-why-recalled-on-sale = Recalled goods must not be on a shelf.
alert-why-sale-after-withdrawal = Withdrawn goods must not come back to a till.
alert-why-seal-of-another = A seal belongs to one code only: it was copied onto others.
alert-why-second-sale = An item is sold once. The label on the second one is probably a copy.
alert-why-unknown-cluster = More unknown codes than scanners misread: goods without codes of the register are probably sold there.
cli-regions-imported = { $count ->
    [one] { $count } region was imported.
   *[other] { $count } regions were imported.
 }
field-no-such-alert = There is no such alert, or you have no access to it
field-no-such-report = There is no such report, or you have no access to it
field-not-a-box = Needs west, south, east and north in degrees, with commas between
problem-alert-decided = Already decided
problem-alert-decided-detail = The alert was decided; a colleague may have been quicker. Look at it again.
problem-alert-not-yours = A colleague’s alert
problem-alert-not-yours-detail = A colleague works on this alert. Ask them to hand it over.
