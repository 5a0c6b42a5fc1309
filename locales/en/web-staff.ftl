## What the app says to those who sign in: clerks first, and what they share with inspectors and operators.

web-account = Account
web-account-active = Active
web-account-disable = Block
web-account-disable-text = Everything that is signed in with this account is signed out at once. It can’t be used to sign in until you unblock it.
web-account-disabled = Blocked
web-account-disabled-since = Blocked since
web-account-enable = Unblock
web-account-enable-text = The person can sign in again with the same password and second factor.
web-account-fixed = You can’t change your own account. Accounts of auditors are changed at the command line.
web-account-login-hint = Letters a to z, digits, dots, dashes, underscores or @
web-account-make = Create account
web-account-new = New account
web-account-of = BIN of the participant
web-account-open = Manage
web-account-region = Region
web-account-role = Change the role
web-account-role-text = The person is signed out at once and comes back with the new role.
web-account-secrets = New password and second factor
web-account-secrets-gone = The secrets were shown before and are not stored. If that answer was lost, renew them.
web-account-secrets-handed = I have handed them over
web-account-secrets-once = Hand these over in person now. They are shown once and are not stored.
web-account-secrets-text = For a person who has lost theirs. The old ones stop working at once, and all sessions end.
web-account-since = Since
web-account-totp = Second factor
web-account-totp-open = Open in an authenticator on this device
web-alert = Alert
web-alert-assigned = In progress
web-alert-at-once = at the same time
web-alert-device = device { $count }
web-alert-devices = Devices
web-alert-evidence = Evidence
web-alert-gone = There is no such alert
web-alert-grown = Last update
web-alert-leap = { $far } km away, { $speed }
web-alert-link = Report number
web-alert-link-add = Link to a report
web-alert-links = Linked
web-alert-more = Not every scan is shown here.
web-alert-new = New
web-alert-no-place = place not shared
web-alert-note = Note
web-alert-note-add = Add a note
web-alert-notes = Notes
web-alert-opened = Opened
web-alert-scans = Scans
web-alert-speed = { $speed } km/h
web-alert-trail = Where the code was seen
web-alert-weight = weight { $weight }%
web-alert-weight-name = Weight
web-alerts-empty = No alerts
web-alerts-empty-text = No alert matches the filter.
web-alerts-none-here = This server does not offer alerts.
web-alerts-search = Search: goods, GTIN, kind of alert
web-any = Any
web-audit-action = Action
web-audit-action-hint = What was done
web-audit-actor = Who
web-audit-actor-hint = Login; or public, worker, cli
web-audit-anchor = Signed head of the chain
web-audit-anchor-text = Keep it where administrators of the register cannot write. Compared later, it shows records that were cut off or written anew.
web-audit-any = Any action
web-audit-broken = The audit log was changed
web-audit-broken-at = The chain is broken at record { $record }.
web-audit-check = Check the chain
web-audit-cli = Command line
web-audit-csv = CSV table
web-audit-done = Done
web-audit-find = Find
web-audit-from = From
web-audit-gaps =
    { $count ->
        [one] { $count } record number is missing: a transaction was rolled back.
       *[other] { $count } record numbers are missing: transactions were rolled back.
    }
web-audit-holds =
    { $count ->
        [one] The chain holds: { $count } record checked
       *[other] The chain holds: { $count } records checked
    }
web-audit-json = JSON lines
web-audit-object = Object
web-audit-object-hint = Number of a report, order or document; BIN, GTIN, login
web-audit-public = Anybody
web-audit-refused = Refused
web-audit-runs-back = Record { $record } is dated before an earlier one: it was added later, or a clock ran wrong.
web-audit-to = Until
web-audit-worker = The register itself
web-bin = BIN
web-clerk-add = Add
web-clerk-bad = may not be sold: { $count }
web-clerk-begin = Begin
web-clerk-by-product = By product
web-clerk-camera-on = Turn the camera on
web-clerk-column-may = May be sold
web-clerk-column-number = No.
web-clerk-column-serial = Serial number or pack number
web-clerk-column-units = Units
web-clerk-complete = complete
web-clerk-counting = Comparing all codes
web-clerk-deliveries = Deliveries
web-clerk-discard = Discard the check
web-clerk-discard-question = Discard this check?
web-clerk-drop = Remove code { $count }
web-clerk-empty = No deliveries yet
web-clerk-empty-text = Scan the codes one after the other as goods arrive. It works without a connection too.
web-clerk-expected = Expected
web-clerk-expected-items = Goods and quantities
web-clerk-expected-nothing = No comparison
web-clerk-expected-nothing-text = Only checks whether the goods may be sold.
web-clerk-expected-pack = Contents of one pack
web-clerk-fewer = missing: { $count }
web-clerk-full = One check holds at most { $max } codes
web-clerk-gone = There is no such check on this device
web-clerk-items = List of goods
web-clerk-items-hint = One product per line: GTIN, then the quantity. For example: 04870001234560 24
web-clerk-items-wrong = Each line needs a GTIN and a quantity
web-clerk-later = Will be checked once there is a connection
web-clerk-list = Scanned codes
web-clerk-missing = Missing
web-clerk-more = extra: { $count }
web-clerk-name = Name
web-clerk-new = New check
web-clerk-pack-hidden = Only its holder sees what is inside a pack. Scan the goods in it one by one.
web-clerk-pack-wrong = A pack number has 18 digits
web-clerk-present = Expected: { $expected }, present: { $present }
web-clerk-scanned =
    { $count ->
        [one] { $count } code
       *[other] { $count } codes
    }
