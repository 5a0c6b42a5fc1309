## What the program tells the person at the terminal.

cli-account-added = Account { $login } added.
cli-account-disabled = Account { $login } disabled.
cli-account-enabled = Account { $login } enabled again.
cli-account-is-active = active
cli-account-is-disabled = disabled
cli-account-password = The password of { $login } is changed.
cli-account-role = The role of { $login } is changed.
cli-account-second-factor = Account { $login } has a new secret.
cli-audit-anchors-agree =
    { $count ->
        [one] { $count } anchor compared: the chain agrees with it.
       *[other] { $count } anchors compared: the chain agrees with them.
    }
cli-audit-broken = The chain of the audit log is broken at record { $record }.
cli-audit-cut-off = The chain ends before record { $record }, which an anchor names: the newest records were cut off.
cli-audit-differs = Record { $record } is another than the one that an anchor names: the chain was computed anew.
cli-audit-gaps =
    { $count ->
        [one] { $count } record number is missing: a transaction was rolled back, or the record was removed within its first second.
       *[other] { $count } record numbers are missing: transactions were rolled back, or records were removed within their first second.
    }
cli-audit-holds =
    { $count ->
        [one] { $count } record checked: the chain of the audit log holds.
       *[other] { $count } records checked: the chain of the audit log holds.
    }
cli-audit-runs-back = Record { $record } is dated more than ten minutes before a record that was there earlier: it was added with a date of its own, or a clock ran wrong.
cli-audit-unsigned = Line { $line } holds an anchor that the key of this register did not sign.
cli-backup-key = The identity is in { $file }, and backups are encrypted to { $recipient }
cli-backup-made = The backup is in { $folder }: { $photos } photos, { $megabytes } MB.
cli-backup-restored = The backup of { $at } is restored.
cli-column-from = From
cli-column-key = Key
cli-column-login = Login
cli-column-of = Participant or region
cli-column-password = Password
cli-column-purpose = Purpose
cli-column-role = Role
cli-column-secret = Second factor
cli-column-state = State
cli-column-until = Until
cli-data-dir = Data are kept in { $folder }
cli-decode-unreadable = Some files could not be read.
cli-demo-accounts = Sample accounts ({ $file }):
cli-demo-at = Sample codes: { $address }
cli-demo-loaded =
    { $count ->
        [one] Sample goods loaded: { $count } code.
       *[other] Sample goods loaded: { $count } codes.
    }
cli-erased-again =
    { $count ->
        [0] Nothing had to be erased again.
        [one] { $count } report erased again.
       *[other] { $count } reports erased again.
    }
cli-granted = Role { $role } may do what the service does.
cli-key-added = Key { $key } is in use from { $date }.
cli-key-list-current = The published list of keys is up to date: no new one is needed.
cli-key-list-due = Phones learn of this from the next list of keys. Sign it: tanba keys sign
cli-key-list-published = Version { $version } of the list of keys is published.
cli-key-revoked = Key { $key } revoked.
cli-key-root = The root key is in { $file }. Its public half, for the apps: { $public }
cli-keys-none-due = No key is due.
cli-log-file = Log file: { $file }
cli-migrated =
    { $count ->
        [0] The database is up to date.
        [one] { $count } change made to the database.
       *[other] { $count } changes made to the database.
    }
cli-no-stores = No stores are set: set TANBA_DATABASE_URL and TANBA_REDIS_URL, or add --private-stores to start private ones.
cli-on-a-phone = Open on a phone: { $address } The browser warns about the certificate: choose to go on.
cli-password-again = The password again:
cli-password-prompt = Password for { $login }:
cli-passwords-differ = The two passwords differ.
cli-servers-missing = PostgreSQL or Redis was not found. Install: { $command }
cli-serving = Serving on { $address }
cli-stop-hint = Ctrl-C stops it.
cli-stopped = Stopped.
cli-totp-secret = Secret for the authenticator (not shown again): { $secret }
cli-try-on-a-phone = To try it on a phone: cargo xtask up --lan
cli-working = The worker is running.
