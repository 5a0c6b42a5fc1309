## What the app says to those who sign in: clerks first, and what they share with inspectors and operators.

web-account = Account
web-account-active = Active
web-account-disable = Block
web-account-disable-text = Everything that is signed in with this account is signed out at once. Nobody can sign in with it until you unblock it.
web-account-disabled = Blocked
web-account-disabled-since = Blocked since
web-account-enable = Unblock
web-account-enable-text = The person can sign in again with the same password and second factor.
web-account-fixed = You can’t change your own account. Accounts of auditors are changed at the command line.
web-account-login-hint = Letters a to z, digits, dots, dashes, underscores or @
web-account-make = Make the account
web-account-new = New account
web-account-of = BIN of the participant
web-account-open = Manage
web-account-region = Region
web-account-role = Change the role
web-account-role-text = The person is signed out at once and comes back with the new role.
web-account-secrets = New password and second factor
web-account-secrets-gone = The secrets were told before and are kept nowhere. If that answer was lost, renew them.
web-account-secrets-handed = I have handed them over
web-account-secrets-once = Hand these over in person now. They are shown once and kept nowhere.
web-account-secrets-text = For a person who has lost theirs. The old ones stop working at once, and all sessions end.
web-account-since = Since
web-account-totp = Second factor
web-account-totp-open = Open in an authenticator on this device
web-alert = Alert
web-alert-assigned = Being looked into
web-alert-at-once = at the same time
web-alert-device = device { $count }
web-alert-devices = Devices
web-alert-evidence = What speaks for it
web-alert-gone = There is no such alert
web-alert-grown = Last grown
web-alert-leap = { $far } km away, { $speed }
web-alert-link = Number of a report
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
web-alerts-empty-text = Nothing matches what was chosen.
web-alerts-news = There is something new.
web-alerts-none-here = This server does not offer alerts.
web-alerts-show = Show
web-audit-action = Action
web-audit-actor = Who
web-audit-address = Address
web-audit-at = When
web-audit-find = Find
web-audit-object = Object
web-audit-result = Result
web-bin = BIN
web-clerk-add = Add
web-clerk-begin = Begin
web-clerk-by-product = By product
web-clerk-camera-off = Turn the camera off
web-clerk-camera-on = Turn the camera on
web-clerk-column-number = No.
web-clerk-column-slug = May be sold (slug)
web-clerk-complete = complete
web-clerk-counting = Comparing everything
web-clerk-deliveries = Deliveries
web-clerk-discard = Discard the check
web-clerk-discard-question = Discard this check?
web-clerk-drop = Remove code { $count }
web-clerk-empty = No deliveries yet
web-clerk-empty-text = Scan the codes one after the other as goods arrive. It works without a connection too.
web-clerk-expected = What should be there
web-clerk-expected-items = Goods and quantities
web-clerk-expected-nothing = Nothing to compare with
web-clerk-expected-nothing-text = Only checks whether the goods may be sold.
web-clerk-expected-pack = The content of one pack
web-clerk-export = Download CSV
web-clerk-full = One check holds at most { $max } codes
web-clerk-gone = There is no such check on this device
web-clerk-items = List of goods
web-clerk-items-hint = One product a line: GTIN, then how many. For example: 04870001234560 24
web-clerk-items-wrong = Each line needs a GTIN and a quantity
web-clerk-later = Will be checked once there is a connection
web-clerk-list = Scanned codes
web-clerk-missing = Missing
web-clerk-name = Name
web-clerk-new = New check
web-clerk-pack-wrong = A pack number has 18 digits
web-clerk-present = { $present } of { $expected }
web-clerk-scanned =
    { $count ->
        [one] { $count } code
       *[other] { $count } codes
    }
web-clerk-start = Scan the first code
web-clerk-total-bad = may not be sold
web-clerk-total-doubled = scanned again
web-clerk-total-extra = extra
web-clerk-total-good = may be sold
web-clerk-total-missing = missing
web-clerk-total-scanned = in all
web-clerk-totals = Totals
web-clerk-type = Type the code or use a scanner
web-clerk-unanswered = not checked
web-clerk-unpack = Show what is inside
web-clerk-waiting =
    { $count ->
        [one] { $count } code waits to be checked
       *[other] { $count } codes wait to be checked
    }