web-clerk-scanner-help = A scanner that works as a keyboard adds each code by itself: the cursor need not be in the field.
web-clerk-scanner-on = Scanner instead of camera
web-clerk-start = Scan the first code
web-clerk-total-bad = may not be sold
web-clerk-total-doubled = scanned again
web-clerk-total-extra = extra
web-clerk-total-good = may be sold
web-clerk-total-missing = missing
web-clerk-total-unknown = not checked
web-clerk-totals = Totals
web-clerk-type = Type the code or use a scanner
web-clerk-unanswered = not checked
web-clerk-undo = Undo
web-clerk-undone = The last step was undone
web-clerk-units =
    { $count ->
        [one] { $count } unit in them
       *[other] { $count } units in them
    }
web-clerk-unpack = Show contents
web-clerk-waiting =
    { $count ->
        [one] { $count } code waits to be checked
       *[other] { $count } codes wait to be checked
    }
web-clerk-workbook = Download for Excel
web-confirm = Yes, confirm
web-decide = Decision
web-decide-ask = Ask the author a question
web-decide-do = Decide
web-decide-message = Answer to the author
web-decide-message-hint = Say plainly what was found and what was done.
web-decide-note = Comment
web-decided = Decision saved.
web-decision-confirmed = Violation confirmed
web-decision-honest-resale = Honest resale
web-decision-not-confirmed = Not confirmed
web-decision-scanner-fault = Scanner fault
web-deed = File a document
web-deed-applications = Report codes as applied
web-deed-ask = { $what }: No. { $first }–{ $last }, { $goods }. Total: { $count }. Do you confirm?
web-deed-ask-recall = Everybody will see the recall.
web-deed-done-units = The document was accepted: { $what }. Codes: { $count }.
web-deed-first = From number
web-deed-kind = Document type
web-deed-last = To number
web-deed-number = Document number
web-deed-reason = Reason
web-deed-recall-hint = Everyone will be able to read this.
web-deed-recalls = Recall
web-deed-receipt = Receipt number
web-deed-receiver = Receiver’s BIN
web-deed-releases = Release into circulation
web-deed-returns = Record a return
web-deed-sales = Record a sale
web-deed-shipments = Ship
web-deed-withdrawals = Withdraw
web-faults-more = And more: { $count }
web-file-codes = codes
web-file-labels = labels
web-files = Codes as a file
web-files-first = After the first file the order can no longer be voided.
web-files-hint = Numbers start from 1. Left empty, all codes of the order are given. One PDF holds at most { $most } labels.
web-files-most = For labels choose at most { $most } codes.
web-files-range = Enter a number from 1 to { $last }
web-handed-over = Handed to a colleague.
web-in-en = In English
web-in-en-hint = Without it the Russian name is shown.
web-in-kk = In Kazakh
web-in-ru = In Russian
web-inspect-contact = Contact
web-inspect-deleted = Data deleted
web-inspect-elsewhere =
    { $count ->
        [one] { $count } more report in other regions.
       *[other] { $count } more reports in other regions.
    }
web-inspect-gone = There is no such report
web-inspect-gone-text = It may belong to another region.
web-inspect-linked = Similar reports
web-inspect-message = Question or message to the author
web-inspect-message-hint = The author’s language: { $language }
web-job-attempts =
    { $count ->
        [one] { $count } attempt failed
       *[other] { $count } attempts failed
    }
web-job-delete-photos = Delete photos of a report ({ $count })
web-job-drop = Drop
web-job-drop-text = What the job had to do will never be done. This cannot be taken back.
web-job-judge-sale = Check a refused sale for signs of copies ({ $count })
web-job-judge-scans = Check scans for signs of copies ({ $count })
web-job-link-report = Link a report with similar ones
web-job-note-erasures = Record erased reports ({ $count })
web-job-push-answer = Notify a report’s author of an answer
web-job-refresh-order = Refresh codes of an order in the fast copy of the register ({ $count })
web-job-refresh-packs = Refresh packs in the fast copy of the register ({ $count })
web-job-refresh-participant = Refresh a participant in the fast copy of the register
web-job-refresh-product = Refresh a product in the fast copy of the register
web-job-retry = Try again
web-job-retry-text = Do this when the cause has been mended. If the job fails again, it comes back to this list.
web-job-tell-alert = Tell another system of an alert
web-job-times = Due since { $appended }; on this list since { $died }
web-jobs-none = No job has failed
web-jobs-text = Background jobs that failed too often. They are not tried again until you decide.
web-key-active = Signs
web-key-confirm = To confirm, type the key’s name: { $key }
web-key-for-contact = Encrypts contacts and second factors
web-key-for-ever = Never changes
web-key-for-push = Signs notifications to browsers
web-key-for-seal = Signs codes: { $group }
web-key-for-serial = Generates serial numbers
web-key-for-token = Signs sessions
web-key-in-use = In use
web-key-next = Starts signing soon
web-key-retired = Previous, still valid
web-key-revoke = Revoke
web-key-revoke-seal = { $codes } codes signed with this key will no longer be accepted: at once, everywhere and permanently. People who scan such goods will see that the seal is not accepted. A new key takes its place.
web-key-revoke-token = Each session gets a new token automatically at its next request; no one has to sign in again. A new key takes its place.
web-key-revoked = Revoked
web-key-revoked-at = Revoked: { $at }
web-key-rotate = New key
web-key-rotate-text = In half a minute the new key replaces the current one. Everything signed with the old one stays valid.
web-key-seals = Codes: { $codes }, orders: { $orders }
web-key-signs = From { $from } until { $until }
web-keys-list = List of keys for phones: version { $version }
web-keys-list-due = Phones do not know the last change yet
web-keys-list-due-text = Sign the next list where the root key is kept: tanba keys export, sign, publish. Until then phones use the old list, for a day at most.
web-linked = Linked.
web-linked-nearby = nearby
web-linked-same-code = the same code
web-linked-same-outlet = the same shop
web-login = Login
web-map-count =
    { $count ->
        [one] { $count } alert
       *[other] { $count } alerts
    }
web-map-failed = The map could not be loaded. The list works in full.
web-map-from = From
web-map-heat = Hot spots
web-map-hot = Hot spots: { $count }
web-map-layers = Show
web-map-list = The same as on the map, as a list
web-map-scanned = Scans: { $scans }, suspicious: { $suspicious }. Areas on the map: { $cells }.
web-map-scans = Scans
web-map-to = To
web-map-until = As of { $date }
web-not-yours = This page is not for you
web-not-yours-text = Your account has no access to this section.
web-noted = The note was added.
web-numbers = No. { $first }–{ $last } (total { $count })
web-order-approve = Approve
web-order-approve-text = After the approval the participant can export the codes.
web-order-approved = approved
web-order-awaiting = awaits approval
web-order-awaiting-operator = The order is large or for alcohol stamps. Check the goods and the quantity, then decide.
web-order-awaiting-text = Large orders and alcohol stamps are approved by an operator. The decision will appear on this page.
web-order-exported = Codes given out
web-order-refuse = Refuse
web-order-refuse-hint = The participant will read this.
web-order-refuse-text = A refused order cannot be approved later.
web-order-refused = refused
web-order-state = State
web-order-void = Void the order
web-order-void-text = No codes will be given out for this order. Its places serve the next orders.
web-order-voided = voided
web-order-voided-text = No code of this order was given out.
web-participant-block = Block
web-participant-block-text = The participant’s people cannot sign in, order codes or file documents.
web-participant-blocked = blocked
web-participant-blocked-at = Blocked since { $at }
web-participant-importer = importer
web-participant-open = Open
web-participant-producer = producer
web-participant-retailer = retailer
web-participant-since = Registered
web-participant-unblock = Unblock
web-participant-unblock-text = The participant’s people can work again.
web-participant-wholesaler = wholesaler
web-password = Password
web-prefixes = GS1 prefixes
web-prefixes-hint = 4 to 12 digits, separated by commas: 4870000
web-prefixes-set = Change the GS1 prefixes
web-product-draft = draft
web-product-published = card published
web-product-state = State of the card
web-product-withdrawn = card withdrawn
web-quota-approval = Largest order without approval
web-quota-day = Codes of one product a day
web-quota-default = Default: { $count }
web-quota-gtin-hint = Without it the limits hold for all goods.
web-quota-not-applied = Codes of one product not yet applied
web-quota-orders = Orders a day
web-quota-places = Share of short serials and stamps
web-quota-places-default = By the common rule
web-quota-used = Today: { $today } of { $day }. Not applied: { $waiting } of { $most }.
web-quotas = Limits of codes
web-quotas-set = Change the limits
web-quotas-text = An empty field means the default. The change is recorded in the audit.
web-recall-lift = Lift the recall
web-recall-lift-text = These goods may be sold again.
web-recalled = since { $date }
web-region = Region (KATO)
web-register = Register
web-register-accounts = Accounts
web-register-audit = Audit
web-register-bin-hint = 12 digits
web-register-codes =
    { $count ->
        [one] { $count } code
       *[other] { $count } codes
    }