web-decide = Decision
web-decide-ask = Ask its author a question
web-decide-do = Decide
web-decide-message = Answer to its author
web-decide-message-hint = Say plainly what was found and what was done.
web-decide-note = Comment
web-decided = Decided.
web-decision-confirmed = Violation confirmed
web-decision-honest-resale = Honest resale
web-decision-not-confirmed = Not confirmed
web-decision-scanner-fault = Scanner fault
web-deed = File a document
web-deed-applications = Report codes as applied
web-deed-done = The document was accepted.
web-deed-first = From number
web-deed-kind = Kind of document
web-deed-last = To number
web-deed-number = Number of the paper
web-deed-reason = Reason
web-deed-recall-hint = Everybody will read this.
web-deed-recalls = Recall
web-deed-receipt = Number of the receipt
web-deed-receiver = BIN of the receiver
web-deed-releases = Release into circulation
web-deed-returns = Record a return
web-deed-sales = Record a sale
web-deed-shipments = Ship
web-deed-withdrawals = Withdraw
web-in-en = In English
web-in-kk = In Kazakh
web-in-ru = In Russian
web-inspect-contact = Contact
web-inspect-deleted = Data deleted
web-inspect-elsewhere =
    { $count ->
        [one] { $count } more report in other regions.
       *[other] { $count } more reports in other regions.
    }
web-inspect-enlarge = Enlarge photo { $count }
web-inspect-gone = There is no such report
web-inspect-gone-text = It may belong to another region.
web-inspect-linked = Reports of the same
web-inspect-message = Question or message to its author
web-inspect-message-hint = The author’s language: { $language }
web-key-active = Signs
web-key-confirm = To confirm, type the key’s name: { $key }
web-key-for-contact = Encrypts contacts and second factors
web-key-for-ever = Never changes
web-key-for-seal = Seals codes: { $group }
web-key-for-serial = Makes serial numbers
web-key-for-token = Signs sessions
web-key-next = Signs soon
web-key-retired = Past, still valid
web-key-revoke = Revoke
web-key-revoke-seal = { $codes } codes that this key sealed will not be believed any more: at once, everywhere and for good. Whoever scans such goods is told that the seal is not accepted. A new key takes its place.
web-key-revoke-token = Every session gets a new token by itself at its next request; nobody has to sign in again. A new key takes its place.
web-key-revoked = Revoked
web-key-revoked-at = Revoked: { $at }
web-key-rotate = New key
web-key-rotate-text = Half a minute from now the new key takes over. What the old one sealed or signed stays valid.
web-key-seals = Codes: { $codes }, orders: { $orders }
web-key-signs = From { $from } until { $until }
web-keys-list = List of keys for phones: version { $version }
web-keys-list-due = Phones do not know of the last change yet
web-keys-list-due-text = Have the next list signed where the root is: tanba keys export, sign, publish. Until then phones go by the old one, for a day at most.
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
web-map-list = What the map shows, as a list
web-map-scanned = Scans: { $scans }, doubtful ones: { $suspicious }. Areas on the map: { $cells }.
web-map-scans = Scans
web-map-to = To
web-map-until = As of { $date }
web-not-yours = This page is not for you
web-not-yours-text = Your account has no access to this section.
web-noted = The note was added.
web-participant-importer = importer
web-participant-producer = producer
web-participant-retailer = retailer
web-participant-wholesaler = wholesaler
web-password = Password
web-product-draft = draft
web-product-published = published
web-product-withdrawn = withdrawn
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
web-register-empty = Nothing here yet
web-register-for = BIN of the participant
web-register-group = Group of goods
web-register-hs = HS code
web-register-key = Key
web-register-keys = Keys
web-register-labels = Labels (PDF)
web-register-more = Show more (now { $count })
web-register-name = Name
web-register-order = Order of codes
web-register-order-do = Order
web-register-order-new = Order codes
web-register-ordered = Ordered
web-register-orders = Orders
web-register-participant-new = Register a participant
web-register-participants = Participants
web-register-price = Price, tenge
web-register-price-hint = Only where the code carries a price.
web-register-product-new = Register goods
web-register-products = Goods
web-register-progress = How far the codes are
web-register-publish = Publish
web-register-quantity = Quantity
web-register-roles = Roles
web-role = Role
web-role-auditor = Auditor
web-role-clerk = Clerk
web-role-inspector = Inspector
web-role-operator = Operator
web-role-participant = Participant
web-side-reporter = author
web-sign-in-away = The server did not answer. Try again later.
web-sign-in-needed = Please sign in
web-sign-in-other = Use another login
web-sign-in-text = This part is for clerks, inspectors and operators.
web-sign-out = Sign out
web-take = Take it
web-taken = It is yours now.
web-to-work = To my work
web-totp = Confirmation code
web-totp-check = Confirm
web-totp-hint = The six digits that your authenticator shows
web-work = Work list
web-work-alerts = Alerts
web-work-any = All
web-work-away = The server did not answer. Check the connection and try again.
web-work-count =
    { $count ->
        [one] { $count } report
       *[other] { $count } reports
    }
web-work-decided = Decided
web-work-due = due { $date }
web-work-empty = Nothing here
web-work-empty-text = No report matches what was chosen.
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
web-work-whose = Whose
web-work-whose-all = Everybody’s
web-work-whose-me = Mine
web-work-whose-none = Nobody’s