web-register-country = Country of origin
web-register-country-hint = Two letters: KZ
web-register-csv = Codes (CSV)
web-register-do = Register
web-register-for = BIN of the participant
web-register-group = Product group
web-register-hs = HS code
web-register-jobs = Failed jobs
web-register-key = Key
web-register-keys = Keys
web-register-labels = Labels (PDF)
web-register-name = Name
web-register-order = Order of codes
web-register-order-do = Order
web-register-order-new = Order codes
web-register-ordered = Ordered
web-register-orders = Orders
web-register-participant-new = Register a participant
web-register-participants = Participants
web-register-price = Price, tenge
web-register-price-hint = Only for goods whose code carries a price.
web-register-product-new = Register goods
web-register-products = Goods
web-register-progress = Code status
web-register-publish = Publish
web-register-quantity = Quantity
web-register-roles = Roles
web-role = Role
web-role-auditor = Auditor
web-role-clerk = Clerk
web-role-inspector = Inspector
web-role-operator = Operator
web-role-participant = Participant
web-search = Search
web-search-goods = Name of the goods, GTIN, participant
web-search-participants = Name or BIN
web-sequence-alarm = More than one percent given on { $date }
web-sequence-given = { $given } of { $room } given
web-sequence-gtin = Product with GTIN { $gtin }
web-sequence-stamps = Alcohol stamps, series { $series }
web-sequence-today = Given today: { $given }
web-sequences = Serial numbers
web-sequences-text = Short serials and alcohol stamps are limited. When one percent or more is given in a day, a warning appears here.
web-shipment-accept = Accept
web-shipment-accept-text = After acceptance all the goods are yours. This cannot be undone.
web-shipment-accepted = accepted
web-shipment-awaiting = awaits acceptance
web-shipment-cancel = Cancel the shipment
web-shipment-cancel-text = The goods stay yours. The receiver can no longer accept them.
web-shipment-cancelled = cancelled
web-shipment-units =
    { $count ->
        [one] { $count } code
       *[other] { $count } codes
    }
web-shipments = Shipments
web-shipments-incoming = Incoming
web-shipments-outgoing = Outgoing
web-side-reporter = author
web-sign-in-away = The server did not answer. Try again later.
web-sign-in-needed = Sign in required
web-sign-in-other = Use another login
web-sign-in-text = This section is for shop staff, participants, inspectors, operators and auditors.
web-sign-out = Sign out
web-take = Assign to me
web-taken = Assigned to you.
web-to-work = Go to work
web-totp = Confirmation code
web-totp-check = Confirm
web-totp-hint = The six digits from your authenticator app
web-work = Work list
web-work-alerts = Alerts
web-work-any = All
web-work-count =
    { $count ->
        [one] { $count } report
       *[other] { $count } reports
    }
web-work-decided = Decided
web-work-due = due { $date }
web-work-empty = Nothing here
web-work-empty-text = No report matches the filter.
web-work-late =
    { $count ->
        [one] { $count } is overdue
       *[other] { $count } are overdue
    }
web-work-linked =
    { $count ->
        [one] { $count } alike
       *[other] { $count } alike
    }
web-work-mine = mine
web-work-open = Open
web-work-order = Order
web-work-order-score = By weight
web-work-order-time = By time
web-work-overdue = overdue
web-work-photos =
    { $count ->
        [one] { $count } photo
       *[other] { $count } photos
    }
web-work-reports = Reports
web-work-state = Status
web-work-whose = Assigned to
web-work-whose-all = Anyone
web-work-whose-me = Me
web-work-whose-none = Unassigned
